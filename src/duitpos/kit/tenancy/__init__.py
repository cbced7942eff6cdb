"""Rows that belong to one tenant: base classes, the model check, the statement guard (decision 0002)."""

from duitpos.kit.tenancy.guard import AcrossTenants, across_tenants
from duitpos.kit.tenancy.keys import TenantForeignKey
from duitpos.kit.tenancy.rows import TenantModel

__all__ = ["AcrossTenants", "TenantForeignKey", "TenantModel", "across_tenants"]
