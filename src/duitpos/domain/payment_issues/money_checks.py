"""Money without an order, two payments of one order, two equal orders, and refunds that do not arrive."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q

from duitpos.domain.orders.states import CANCELED, HELD, KITCHEN
from duitpos.domain.payment_issues.findings import Cause, CauseCode, Check, Evidence, EvidenceCode, Symptom
from duitpos.domain.payment_issues.known import LATELY, Known
from duitpos.kit.money import Money
from duitpos.models import Alert, Order, Payment, Refund
from duitpos.models.alert import AlertKind
from duitpos.models.payment import LIVE_ATTEMPT, PaymentStatus
from duitpos.models.refund import RefundStatus

SHOWN = 5
"""Causes of one kind that are shown; the rest is in the lists that they lead to."""
LOOKED_BACK = timedelta(days=7)
SAME_ORDER = timedelta(minutes=15)
"""Two equal orders of one table within this time may be one that was sent twice."""
REFUNDS_BACK = timedelta(days=60)
REFUND_USUAL = timedelta(days=7)
"""A refund that is on its way for longer than this is slow. Cards take seconds at the processor, banks some days."""
SEND_USUAL = timedelta(hours=1)
"""How long the processor may take to answer that it makes a refund."""

NOT_PLACED = (
    AlertKind.AMOUNT_DIFFERS,
    AlertKind.MODE_DIFFERS,
    AlertKind.ORDER_CANCELED,
    AlertKind.LATE_FOOD,
    AlertKind.UNKNOWN_PAYMENT,
    AlertKind.NO_PAYMENT_REQUIRED,
    AlertKind.NOT_AT_PROCESSOR,
    AlertKind.EVENT_FAILED,
)
"""Alerts about a guest who paid, or says so, and whose order is not in the kitchen."""


def check_placed(known: Known) -> Check:
    """Paid, but no order. Two queries."""
    causes = [_of_alert(CauseCode.MONEY_NOT_PLACED, alert) for alert in known.alerts_of(*NOT_PLACED)[:SHOWN]]
    lost = Q(order__isnull=True) | Q(order__status__in=(HELD, CANCELED))
    causes += [_of_payment(CauseCode.MONEY_NOT_PLACED, row, alert="") for row in _untold(known, lost)]
    causes += _unanswered(known)
    count = sum(paid.count for paid in known.paid)
    if not count:
        return Check(Symptom.PAID_NO_ORDER, tuple(causes), (Evidence(EvidenceCode.NOTHING_PAID, {}),))
    last = max(paid.last for paid in known.paid)
    seen = Evidence(EvidenceCode.ALL_PLACED, {"count": count, "last": last})
    return Check(Symptom.PAID_NO_ORDER, tuple(causes), () if causes else (seen,))


def check_duplicates(known: Known) -> Check:
    """One order that was paid twice, or one cart that became two paid orders. Two queries."""
    causes = [_of_alert(CauseCode.PAID_TWICE, row) for row in known.alerts_of(AlertKind.DUPLICATE_PAYMENT)]
    extra = Q(order__released_by__isnull=False) & ~Q(order__released_by=F("id"))
    causes += [_of_payment(CauseCode.PAID_TWICE, row) for row in _untold(known, extra)]
    placed = _placed_lately(known)
    causes += _equal_orders(placed)
    seen = Evidence(EvidenceCode.NOTHING_PAID, {})
    if placed:
        seen = Evidence(EvidenceCode.NO_DUPLICATE, {"count": len(placed)})
    return Check(Symptom.DUPLICATE, tuple(causes[:SHOWN]), () if causes else (seen,))


def check_refunds(known: Known) -> Check:
    """Refunds that failed, were not sent, or are on their way for longer than usual. One query."""
    kinds = (AlertKind.REFUND_FAILED, AlertKind.REFUND_DUE)
    causes = [_of_refund_alert(alert) for alert in known.alerts_of(*kinds)[:SHOWN]]
    causes += [_of_question(alert) for alert in known.alerts_of(AlertKind.REFUND_LINES)[:SHOWN]]
    told = {alert.subject_id for alert in known.alerts} | {
        alert.payment_id for alert in known.alerts_of(*kinds)
    }
    rows = Refund.objects.filter(tenant=known.tenant, created_at__gte=known.at - REFUNDS_BACK)
    sent = []
    for row in rows.select_related("payment").order_by("-created_at")[:500]:
        if row.status == RefundStatus.SUCCEEDED:
            sent.append(row)
        elif row.id not in told and row.payment_id not in told:
            causes += _of_open_refund(row, known.at)
    if not sent:
        seen = Evidence(EvidenceCode.NO_REFUNDS, {})
    else:
        seen = Evidence(EvidenceCode.REFUNDS_SENT, {"count": len(sent), "last": sent[0].ended_at})
    return Check(Symptom.REFUND_MISSING, tuple(causes[:SHOWN]), (seen,))


def _untold(known: Known, which: Q) -> list[Payment]:
    """Money of the last days that fits, is still here, and about which no alert was ever opened."""
    alerts = Alert.objects.filter(tenant=known.tenant, payment_id=OuterRef("id"))
    rows = Payment.objects.filter(
        which,
        ~Exists(alerts),
        tenant=known.tenant,
        created_at__gte=known.at - LOOKED_BACK,
        status=PaymentStatus.SUCCEEDED,
        refund_reserved_minor__lt=F("moved_minor"),
    )
    return list(rows.select_related("order").order_by("-created_at")[:SHOWN])


def _unanswered(known: Known) -> Iterator[Cause]:
    """Guests who came back from the payment page, and about whose payment the processor gave no answer since."""
    rows = Payment.objects.filter(
        tenant=known.tenant,
        status__in=LIVE_ATTEMPT,
        returned_at__isnull=False,
        created_at__gte=known.at - LOOKED_BACK,
    ).exclude(last_problem={})
    for row in rows.order_by("-created_at")[:SHOWN]:
        yield Cause(
            CauseCode.NO_ANSWER,
            {"amount": row.amount, "reason": row.last_problem},
            order_id=row.order_id,
            payment_id=row.id,
        )


def _placed_lately(known: Known) -> list[Order]:
    rows = Order.objects.filter(
        tenant=known.tenant, created_at__gte=known.at - LATELY, placed_at__isnull=False
    ).exclude(status=CANCELED)
    return list(rows.select_related("table").order_by("created_at", "id")[:5000])


def _equal_orders(orders: list[Order]) -> Iterator[Cause]:
    """The later of two equal ones, while it can still be stopped: a table that was served both wanted both."""
    earlier: dict[tuple[Any, ...], Order] = {}
    for order in orders:
        same = (order.location_id, order.table_id, order.contents, order.total_minor, order.currency)
        before = earlier.get(same)
        earlier[same] = order
        if before is None or order.status not in KITCHEN:
            continue
        apart = order.created_at - before.created_at
        if apart <= SAME_ORDER:
            about = {
                "amount": order.total,
                "number": order.label,
                "earlier": before.label,
                "table": order.table.name if order.table else "",
                "minutes": int(apart.total_seconds() // 60),
            }
            yield Cause(CauseCode.ORDERED_TWICE, about, order_id=order.id)


def _of_open_refund(row: Refund, at: datetime) -> Iterator[Cause]:
    rows = {"order_id": row.payment.order_id, "payment_id": row.payment_id}
    about: dict[str, object] = {"amount": row.amount, "since": row.created_at}
    waited = at - row.created_at
    if row.status in (RefundStatus.FAILED, RefundStatus.CANCELED):
        if row.payment.refund_reserved_minor < (row.payment.moved_minor or 0) and waited < LOOKED_BACK:
            yield Cause(CauseCode.REFUND_NOT_MADE, {**about, "reason": row.failure}, **rows)
    elif row.status == RefundStatus.CREATED and waited > SEND_USUAL:
        yield Cause(CauseCode.REFUND_NOT_SENT, about, **rows)
    elif row.status == RefundStatus.PENDING and waited > REFUND_USUAL:
        yield Cause(CauseCode.REFUND_SLOW, about, **rows)


def _of_refund_alert(alert: Alert) -> Cause:
    is_due = alert.kind == AlertKind.REFUND_DUE
    return _of_alert(CauseCode.REFUND_DUE if is_due else CauseCode.REFUND_NOT_MADE, alert)


def _of_question(alert: Alert) -> Cause:
    cause = _of_alert(CauseCode.REFUND_FOR_WHAT, alert)
    return replace(cause, facts={**cause.facts, "amount": Money(alert.amount_minor, alert.currency)})


def _of_alert(code: CauseCode, alert: Alert) -> Cause:
    amount = alert.payment.amount if alert.payment else alert.order.total if alert.order else None
    about = {
        "amount": amount,
        "alert": alert.kind,
        "number": alert.order.label if alert.order else "",
        "reason": alert.facts.get("reason") or {},
        "since": alert.opened_at,
    }
    return Cause(code, about, order_id=alert.order_id, payment_id=alert.payment_id, alert_id=alert.id)


def _of_payment(code: CauseCode, row: Payment, **about: object) -> Cause:
    number = row.order.label if row.order else ""
    return Cause(
        code,
        {"amount": row.moved, "number": number, "alert": "", **about},
        order_id=row.order_id,
        payment_id=row.id,
    )
