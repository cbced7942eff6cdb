"""The base class of every table that belongs to a tenant."""

from __future__ import annotations

from typing import Any

from django.db import models

from duitpos.kit.ids import uuid7


class TenantModel(models.Model):
    """A row of one tenant, with a UUID key made in Python and a tenant that never changes (decision 0002, rule 1)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # Not indexed: every index of a tenant table starts with the tenant or is partial.
    tenant = models.ForeignKey("duitpos.Tenant", on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        abstract = True

    def refresh_from_db(
        self, using: str | None = None, fields: Any = None, from_queryset: Any = None
    ) -> None:
        """Read the row again, naming its tenant."""
        if from_queryset is None:
            from_queryset = type(self)._base_manager.filter(tenant_id=self.tenant_id)
        super().refresh_from_db(using, fields, from_queryset)

    def _do_update(  # type: ignore[override]
        self, base_qs: Any, using: Any, pk_val: Any, values: Any, update_fields: Any, forced_update: Any
    ) -> bool:
        # Private in Django, but the only way to make save() name the tenant; sharding libraries override it too.
        values = [value for value in values if value[0].name != "tenant"]
        return super()._do_update(  # type: ignore[call-arg, return-value]
            base_qs.filter(tenant_id=self.tenant_id), using, pk_val, values, update_fields, forced_update
        )
