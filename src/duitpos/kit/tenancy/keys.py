"""Foreign keys within one tenant."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models.expressions import Col
from django.db.models.fields.related_descriptors import ForwardManyToOneDescriptor
from django.db.models.fields.related_lookups import RelatedExact, RelatedIn
from django.db.models.lookups import Exact, In


class _SameTenantObject(ForwardManyToOneDescriptor):  # type: ignore[type-arg]
    def __set__(self, instance: Any, value: Any) -> None:
        if value is not None and value.tenant_id != instance.tenant_id:
            raise ValueError(f"{self.field} must stay inside one tenant.")
        super().__set__(instance, value)


class TenantForeignKey(models.ForeignKey):  # type: ignore[type-arg]
    """A foreign key between two rows of the same tenant; every join and look-up through it names the tenant."""

    forward_related_accessor_class = _SameTenantObject

    def __init__(self, to: Any, on_delete: Any, **kwargs: Any) -> None:
        # On a sharded database the constraint is on (tenant_id, x_id) and is created when the tables are distributed.
        kwargs["db_constraint"] = not settings.SHARDED
        super().__init__(to, on_delete, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("db_constraint", None)  # the same migrations on every database
        return name, path, args, kwargs

    def get_extra_descriptor_filter(self, instance: Any) -> dict[str, Any]:
        return {"tenant_id": instance.tenant_id}

    def get_extra_restriction(self, alias: str | None, related_alias: str | None) -> Any:
        if not (alias and related_alias):
            return None
        near, far = (m._meta.get_field("tenant") for m in (self.model, self.related_model))
        return Exact(near.get_col(related_alias), far.get_col(alias))  # type: ignore[union-attr]


class _SameTenant:
    """Makes `order=obj` and `order__in=objs` filter by the objects' tenant too."""

    lhs: Any

    def __init__(self, lhs: Any, rhs: Any) -> None:
        rows = [rhs] if isinstance(rhs, models.Model) else rhs if isinstance(rhs, (list, tuple, set)) else ()
        self.tenants = {row.tenant_id for row in rows if isinstance(row, models.Model)}  # type: ignore[attr-defined]
        super().__init__(lhs, rhs)  # type: ignore[call-arg]

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        sql, params = super().as_sql(compiler, connection)  # type: ignore[misc]
        if not self.tenants:
            return sql, params
        tenant = self.lhs.target.model._meta.get_field("tenant")
        more, more_params = compiler.compile(In(Col(self.lhs.alias, tenant), self.tenants))
        return f"({sql} AND {more})", (*params, *more_params)


class _TenantExact(_SameTenant, RelatedExact):
    lookup_name = "exact"


class _TenantIn(_SameTenant, RelatedIn):
    lookup_name = "in"


TenantForeignKey.register_lookup(_TenantExact)
TenantForeignKey.register_lookup(_TenantIn)
