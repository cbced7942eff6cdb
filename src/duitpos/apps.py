"""The one Django app: it owns all tables."""

from __future__ import annotations

from django.apps import AppConfig
from django.core import checks


class DuitPOS(AppConfig):
    """Installs the tenant guard and the checks; starts nothing."""

    name = "duitpos"
    label = "duitpos"
    verbose_name = "DuitPOS"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Watch every connection, and let `check` refuse a model that could not be sharded."""
        from duitpos.kit.tenancy import checks as tenancy_checks
        from duitpos.kit.tenancy import guard

        guard.install()
        checks.register(tenancy_checks.check_tenant_rules, checks.Tags.models)
