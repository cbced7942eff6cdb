"""One attempt to pay with everything that is known of it: declines, refunds, disputes, events, ids, receipt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Prefetch

from duitpos.domain.alerts.refund_limit import refund_limit
from duitpos.domain.errors import Code, Conflict
from duitpos.domain.orders.guest_view import method_words
from duitpos.kit.money import Money
from duitpos.models import (
    Dispute,
    OutboxEntry,
    Payment,
    PaymentDecline,
    PaymentReference,
    Refund,
    RefundLine,
    Tenant,
    WebhookEvent,
)
from duitpos.models.dispute import DisputeStatus
from duitpos.models.outbox import OutboxKind
from duitpos.models.payment import PaymentStatus
from duitpos.processors.base import Adapter
from duitpos.processors.registry import ADAPTERS

TAKEN = (DisputeStatus.NEEDS_RESPONSE, DisputeStatus.UNDER_REVIEW, DisputeStatus.LOST)
"""States of a dispute in which the bank has the money."""


@dataclass(frozen=True, slots=True)
class Link:
    """An id at the processor. `url` is its page in the processor's dashboard, or empty."""

    value: str
    url: str


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
    receipts: list[OutboxEntry]
    """The receipt by e-mail, if the guest gave an address."""
    is_extra: bool
    """Whether another payment had released the order."""

    def link(self, value: str) -> Link:
        """One of the processor's ids with its page in the processor's dashboard."""
        account = self.payment.account
        kind: Adapter | None = ADAPTERS.get(account.processor)
        if kind is None:
            return Link(value, "")
        url = kind.object_page(value, account.api_base, is_test=self.payment.is_test)
        return Link(value, url)

    @property
    def processor(self) -> str:
        """Who took the payment, for people: the processor, or the payment type where staff took it."""
        account = self.payment.account
        return str(self.payment.payment_type.name if account.is_manual else account.processor.title())

    @property
    def change_minor(self) -> int:
        """What was given back in cash of what the guest handed over."""
        return max(0, (self.payment.tendered_minor or 0) - self.payment.amount_minor)

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


def attempts_of(payments: Sequence[Payment], tenant: Tenant) -> list[AttemptDetails]:
    """The details of payments that come with account, payment type, staff and order. Seven queries at most."""
    of = {"tenant": tenant, "payment_id__in": [payment.id for payment in payments]}
    declines = list(PaymentDecline.objects.filter(**of).order_by("at", "id"))
    dishes = Prefetch("lines", RefundLine.objects.filter(tenant=tenant).select_related("order_line"))
    rows = Refund.objects.filter(**of).select_related("member__user").prefetch_related(dishes)
    refunds = list(rows.order_by("created_at", "id"))
    disputes = list(Dispute.objects.filter(**of).order_by("opened_at", "id"))
    events = list(WebhookEvent.objects.filter(**of).defer("body").order_by("received_at", "id"))
    references = list(PaymentReference.objects.filter(**of).order_by("id"))
    mailed = [payment.id for payment in payments if payment.guest_email]
    receipts = (
        list(OutboxEntry.objects.filter(tenant=tenant, kind=OutboxKind.RECEIPT, subject_id__in=mailed))
        if mailed
        else []
    )
    return [
        AttemptDetails(
            payment=payment,
            method=method_words(payment.method),
            declines=[row for row in declines if row.payment_id == payment.id],
            refunds=[row for row in refunds if row.payment_id == payment.id],
            disputes=[row for row in disputes if row.payment_id == payment.id],
            events=[row for row in events if row.payment_id == payment.id],
            references=[row for row in references if row.payment_id == payment.id],
            receipts=[row for row in receipts if row.subject_id == payment.id],
            is_extra=_is_extra(payment),
        )
        for payment in payments
    ]


def _is_extra(payment: Payment) -> bool:
    order = payment.order
    if order is None or payment.status != PaymentStatus.SUCCEEDED:
        return False
    return order.released_by_id is not None and order.released_by_id != payment.id
