"""The system check refuses models that could not be sharded by tenant: deliberate mistakes, and the real models."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.core.checks.registry import registry
from django.db import models
from django.db.models.functions import Lower
from django.test.utils import isolate_apps

from duitpos.kit.tenancy import TenantForeignKey, TenantModel
from duitpos.kit.tenancy.checks import SHARED_TABLES, check_tenant_rules, errors_of
from duitpos.models import Order, Tenant, User

pytestmark = pytest.mark.pure


def _problems(model: type[models.Model]) -> list[str]:
    return [str(error.msg) for error in errors_of(model)]


def test_the_real_models_pass() -> None:
    assert check_tenant_rules() == []
    ours = set(apps.get_app_config("duitpos").get_models())
    shared = {model.__name__ for model in ours if not issubclass(model, TenantModel)}
    assert shared == SHARED_TABLES


def test_the_check_runs_with_djangos_own() -> None:
    checks: list[Any] = list(registry.get_checks())
    assert check_tenant_rules in checks


def test_tables_of_others_hold_no_tenants_rows() -> None:
    """Libraries' tables, by name: a new one must be checked and added here."""
    theirs = {model._meta.label for model in apps.get_models() if model._meta.app_label != "duitpos"}
    assert theirs == {
        "account.EmailAddress",
        "account.EmailConfirmation",
        "auth.Group",
        "auth.Permission",
        "contenttypes.ContentType",
        "mfa.Authenticator",
        "sessions.Session",
        "usersessions.UserSession",
    }


@isolate_apps("duitpos")
def test_a_good_model_passes() -> None:
    class Good(TenantModel):
        order = TenantForeignKey(Order, on_delete=models.PROTECT, related_name="+")
        user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
        code = models.CharField(max_length=10)

        class Meta:
            app_label = "duitpos"
            constraints = [models.UniqueConstraint(fields=["tenant", "code"], name="good_code")]

    assert _problems(Good) == []


@isolate_apps("duitpos")
def test_a_table_without_a_tenant() -> None:
    class Loose(models.Model):
        class Meta:
            app_label = "duitpos"

    assert _problems(Loose) == ["A table of ours belongs to a tenant: inherit TenantModel."]


@isolate_apps("duitpos")
def test_a_plain_foreign_key_between_a_tenants_rows() -> None:
    class Plain(TenantModel):
        order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="+")

        class Meta:
            app_label = "duitpos"

    assert _problems(Plain) == ["Use TenantForeignKey between rows of one tenant."]


@isolate_apps("duitpos")
def test_a_plain_one_to_one_between_a_tenants_rows() -> None:
    class OneToOne(TenantModel):
        order = models.OneToOneField(Order, on_delete=models.PROTECT, related_name="+")

        class Meta:
            app_label = "duitpos"

    assert set(_problems(OneToOne)) == {
        "Use TenantForeignKey between rows of one tenant.",
        "Unique inside a tenant only: UniqueConstraint(fields=['tenant', ...]).",
    }


@isolate_apps("duitpos")
def test_a_shared_row_that_references_a_tenants() -> None:
    class Tenant(models.Model):
        order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="+")

        class Meta:
            app_label = "duitpos"

    assert _problems(Tenant) == ["A shared row cannot point at a tenant's row."]


@isolate_apps("duitpos")
def test_unique_over_all_tenants() -> None:
    class Field(TenantModel):
        code = models.CharField(max_length=10, unique=True)

        class Meta:
            app_label = "duitpos"

    class Constraint(TenantModel):
        code = models.CharField(max_length=10)

        class Meta:
            app_label = "duitpos"
            constraints = [models.UniqueConstraint(fields=["code", "tenant"], name="constraint_code")]

    class Expression(TenantModel):
        code = models.CharField(max_length=10)

        class Meta:
            app_label = "duitpos"
            constraints = [models.UniqueConstraint(Lower("code"), name="expression_code")]

    class Together(TenantModel):
        code = models.CharField(max_length=10)

        class Meta:
            app_label = "duitpos"
            unique_together = [("tenant", "code")]

    assert _problems(Field) == ["Unique inside a tenant only: UniqueConstraint(fields=['tenant', ...])."]
    assert _problems(Constraint) == ["Constraint constraint_code must start with tenant."]
    assert _problems(Expression) == ["Constraint expression_code must start with tenant."]
    assert _problems(Together) == ["Unique inside a tenant only: UniqueConstraint(fields=['tenant', ...])."]


@isolate_apps("duitpos")
def test_a_join_table_without_a_tenant() -> None:
    class Many(TenantModel):
        orders: Any = models.ManyToManyField(Order, related_name="+")

        class Meta:
            app_label = "duitpos"

    assert "Name a TenantModel as `through`: the join row needs a tenant." in _problems(Many)


def test_a_tenant_has_no_index_of_its_own_on_rows() -> None:
    """Every index starts with the tenant or is partial; one on the foreign key alone would only slow down writes."""
    for model in apps.get_app_config("duitpos").get_models():
        if issubclass(model, TenantModel):
            tenant: Any = model._meta.get_field("tenant")
            assert tenant.related_model is Tenant
            assert not tenant.db_index
