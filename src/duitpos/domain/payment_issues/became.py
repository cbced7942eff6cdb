"""What became of a guest's money: one answer for an order and all its payments, or for a payment without an order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from duitpos.domain.orders.guest_view import method_words
from duitpos.domain.orders.states import CANCELED, HELD
from duitpos.kit.money import Money
from duitpos.models import Order, Payment, PaymentDecline, Refund
from duitpos.models.order import OrderStatus
from duitpos.models.payment import LIVE_ATTEMPT, PaymentStatus
from duitpos.models.refund import RefundStatus

ON_ITS_WAY = (RefundStatus.CREATED, RefundStatus.PENDING)


class Became(StrEnum):
    """The answer; each comment lists its facts besides `amount`."""

    IN_KITCHEN = "in_kitchen"  # number, paid_at, method
    READY = "ready"  # number, paid_at, method
    SERVED = "served"  # number, paid_at, method
    PAID_NOT_PLACED = "paid_not_placed"  # paid_at, method
    PAID_CANCELED = "paid_canceled"  # number, paid_at, method
    PAID_NO_ORDER = "paid_no_order"  # paid_at, method
    PAID_TWICE = "paid_twice"  # number, extra
    REFUNDED = "refunded"  # back, refunded_at
    REFUND_ON_ITS_WAY = "refund_on_its_way"  # back, refunded_at
    REFUND_FAILED = "refund_failed"  # back
    PARTLY_REFUNDED = "partly_refunded"  # number, back, refunded_at
    PROCESSING = "processing"  # since
    DECLINED = "declined"  # tries, last, decline: code and decline_code
    DECLINED_OPEN = "declined_open"  # the same; the page can still be paid
    PAGE_OPEN = "page_open"  # started
    NOT_PAID = "not_paid"  # started
    NEVER_STARTED = "never_started"  # started


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of the money, with its facts."""

    code: Became
    facts: Mapping[str, object]

    @property
    def is_paid(self) -> bool:
        """Whether money was taken, wherever it is now."""
        return self.code not in _UNPAID

    @property
    def needs_decision(self) -> bool:
        """Whether staff must decide what becomes of it."""
        return self.code in _TO_DECIDE


_UNPAID = frozenset({
    Became.PROCESSING, Became.DECLINED, Became.DECLINED_OPEN, Became.PAGE_OPEN, Became.NOT_PAID, Became.NEVER_STARTED,
})  # fmt: skip
_TO_DECIDE = frozenset({
    Became.PAID_NOT_PLACED, Became.PAID_CANCELED, Became.PAID_NO_ORDER, Became.PAID_TWICE, Became.REFUND_FAILED,
})  # fmt: skip


def what_became(
    order: Order | None,
    payments: Sequence[Payment],
    declines: Sequence[PaymentDecline],
    refunds: Sequence[Refund],
) -> Answer:
    """Judge all payments of one order with their declines and refunds, each oldest first."""
    paid = [payment for payment in payments if payment.status == PaymentStatus.SUCCEEDED]
    if not paid:
        return _unpaid(payments, declines)
    mine = [refund for refund in refunds if refund.payment_id in {payment.id for payment in paid}]
    return _of_refunds(order, paid, mine) or _of_order(order, paid)


def _unpaid(payments: Sequence[Payment], declines: Sequence[PaymentDecline]) -> Answer:
    newest = payments[-1]
    live = next((payment for payment in reversed(payments) if payment.status in LIVE_ATTEMPT), None)
    about: dict[str, object] = {"amount": newest.amount, "started": payments[0].created_at}
    if live is not None and live.processing_since is not None:
        return Answer(Became.PROCESSING, {**about, "since": live.processing_since})
    is_open = live is not None and live.status == PaymentStatus.PENDING
    if declines:
        last = declines[-1]
        about |= {
            "tries": len(declines),
            "last": last.at,
            "decline": {"code": last.code, "decline_code": last.decline_code},
        }
        return Answer(Became.DECLINED_OPEN if is_open else Became.DECLINED, about)
    if is_open:
        return Answer(Became.PAGE_OPEN, about)
    was_started = any(payment.reference for payment in payments)
    return Answer(Became.NOT_PAID if was_started else Became.NEVER_STARTED, about)


def _of_refunds(order: Order | None, paid: list[Payment], refunds: list[Refund]) -> Answer | None:
    """The answer when the money went back, is on its way or should have gone; None when it is all here."""
    taken = _sum([payment.moved for payment in paid])
    back = [refund for refund in refunds if refund.status == RefundStatus.SUCCEEDED]
    on_its_way = [refund for refund in refunds if refund.status in ON_ITS_WAY]
    failed = [refund for refund in refunds if refund.status in (RefundStatus.FAILED, RefundStatus.CANCELED)]
    about = {"amount": taken, "number": order.label if order else ""}
    if on_its_way:
        last = on_its_way[-1]
        return Answer(
            Became.REFUND_ON_ITS_WAY,
            {**about, "back": _sum([one.amount for one in on_its_way]), "refunded_at": last.created_at},
        )
    returned = _sum([one.amount for one in back]) if back else None
    if returned is not None and returned.minor >= taken.minor:
        return Answer(Became.REFUNDED, {**about, "back": returned, "refunded_at": back[-1].ended_at})
    if failed and not back:
        return Answer(Became.REFUND_FAILED, {**about, "back": failed[-1].amount})
    # Of two payments the second went back: the order's own is still here.
    if returned is None or returned.minor >= taken.minor - paid[0].moved.minor > 0:
        return None
    return Answer(Became.PARTLY_REFUNDED, {**about, "back": returned, "refunded_at": back[-1].ended_at})


def _of_order(order: Order | None, paid: list[Payment]) -> Answer:
    own = next((one for one in paid if order is not None and one.id == order.released_by_id), paid[0])
    about = {
        "amount": own.moved,
        "paid_at": own.settled_at or own.created_at,
        "method": method_words(own.method),
        "number": order.label if order else "",
    }
    extra = [one for one in paid if one.id != own.id and one.refundable.minor > 0]
    if order is None:
        return Answer(Became.PAID_NO_ORDER, about)
    if extra:
        return Answer(Became.PAID_TWICE, {**about, "extra": _sum([one.refundable for one in extra])})
    if order.status == HELD:
        return Answer(Became.PAID_NOT_PLACED, about)
    if order.status == CANCELED:
        return Answer(Became.PAID_CANCELED, about)
    states = {OrderStatus.READY: Became.READY, OrderStatus.SERVED: Became.SERVED}
    return Answer(states.get(OrderStatus(order.status), Became.IN_KITCHEN), about)


def _sum(amounts: list[Money]) -> Money:
    """The sum; of different currencies, that of the first one's."""
    first = amounts[0]
    return Money(sum(one.minor for one in amounts if one.currency == first.currency), first.currency)
