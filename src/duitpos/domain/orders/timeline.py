"""Build the order page for staff: lines, money and a timeline of kinds and facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import Prefetch

from duitpos.domain.alerts.refund_limit import refund_limit
from duitpos.domain.errors import Code, Conflict, Gone
from duitpos.domain.orders.guest_view import method_words
from duitpos.domain.orders.money_state import MoneyState, money_state
from duitpos.domain.orders.states import CANCELED, HELD, PLACED
from duitpos.kit.money import Money
from duitpos.models import (
    Dispute,
    Order,
    OrderEvent,
    OrderLine,
    Payment,
    PaymentDecline,
    PaymentReference,
    Refund,
    RefundLine,
    Tenant,
    WebhookEvent,
)
from duitpos.models.dispute import DisputeStatus
from duitpos.models.payment import PaymentStatus

TAKEN = (DisputeStatus.NEEDS_RESPONSE, DisputeStatus.UNDER_REVIEW, DisputeStatus.LOST)
"""States of a dispute in which the bank has the money."""


@dataclass(frozen=True, slots=True)
class AttemptDetails:
    """One attempt with its declines, refunds, disputes and events."""

    payment: Payment
    method: str
    declines: list[PaymentDecline]
    refunds: list[Refund]
    disputes: list[Dispute]
    events: list[WebhookEvent]
    references: list[PaymentReference]
    is_extra: bool
    """Whether another payment had released the order."""

    @property
    def can_refund(self) -> bool:
        """Whether money is left that the processor can refund, without what the guest's bank has taken."""
        return self.has_money and self.no_refund is None

    @property
    def has_money(self) -> bool:
        """Whether any of this payment's money is still here."""
        return self.payment.status == PaymentStatus.SUCCEEDED and self.refundable.minor > 0

    @property
    def no_refund(self) -> Conflict | None:
        """Why what is left cannot be refunded through the processor; None when it can, or when nothing is left."""
        contested = next((one for one in self.disputes if one.status in (TAKEN[0], TAKEN[1])), None)
        if contested is not None and self.payment.status == PaymentStatus.SUCCEEDED:
            return Conflict(Code.DISPUTE_OPEN, amount=contested.amount)
        return refund_limit(self.payment, self.refundable.minor) if self.has_money else None

    @property
    def refundable(self) -> Money:
        """The amount that a refund would return."""
        taken = sum(one.amount_minor for one in self.disputes if one.status in TAKEN)
        return Money(max(self.payment.refundable.minor - taken, 0), self.payment.moved.currency)

    @property
    def can_check(self) -> bool:
        """Whether a fetch could change the payment."""
        is_open = self.payment.status in (PaymentStatus.CREATED, PaymentStatus.PENDING)
        return is_open and not self.payment.account.is_manual


class EntryKind(StrEnum):
    """What happened; each comment lists the entry's facts."""

    ORDER_MOVED = "order_moved"  # to, is_back, reason
    SENT_TO_PROCESSOR = "sent_to_processor"  # processor
    SENT_UNPAID = "sent_unpaid"
    DECLINED = "declined"  # code, decline_code: the processor's and the bank's
    GUEST_RETURNED = "guest_returned"
    PAID = "paid"  # amount, method
    ENDED_UNPAID = "ended_unpaid"  # reason: domain/reasons.py
    DISPUTED = "disputed"  # amount
    REFUND_ASKED = "refund_asked"  # amount, reason
    REFUND_ENDED = "refund_ended"  # status, reason: domain/reasons.py
    EVENT = "event"  # processor, outcome, type


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """A line of the timeline. `actor` is a code (guest, webhook, sweep …), or empty if `name` is set instead."""

    at: datetime
    kind: EntryKind
    facts: Mapping[str, Any] = field(default_factory=dict)
    actor: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class OrderDetails:
    """The data of the order's page."""

    order: Order
    lines: list[OrderLine]
    payments: list[AttemptDetails]
    money: MoneyState
    timeline: list[TimelineEntry]


def order_details(tenant: Tenant, order_id: UUID) -> OrderDetails:
    """Load an order's page in nine queries. Raises Gone."""
    rows = Order.objects.filter(tenant=tenant, id=order_id).select_related("location", "table", "replaces")
    order = rows.first()
    if order is None:
        raise Gone(Code.ORDER_UNKNOWN)
    payments = _payments(tenant, order)
    events = list(
        OrderEvent.objects.filter(tenant=tenant, order=order)
        .select_related("member__user")
        .order_by("at", "id")
    )
    refunds = [refund for attempt in payments for refund in attempt.refunds]
    return OrderDetails(
        order=order,
        lines=list(OrderLine.objects.filter(tenant=tenant, order=order).order_by("position")),
        payments=payments,
        money=money_state([attempt.payment for attempt in payments], refunds),
        timeline=_timeline(_order_entries(events), _money_entries(payments)),
    )


def _timeline(of_order: list[TimelineEntry], of_money: list[TimelineEntry]) -> list[TimelineEntry]:
    """Sort by time. Entries of one instant: the order is made, then paid, then sent to the kitchen."""
    return sorted([*of_order[:1], *of_money, *of_order[1:]], key=lambda entry: entry.at)


def _payments(tenant: Tenant, order: Order) -> list[AttemptDetails]:
    payments = list(
        Payment.objects.filter(tenant=tenant, order=order)
        .select_related("account", "payment_type", "taken_by__user")
        .order_by("created_at", "id")
    )
    of = {"tenant": tenant, "payment_id__in": [payment.id for payment in payments]}
    declines = list(PaymentDecline.objects.filter(**of).order_by("at", "id"))
    dishes = Prefetch("lines", RefundLine.objects.filter(tenant=tenant).select_related("order_line"))
    rows = Refund.objects.filter(**of).select_related("member__user").prefetch_related(dishes)
    refunds = list(rows.order_by("created_at", "id"))
    disputes = list(Dispute.objects.filter(**of).order_by("opened_at", "id"))
    events = list(WebhookEvent.objects.filter(**of).defer("body").order_by("received_at", "id"))
    references = list(PaymentReference.objects.filter(**of).order_by("id"))
    return [
        AttemptDetails(
            payment=payment,
            method=method_words(payment.method),
            declines=[row for row in declines if row.payment_id == payment.id],
            refunds=[row for row in refunds if row.payment_id == payment.id],
            disputes=[row for row in disputes if row.payment_id == payment.id],
            events=[row for row in events if row.payment_id == payment.id],
            references=[row for row in references if row.payment_id == payment.id],
            is_extra=payment.status == PaymentStatus.SUCCEEDED
            and order.released_by_id is not None
            and order.released_by_id != payment.id,
        )
        for payment in payments
    ]


def _order_entries(events: list[OrderEvent]) -> list[TimelineEntry]:
    entries = []
    for event in events:
        is_back = event.to_status == PLACED and event.from_status not in (HELD, CANCELED)
        moved = {"to": event.to_status, "is_back": is_back, "reason": event.reason}
        name = str(event.member.user) if event.member is not None else ""
        entries.append(
            TimelineEntry(
                event.at, EntryKind.ORDER_MOVED, moved, actor="" if name else event.actor, name=name
            )
        )
    return entries


def _money_entries(payments: list[AttemptDetails]) -> list[TimelineEntry]:
    entries: list[TimelineEntry] = []
    for attempt in payments:
        account = attempt.payment.account
        processor = attempt.payment.payment_type.name if account.is_manual else account.processor.title()
        entries += _payment_entries(attempt, processor)
        entries += _refund_entries(attempt, processor)
        entries += [
            TimelineEntry(
                # The processor's times are whole seconds, which could put the dispute before its payment.
                max(dispute.opened_at, attempt.payment.settled_at or attempt.payment.created_at),
                EntryKind.DISPUTED,
                {"amount": dispute.amount},
                name=processor,
            )
            for dispute in attempt.disputes
        ]
        entries += [
            TimelineEntry(
                event.received_at,
                EntryKind.EVENT,
                {"processor": processor, "outcome": event.outcome, "type": event.type},
                name=processor,
            )
            for event in attempt.events
        ]
    return entries


def _payment_entries(attempt: AttemptDetails, processor: str) -> Iterator[TimelineEntry]:
    payment = attempt.payment
    if payment.account.is_manual:
        yield TimelineEntry(payment.created_at, EntryKind.SENT_UNPAID, actor="guest")
    else:
        yield TimelineEntry(
            payment.created_at, EntryKind.SENT_TO_PROCESSOR, {"processor": processor}, actor="guest"
        )
    for decline in attempt.declines:
        # The processor's times are whole seconds, which could put the decline before its payment.
        at = max(decline.at, payment.created_at)
        yield TimelineEntry(
            at,
            EntryKind.DECLINED,
            {"code": decline.code, "decline_code": decline.decline_code},
            name=processor,
        )
    if payment.returned_at:
        yield TimelineEntry(payment.returned_at, EntryKind.GUEST_RETURNED, actor="guest")
    if payment.settled_at:
        paid = {"amount": payment.moved, "method": attempt.method}
        taken_by = str(payment.taken_by.user) if payment.taken_by is not None else ""
        yield TimelineEntry(
            payment.settled_at, EntryKind.PAID, paid, actor=payment.settled_via, name=taken_by
        )
    elif payment.ended_at:
        why = {"reason": payment.failure}
        yield TimelineEntry(payment.ended_at, EntryKind.ENDED_UNPAID, why, name=processor)


def _refund_entries(attempt: AttemptDetails, processor: str) -> Iterator[TimelineEntry]:
    for refund in attempt.refunds:
        who = str(refund.member.user) if refund.member else processor
        asked = {"amount": refund.amount, "reason": refund.reason}
        yield TimelineEntry(refund.created_at, EntryKind.REFUND_ASKED, asked, name=who)
        if refund.ended_at:
            ended = {"status": refund.status, "reason": refund.failure}
            yield TimelineEntry(refund.ended_at, EntryKind.REFUND_ENDED, ended, name=processor)
