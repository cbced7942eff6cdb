"""The one Django app: it owns all tables."""

from __future__ import annotations

from django.apps import AppConfig
from django.core import checks


class DuitPOS(AppConfig):
    """Installs the tenant guard and the checks, and says who sends mails and what logs leave out; starts nothing."""

    name = "duitpos"
    label = "duitpos"
    verbose_name = "DuitPOS"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Watch every connection, let `check` refuse what could not be sharded, and fill the registries."""
        from duitpos.domain.payments.outbox.run import do_with
        from duitpos.jobs.alert_mail import send_alert
        from duitpos.jobs.day_close_mail import send_day_closes
        from duitpos.jobs.receipt import send_receipt
        from duitpos.jobs.refund_mail import send_refund_mail
        from duitpos.kit.logs import redact_also
        from duitpos.kit.tenancy import checks as tenancy_checks
        from duitpos.kit.tenancy import guard
        from duitpos.models.outbox import OutboxKind
        from duitpos.processors.registry import ADAPTERS
        from duitpos.web import keep_signed_in

        guard.install()
        keep_signed_in.install()
        do_with(OutboxKind.RECEIPT, send_receipt)
        do_with(OutboxKind.ALERT, send_alert)
        do_with(OutboxKind.DAY_CLOSE, send_day_closes)
        do_with(OutboxKind.REFUND, send_refund_mail)
        for adapter in ADAPTERS.values():
            for field in adapter.credential_fields:
                if field.secret_pattern:
                    redact_also(field.secret_pattern)
        checks.register(tenancy_checks.check_tenant_rules, checks.Tags.models)
