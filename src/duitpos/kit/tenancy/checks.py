"""A system check: every model can be sharded by tenant, whatever the current database (decision 0002)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core.checks import Error
from django.db import models

from duitpos.kit.tenancy.keys import TenantForeignKey
from duitpos.kit.tenancy.rows import TenantModel

SHARED_TABLES = frozenset({"Tenant", "User", "Installation"})
"""Our tables that belong to no tenant: small and rarely written."""


def check_tenant_rules(app_configs: Any = None, **kwargs: Any) -> list[Error]:
    """Errors for every model that breaks the tenancy rules."""
    return [error for model in apps.get_models(include_auto_created=True) for error in errors_of(model)]


def errors_of(model: type[models.Model]) -> Iterator[Error]:
    """One model's violations of the tenancy rules."""
    owned = issubclass(model, TenantModel)
    ours = model._meta.app_label == "duitpos"
    if ours and not owned and model.__name__ not in SHARED_TABLES:
        yield _bad(model, "A table of ours belongs to a tenant: inherit TenantModel.")
    for field in model._meta.get_fields():
        yield from _field_errors(field, owned)
    if owned:
        for constraint in model._meta.constraints:
            if isinstance(constraint, models.UniqueConstraint) and constraint.fields[:1] != ("tenant",):
                yield _bad(model, f"Constraint {constraint.name} must start with tenant.")
        if model._meta.unique_together:
            yield _bad(model, "Unique inside a tenant only: UniqueConstraint(fields=['tenant', ...]).")


def _field_errors(field: Any, owned: bool) -> Iterator[Error]:
    if not field.concrete:
        return
    target = field.related_model if field.is_relation else None
    inside = isinstance(target, type) and issubclass(target, TenantModel)
    if field.many_to_many:
        if (owned or inside) and field.remote_field.through._meta.auto_created:
            yield _bad(field, "Name a TenantModel as `through`: the join row needs a tenant.")
        return
    if not owned and inside:
        yield _bad(field, "A shared row cannot point at a tenant's row.")
    if owned and inside and not isinstance(field, TenantForeignKey):
        yield _bad(field, "Use TenantForeignKey between rows of one tenant.")
    if owned and field.unique and not field.primary_key:
        yield _bad(field, "Unique inside a tenant only: UniqueConstraint(fields=['tenant', ...]).")


def _bad(thing: Any, text: str) -> Error:
    return Error(text, obj=thing, id="duitpos.E001")
