"""The state of an order and its money as the guest sees it. guest/texts.py has the sentences (M64)."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.db.models import Q, QuerySet

from duitpos.domain.errors import Code, Gone
from duitpos.domain.orders.advance import is_unpaid
from duitpos.domain.orders.board import is_hidden
from duitpos.domain.orders.counter_code import counter_code
from duitpos.domain.orders.guest_refunds import GuestRefund, guest_refunds
from duitpos.domain.orders.line_changes import add_changes, count_of_changes
from duitpos.domain.orders.money_state import MoneyState, money_state
from duitpos.domain.orders.queries import payments_of, waits_for_staff
from duitpos.domain.orders.states import CANCELED, HELD, PLACED, PREPARING
from duitpos.kit.clock import now
from duitpos.models import Alert, Location, Order, OrderLine, Payment, Refund, Table, Tenant
from duitpos.models.alert import AlertKind, PolicyAction
from duitpos.models.payment import LIVE_ATTEMPT, PaymentStatus

REMEMBERED = timedelta(hours=12)
MOST_OF_PHONE = 50
"""How many of a phone's orders are listed."""


class GuestState(StrEnum):
    """The state of an order for its guest."""

    WAITING = "waiting"  # the payment page is open
    AT_COUNTER = "at_counter"  # to be paid to staff, held or in the kitchen already
    CHECKING = "checking"  # the guest returned or a fetch failed: the result is not known yet
    PROCESSING = "processing"  # the bank has not decided yet
    PAID = "paid"
    NEEDS_STAFF = "needs_staff"  # paid, but the order is not in the kitchen
    LATE_CANCELED = "late_canceled"  # paid, but the order was canceled
    NOT_PAID = "not_paid"
    REFUNDING = "refunding"
    REFUNDED = "refunded"


FINAL = frozenset({GuestState.NOT_PAID, GuestState.REFUNDED})
"""States after which the page stops polling."""
UNDECIDED = (GuestState.PAID, GuestState.NEEDS_STAFF, GuestState.LATE_CANCELED)
"""States in which staff may have to decide."""
CONFIRM = (
    AlertKind.SOLD_OUT_AFTER_PAYMENT,
    AlertKind.PAID_WHILE_CLOSED,
    AlertKind.LATE_MONEY,
    AlertKind.LATE_FOOD,
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """At `at` the money goes back by itself: all of it, or what the dishes cost that cannot be served."""

    at: datetime
    is_all: bool


@dataclass(frozen=True, slots=True)
class GuestOrder:
    """Everything the order's page and its receipt show."""

    order: Order
    lines: list[OrderLine]
    table: Table | None
    location: Location
    state: GuestState
    needs_confirmation: bool
    """Staff must confirm that they cook it: it was paid late, or something is sold out."""
    waiting: Waiting | None
    """What happens to its money if nobody decides in time."""
    may_choose: bool
    """Something of it cannot be served, and the guest may decide what happens (staff_actions/guest_choice.py)."""
    has_extra_payment: bool
    """More than one payment succeeded, and an extra one is not fully refunded yet."""
    payment: Payment | None
    """The one that paid it, else the live attempt, else the newest."""
    paid_at: datetime | None
    paid_via: str
    refunds: list[Refund]
    told: list[GuestRefund]
    """The refunds that the guest is told of."""
    can_pay_again: bool
    version: str

    @property
    def code(self) -> str:
        """What the guest shows at the counter: the number, or a code before there is one."""
        return self.order.label or counter_code(self.order.id)


def order_of_token(tenant: Tenant, order_token: str) -> Order:
    """The order with this unguessable token, with its location and table. Raises Gone."""
    order = _rows(tenant).filter(token=order_token).first()
    if order is None:
        raise Gone(Code.GUEST_ORDER_UNKNOWN)
    return order


def guest_order(tenant: Tenant, order_token: str) -> GuestOrder:
    """The guest's view of the order with this token, in five queries. Raises Gone."""
    return _view(tenant, order_of_token(tenant, order_token))


def order_of_cart(tenant: Tenant, checkout_key: str) -> GuestOrder | None:
    """The order with this checkout key, whichever browser sent it; None if there is none yet."""
    order = _rows(tenant).filter(checkout_key=checkout_key).first()
    return _view(tenant, order) if order else None


def latest_order_of(tenant: Tenant, guest_token: str) -> GuestOrder | None:
    """This phone's newest order of the last 12 hours that was paid or can still be: what a re-scan shows."""
    rows = _rows(tenant).filter(guest_token=guest_token, created_at__gte=now() - REMEMBERED)
    for order in rows.order_by("-created_at")[:3]:
        seen = _view(tenant, order)
        if seen.state != GuestState.NOT_PAID:
            return seen
    return None


def orders_of_phone(tenant: Tenant, guest_token: str) -> list[GuestOrder]:
    """This phone's orders of the last 12 hours that were paid or can still be, newest first; five queries at most."""
    rows = _rows(tenant).filter(guest_token=guest_token, created_at__gte=now() - REMEMBERED)
    found = _views(tenant, list(rows.order_by("-created_at")[:MOST_OF_PHONE]))
    return [seen for seen in found if seen.state != GuestState.NOT_PAID]


def _rows(tenant: Tenant) -> QuerySet[Order]:
    rows = Order.objects.filter(tenant=tenant).select_related("location", "table")
    return rows.annotate(is_hidden=is_hidden(tenant.id), line_changes=count_of_changes(tenant.id))


@dataclass(frozen=True, slots=True)
class _Money:
    """An order with its money: `shown` is the payment that paid it."""

    order: Order
    payments: list[Payment]
    refunds: list[Refund]
    shown: Payment | None
    state: GuestState


def _view(tenant: Tenant, order: Order) -> GuestOrder:
    return _views(tenant, [order])[0]


def _views(tenant: Tenant, orders: Sequence[Order]) -> list[GuestOrder]:
    """Four queries, whatever the number of orders; three if none of them can need confirmation."""
    ids = [order.id for order in orders]
    payments, refunds = payments_of(tenant, ids)
    known = [_money(order, payments[order.id], refunds[order.id]) for order in orders]
    unsure = [one.order.id for one in known if one.state in UNDECIDED]
    open_now = _undecided(tenant, unsure) if unsure else _Undecided()
    lines: dict[UUID, list[OrderLine]] = defaultdict(list)
    for line in OrderLine.objects.filter(tenant=tenant, order_id__in=ids).order_by("position"):
        lines[line.order_id].append(line)
    changed = [line for one in known if getattr(one.order, "line_changes", 0) for line in lines[one.order.id]]
    if changed:
        add_changes(tenant.id, changed)
    told = guest_refunds(
        tenant,
        [payment for one in known for payment in one.payments],
        [refund for one in known for refund in one.refunds],
    )
    return [_seen(one, lines[one.order.id], open_now, told) for one in known]


@dataclass(slots=True)
class _Undecided:
    """What the open alerts of orders mean for their guests, by the orders' ids."""

    confirm: set[UUID] = field(default_factory=set)
    waiting: dict[UUID, Waiting] = field(default_factory=dict)
    may_choose: set[UUID] = field(default_factory=set)


def _undecided(tenant: Tenant, order_ids: Sequence[UUID]) -> _Undecided:
    """The orders that staff must confirm, and what happens by itself if they do not. One query."""
    alerts = Alert.objects.filter(
        Q(kind__in=CONFIRM) | Q(policy_at__isnull=False),
        tenant=tenant,
        order_id__in=order_ids,
        resolved_at__isnull=True,
    )
    found = _Undecided()
    for alert in alerts.order_by("opened_at"):
        if alert.order_id is None:
            continue
        if alert.kind in CONFIRM:
            found.confirm.add(alert.order_id)
        if alert.facts.get("lines"):
            found.may_choose.add(alert.order_id)
        soonest = found.waiting.get(alert.order_id)
        if alert.policy_at is not None and (soonest is None or alert.policy_at < soonest.at):
            is_all = alert.policy_action == PolicyAction.REFUND
            found.waiting[alert.order_id] = Waiting(alert.policy_at, is_all)
    return found


def _money(order: Order, payments: list[Payment], refunds: list[Refund]) -> _Money:
    paid = [payment for payment in payments if payment.status == PaymentStatus.SUCCEEDED]
    shown = next((p for p in paid if p.id == order.released_by_id), paid[0] if paid else None)
    state = _state(order, payments, refunds, shown)
    # No board shows this test order, because a live account is in use.
    if state == GuestState.PAID and getattr(order, "is_hidden", False):
        state = GuestState.NEEDS_STAFF
    return _Money(order, payments, refunds, shown, state)


def _seen(
    known: _Money, lines: list[OrderLine], open_now: _Undecided, told: Mapping[UUID, GuestRefund]
) -> GuestOrder:
    order, shown, state = known.order, known.shown, known.state
    confirm, waiting = order.id in open_now.confirm, open_now.waiting.get(order.id)
    may_choose = order.id in open_now.may_choose and order.status in (PLACED, PREPARING)
    asks = f"{confirm}{waiting}{may_choose}{getattr(order, 'line_changes', 0)}"
    live = next((payment for payment in known.payments if payment.status in LIVE_ATTEMPT), None)
    extra = any(
        payment is not shown and money_state([payment], known.refunds) != MoneyState.REFUNDED
        for payment in known.payments
        if payment.status == PaymentStatus.SUCCEEDED
    )
    return GuestOrder(
        order=order,
        lines=lines,
        table=order.table,
        location=order.location,
        state=state,
        needs_confirmation=confirm,
        waiting=waiting,
        may_choose=may_choose,
        has_extra_payment=extra,
        payment=shown or live or (known.payments[-1] if known.payments else None),
        paid_at=shown.settled_at if shown else None,
        paid_via=method_words(shown.method) if shown else "",
        refunds=known.refunds,
        told=[told[refund.id] for refund in known.refunds if refund.id in told],
        can_pay_again=state == GuestState.NOT_PAID,
        version=_version(order, state, known.payments, known.refunds, asks),
    )


def _state(
    order: Order, payments: Sequence[Payment], refunds: Sequence[Refund], shown: Payment | None
) -> GuestState:
    if shown is None:
        return _unpaid_state(order, payments)
    money = money_state([shown], refunds)
    if money == MoneyState.REFUNDED:
        return GuestState.REFUNDED
    if money == MoneyState.REFUNDING:
        return GuestState.REFUNDING
    if order.status == CANCELED:
        return GuestState.LATE_CANCELED
    return GuestState.NEEDS_STAFF if order.status == HELD else GuestState.PAID


def _unpaid_state(order: Order, payments: Sequence[Payment]) -> GuestState:
    money = money_state(payments, ())
    if money == MoneyState.PROCESSING:
        return GuestState.PROCESSING
    if is_unpaid(order) and any(waits_for_staff(payment) for payment in payments):
        return GuestState.AT_COUNTER
    if money == MoneyState.WAITING and is_unpaid(order):
        # The guest returned from the processor's page, or a fetch failed: the payment may have succeeded.
        unsure = any(
            payment.returned_at or payment.last_problem
            for payment in payments
            if payment.status == PaymentStatus.PENDING
        )
        return GuestState.CHECKING if unsure else GuestState.WAITING
    if order.is_cooked_unpaid:
        return GuestState.AT_COUNTER
    # They returned from a page that we had given up, and it could not be fetched.
    unsure = any(p.watched_until and p.returned_at and p.last_problem for p in payments)
    return GuestState.CHECKING if unsure else GuestState.NOT_PAID


def method_words(method: dict[str, str]) -> str:
    """How it was paid, for people: "Visa ··4242", "FPX maybank2u"."""
    name = method.get("brand") or method.get("kind") or ""
    name = {"fpx": "FPX", "grabpay": "GrabPay", "amex": "American Express"}.get(
        name, name.replace("_", " ").title()
    )
    last = f"··{method['last4']}" if method.get("last4") else method.get("bank", "")
    return f"{name} {last}".strip()


def _version(
    order: Order, state: GuestState, payments: Sequence[Payment], refunds: Sequence[Refund], asks: str
) -> str:
    parts = [order.status, str(order.number), state.value, asks]
    parts += [f"{payment.id}{payment.status}{bool(payment.method)}" for payment in payments]
    parts += [f"{refund.id}{refund.status}{refund.items_minor}" for refund in refunds]
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:20]
