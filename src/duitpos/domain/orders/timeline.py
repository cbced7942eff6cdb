"""Everything about one order for staff: lines, money, and what happened in plain words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from duitpos.domain.errors import Code, Gone
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
    Refund,
    Tenant,
    WebhookEvent,
)
from duitpos.models.dispute import DisputeStatus
from duitpos.models.payment import PaymentStatus

TAKEN = (DisputeStatus.NEEDS_RESPONSE, DisputeStatus.UNDER_REVIEW, DisputeStatus.LOST)
"""States of a dispute in which the bank has the money."""


@dataclass(frozen=True, slots=True)
class PaymentStory:
    """One attempt, with what was refused, given back and heard about it."""

    payment: Payment
    method: str
    declines: list[PaymentDecline]
    refunds: list[Refund]
    disputes: list[Dispute]
    events: list[WebhookEvent]
    is_extra: bool
    """Money for an order that another payment had released."""

    @property
    def can_refund(self) -> bool:
        """Whether there is money left to give back: not what the guest's bank has taken."""
        return self.payment.status == PaymentStatus.SUCCEEDED and self.refundable.minor > 0

    @property
    def refundable(self) -> Money:
        """What a refund would give back."""
        taken = sum(one.amount_minor for one in self.disputes if one.status in TAKEN)
        return Money(max(self.payment.refundable.minor - taken, 0), self.payment.moved.currency)

    @property
    def can_check(self) -> bool:
        """Whether asking the processor could tell something new."""
        return self.payment.status in (PaymentStatus.CREATED, PaymentStatus.PENDING)


@dataclass(frozen=True, slots=True)
class StoryEntry:
    """A line of the timeline."""

    at: datetime
    text: str
    actor: str


@dataclass(frozen=True, slots=True)
class OrderStory:
    """The order's page."""

    order: Order
    lines: list[OrderLine]
    payments: list[PaymentStory]
    money: MoneyState
    timeline: list[StoryEntry]


def order_story(tenant: Tenant, order_id: UUID) -> OrderStory:
    """The whole story in eight queries; Gone."""
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
    refunds = [refund for story in payments for refund in story.refunds]
    return OrderStory(
        order=order,
        lines=list(OrderLine.objects.filter(tenant=tenant, order=order).order_by("position")),
        payments=payments,
        money=money_state([story.payment for story in payments], refunds),
        timeline=_timeline(_order_entries(events), _money_entries(payments)),
    )


def _timeline(of_order: list[StoryEntry], of_money: list[StoryEntry]) -> list[StoryEntry]:
    """By time. What happens at one instant: the order is made, then paid, then sent to the kitchen."""
    return sorted([*of_order[:1], *of_money, *of_order[1:]], key=lambda entry: entry.at)


def _payments(tenant: Tenant, order: Order) -> list[PaymentStory]:
    payments = list(
        Payment.objects.filter(tenant=tenant, order=order)
        .select_related("account", "payment_type")
        .order_by("created_at", "id")
    )
    of = {"tenant": tenant, "payment_id__in": [payment.id for payment in payments]}
    declines = list(PaymentDecline.objects.filter(**of).order_by("at", "id"))
    refunds = list(Refund.objects.filter(**of).select_related("member__user").order_by("created_at", "id"))
    disputes = list(Dispute.objects.filter(**of).order_by("opened_at", "id"))
    events = list(WebhookEvent.objects.filter(**of).defer("body").order_by("received_at", "id"))
    return [
        PaymentStory(
            payment=payment,
            method=method_words(payment.method),
            declines=[row for row in declines if row.payment_id == payment.id],
            refunds=[row for row in refunds if row.payment_id == payment.id],
            disputes=[row for row in disputes if row.payment_id == payment.id],
            events=[row for row in events if row.payment_id == payment.id],
            is_extra=payment.status == PaymentStatus.SUCCEEDED
            and order.released_by_id is not None
            and order.released_by_id != payment.id,
        )
        for payment in payments
    ]


def _order_entries(events: list[OrderEvent]) -> list[StoryEntry]:
    words = {
        "held": _("Order made, waiting for payment"),
        "placed": _("Sent to the kitchen"),
        "put back": _("Put back to new"),
        "preparing": _("Being prepared"),
        "ready": _("Ready"),
        "served": _("Served"),
        "canceled": _("Canceled"),
    }
    entries = []
    for event in events:
        is_back = event.to_status == PLACED and event.from_status not in (HELD, CANCELED)
        text = words["put back" if is_back else event.to_status]
        if event.reason:
            text = f"{text}: {event.reason}"
        entries.append(StoryEntry(event.at, text, _who(event)))
    return entries


def _who(event: OrderEvent) -> str:
    if event.member is not None:
        return str(event.member.user)
    return _actor_words(event.actor)


def _money_entries(payments: list[PaymentStory]) -> list[StoryEntry]:
    entries: list[StoryEntry] = []
    for story in payments:
        payment, processor = story.payment, story.payment.account.processor.title()
        entries.append(
            StoryEntry(payment.created_at, _("Sent to %(name)s") % {"name": processor}, _("guest"))
        )
        for decline in story.declines:
            text = _("Card declined: %(why)s") % {
                "why": decline.message or decline.decline_code or decline.code
            }
            # The processor's clock has whole seconds: no card was declined before it was asked for.
            entries.append(StoryEntry(max(decline.at, payment.created_at), text, processor))
        if payment.returned_at:
            entries.append(
                StoryEntry(payment.returned_at, _("Guest came back from the payment page"), _("guest"))
            )
        if payment.settled_at:
            text = _("Paid %(amount)s, %(how)s") % {"amount": payment.moved, "how": story.method}
            entries.append(
                StoryEntry(payment.settled_at, text.rstrip(", "), _actor_words(payment.settled_via))
            )
        elif payment.ended_at:
            text = _("Payment ended unpaid") + (f": {payment.failure}" if payment.failure else "")
            entries.append(StoryEntry(payment.ended_at, text, processor))
        entries += _refund_entries(story)
        entries += [
            StoryEntry(
                # The processor's clock has whole seconds: no payment was disputed before it was made.
                max(dispute.opened_at, payment.settled_at or payment.created_at),
                _("The guest's bank disputes %(amount)s") % {"amount": dispute.amount},
                processor,
            )
            for dispute in story.disputes
        ]
        entries += [_event_entry(event, processor) for event in story.events]
    return entries


def _refund_entries(story: PaymentStory) -> list[StoryEntry]:
    entries = []
    for refund in story.refunds:
        who = str(refund.member.user) if refund.member else story.payment.account.processor.title()
        text = _("Refund of %(amount)s asked for") % {"amount": refund.amount}
        entries.append(
            StoryEntry(refund.created_at, f"{text}: {refund.reason}" if refund.reason else text, who)
        )
        if refund.ended_at:
            words = {
                "succeeded": _("Refund arrived"),
                "failed": _("Refund failed"),
                "canceled": _("Refund canceled"),
            }
            text = words.get(refund.status, refund.status)
            text = f"{text}: {refund.failure}" if refund.failure else text
            entries.append(StoryEntry(refund.ended_at, text, story.payment.account.processor.title()))
    return entries


def _event_entry(event: WebhookEvent, processor: str) -> StoryEntry:
    outcome = {
        "settled": _("%(name)s confirmed the payment"),
        "already": _("%(name)s told us what we knew"),
        "declined": _("%(name)s reported the decline"),
        "processing": _("%(name)s said that the bank is still at it"),
        "still_open": _("%(name)s said that nothing was paid yet"),
        "ended": _("%(name)s said that the payment ended unpaid"),
        "failed": _("A notice of %(name)s could not be handled; it is tried again"),
        "refunded": _("%(name)s confirmed the refund"),
        "dispute_inquiry": _("%(name)s reported that the bank asks about the payment"),
        "dispute_needs_response": _("%(name)s reported the dispute"),
        "dispute_under_review": _("%(name)s reported that the bank looks at the answer"),
        "dispute_won": _("%(name)s reported that the dispute is won"),
        "dispute_lost": _("%(name)s reported that the dispute is lost"),
        "dispute_closed": _("%(name)s reported that the dispute is over"),
    }.get(event.outcome, _("A notice of %(name)s") + ": " + event.outcome.replace("_", " "))
    return StoryEntry(event.received_at, f"{outcome % {'name': processor}} ({event.type})", processor)


def _actor_words(kind: str) -> str:
    return {
        "guest": _("guest"),
        "webhook": _("processor's notice"),
        "return": _("guest's return"),
        "sweep": _("periodic check"),
        "button": _("check by staff"),
    }.get(kind, kind)
