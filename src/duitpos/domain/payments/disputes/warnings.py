"""Alerts about payments that a bank or the processor suspects, in whatever order the events arrive (M152)."""

from __future__ import annotations

from uuid import UUID, uuid5

from duitpos.domain.alerts.open import Resolution, open_alert, resolve
from duitpos.domain.alerts.tell import queue_mail
from duitpos.kit.clock import now
from duitpos.kit.facts import facts
from duitpos.models import Alert, Payment
from duitpos.models.alert import AlertKind
from duitpos.processors.snapshots import WarningKind, WarningSnapshot

_ALERTS = {WarningKind.FRAUD: AlertKind.FRAUD_WARNING, WarningKind.REVIEW: AlertKind.PAYMENT_REVIEW}


def apply_warning(payment: Payment, snapshot: WarningSnapshot) -> str:
    """Open or end a warning's one alert in the caller's transaction, and return an outcome code; safe to run twice.

    A warning never opens again, so what ended stays ended: the alert's row is kept also where the end came first.
    """
    kind, at = _ALERTS[snapshot.kind], now()
    subject = subject_of(payment, snapshot.reference)
    rows = Alert.objects.filter(tenant_id=payment.tenant_id, kind=kind, subject_id=subject)
    is_new = not rows.exists()
    if is_new:
        open_alert(
            payment.tenant_id,
            kind,
            subject,
            at,
            order=payment.order,
            payment=payment,
            # The warning may come before the notice that the payment succeeded.
            amount=payment.amount if payment.moved_minor is None else payment.moved,
            facts={"bank_reason": snapshot.reason.replace("_", " ")},
        )
    if snapshot.is_open:
        if not is_new:
            return "already"
        queue_mail(payment.tenant_id, kind, subject, at)
        return f"warning_{snapshot.kind}"
    over = facts(Resolution.WARNING_OVER)
    resolve(payment.tenant_id, at, over, kind=kind, subject_id=subject)
    return "warning_over"


def subject_of(payment: Payment, reference: str) -> UUID:
    """What the alert is about: made from the processor's id, since warnings have no rows of their own."""
    return uuid5(payment.id, reference)
