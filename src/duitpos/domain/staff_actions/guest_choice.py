"""A paid dish cannot be served: the guest chooses another one for no more money, or the money back.

The guest's choice, the staff's and the policy's resolve the same alert by one guarded update, in the transaction that
reserves the money: whoever is first decides, and there is one outcome.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from duitpos.domain.alerts.open import Resolution, resolve
from duitpos.domain.alerts.refund_limit import refund_limit
from duitpos.domain.errors import Code, Conflict, Gone, Invalid
from duitpos.domain.menus.read import Item, menu_of
from duitpos.domain.menus.sell import take
from duitpos.domain.orders.advance import Actor
from duitpos.domain.orders.line_changes import as_swapped, swaps_of
from duitpos.domain.orders.pricing import rules_of_order, totals_of
from duitpos.domain.orders.states import PLACED, PREPARING
from duitpos.domain.payments.refunds.refund import Reserved, Who, send_reserved
from duitpos.domain.payments.refunds.refund_part import Why, reserve_amount, reserve_lines
from duitpos.domain.payments.refunds.refunded_lines import lines_left, price_lines
from duitpos.domain.staff_actions.refund_dishes import stop_cooking, unserved_lines
from duitpos.kit.clock import now
from duitpos.kit.facts import facts
from duitpos.kit.money import Money
from duitpos.kit.transact import transact
from duitpos.models import Alert, LineSwap, Order, OrderLine, Payment, Tenant
from duitpos.models.alert import AlertKind
from duitpos.models.refund import RefundReason, RefundSource

MOST_OFFERED = 12
_OFFERS = (AlertKind.SOLD_OUT_AFTER_PAYMENT, AlertKind.PAID_WHILE_CLOSED)


@dataclass(frozen=True, slots=True)
class OpenLine:
    """A paid line that cannot be served, and the dishes that the guest may have in its place, the dearest first."""

    line: OrderLine
    offers: tuple[Item, ...]
    back_minor: int
    """What comes back for this line alone, with its share of service charge and tax."""

    @property
    def offers_with_cost(self) -> list[tuple[Item, int]]:
        """The dishes, each with what the whole quantity of it costs before charges."""
        return [(item, item.price_minor * self.line.quantity) for item in self.offers]


@dataclass(frozen=True, slots=True)
class OpenChoice:
    """What the guest may choose. `can_refund`: the processor can give the money back."""

    alert: Alert
    order: Order
    payment: Payment
    lines: tuple[OpenLine, ...]
    can_refund: bool


def open_choice(tenant: Tenant, order: Order, language: str = "") -> OpenChoice | None:
    """The choice that waits for the guest of this order; None if there is none, or somebody has decided."""
    alert = open_choice_of(tenant, order)
    if alert is None or alert.payment is None or order.status not in (PLACED, PREPARING):
        return None
    left = dict(lines_left(alert.payment))
    wanted = set(unserved_lines(alert))
    chosen = [line for line, quantity in left.items() if line.id in wanted and quantity == line.quantity]
    if not chosen:
        return None
    can_refund = refund_limit(alert.payment, alert.payment.refundable.minor) is None
    # While the restaurant takes no orders there is nothing else to have either.
    is_open = alert.kind == AlertKind.SOLD_OUT_AFTER_PAYMENT
    items = list(menu_of(tenant, order.location, language).items()) if is_open else []
    return OpenChoice(
        alert,
        order,
        alert.payment,
        tuple(
            OpenLine(
                line,
                _offers(line, items),
                price_lines(alert.payment, {line.id: line.quantity}).total_minor,
            )
            for line in chosen
        ),
        can_refund,
    )


def open_choice_of(tenant: Tenant, order: Order) -> Alert | None:
    """The open alert that the guest may decide. One query."""
    if order.released_by_id is None:
        return None
    rows = Alert.objects.filter(tenant=tenant, order=order, kind__in=_OFFERS, resolved_at__isnull=True)
    rows = rows.filter(payment_id=order.released_by_id)
    return rows.select_related("payment__account", "payment__order").first()


def _offers(line: OrderLine, items: list[Item]) -> tuple[Item, ...]:
    """Dishes that cost no more than the paid one, need no choices and are there; the nearest in price first."""
    fitting = [
        item
        for item in items
        if item.id != line.item_id
        and item.price_minor <= line.unit_price_minor
        and not item.is_sold_out
        and item.is_served
        and (item.left is None or item.left >= line.quantity)
        and not any(group.min_choices for group in item.groups)
    ]
    return tuple(sorted(fitting, key=lambda item: -item.price_minor)[:MOST_OFFERED])


def decide(tenant: Tenant, order: Order, chosen: Mapping[UUID, UUID | None], language: str = "") -> None:
    """Carry out the guest's choice: by line id another dish's id, or None for the money back.

    Raises Gone if somebody decided before, Invalid for what was not offered, and Conflict.
    """
    choice = open_choice(tenant, order, language)
    if choice is None:
        raise Gone(Code.CHOICE_OVER)
    offered = {one.line.id: one for one in choice.lines}
    if set(chosen) != set(offered):
        raise Invalid(Code.FORM_UNREADABLE)
    swaps: list[tuple[OrderLine, Item]] = []
    for line_id, item_id in chosen.items():
        item = next((item for item in offered[line_id].offers if item.id == item_id), None)
        if item_id is not None and item is None:
            raise Conflict(Code.SWAP_GONE)
        if item is not None:
            swaps.append((offered[line_id].line, item))
    back = {line_id: offered[line_id].line.quantity for line_id, item_id in chosen.items() if item_id is None}
    for reserved in transact(lambda: _reserve(choice, back, swaps)):
        if reserved.is_new:
            send_reserved(reserved)


def _reserve(
    choice: OpenChoice, back: Mapping[UUID, int], swaps: list[tuple[OrderLine, Item]]
) -> list[Reserved]:
    """Everything in one transaction: money first, as everywhere, then the order, then the alert as the guard."""
    who = Who(choice.alert.tenant_id, source=RefundSource.GUEST)
    reserved: list[Reserved] = []
    # What the cheaper dishes cost less comes back first: then every line is worth what the guest takes for it, and all
    # that is refunded after it, in whatever sequence, adds up to what was paid.
    difference = min(_difference(choice.order, swaps), choice.payment.refundable.minor)
    if difference > 0:
        why = Why(form_key=f"swap-{choice.alert.id}", code=RefundReason.SOLD_OUT)
        reserved.append(reserve_amount(who, choice.payment.id, difference, why))
    _swap(choice, swaps)
    if back:
        why = Why(form_key=f"dishes-{choice.alert.id}", code=RefundReason.SOLD_OUT)
        reserved.append(reserve_lines(who, choice.payment.id, back, why))
    if not swaps and _is_all(choice.order, back):
        stop_cooking(choice.order, Actor("guest"), now())
    amount = sum(one.refund.amount_minor for one in reserved)
    how = facts(Resolution.GUEST_CHOSE_SWAP)
    if not swaps:
        how = facts(Resolution.GUEST_CHOSE_REFUND, amount=Money(amount, choice.payment.moved.currency))
    if not claim(choice.alert, how):
        raise Gone(Code.CHOICE_OVER)
    return reserved


def claim(alert: Alert, how: Mapping[str, object]) -> bool:
    """Resolve the alert for the guest; False if somebody has decided."""
    return resolve(alert.tenant_id, now(), dict(how), id=alert.id) == 1


def _difference(order: Order, swaps: list[tuple[OrderLine, Item]]) -> int:
    """What cheaper dishes cost less, with their share of service charge and tax, by the order's own rules."""
    if not swaps:
        return 0
    rules, before = rules_of_order(order), swaps_of(order)
    cheaper = {line.id: _swap_row(order, line, item) for line, item in swaps}
    rows = OrderLine.objects.filter(tenant_id=order.tenant_id, order=order).order_by("position")
    lines = [as_swapped(line, before) for line in rows]
    after = [as_swapped(line, cheaper) for line in lines]
    return totals_of(lines, rules).total_minor - totals_of(after, rules).total_minor


def _swap_row(order: Order, line: OrderLine, item: Item) -> LineSwap:
    return LineSwap(
        tenant_id=order.tenant_id,
        order=order,
        line=line,
        item_id=item.id,
        name=item.name,
        guest_name=item.guest_name,
        quantity=line.quantity,
        unit_price_minor=item.price_minor,
        at=now(),
    )


def _swap(choice: OpenChoice, swaps: list[tuple[OrderLine, Item]]) -> None:
    """Write the other dishes down and take them from limited stock. Raises Conflict if one sold out just now."""
    for line, item in sorted(swaps, key=lambda pair: pair[1].id):
        if not take(choice.order, item.id, line.quantity):
            raise Conflict(Code.SWAP_GONE)
        _swap_row(choice.order, line, item).save(force_insert=True)


def _is_all(order: Order, back: Mapping[UUID, int]) -> bool:
    lines = OrderLine.objects.filter(tenant_id=order.tenant_id, order=order).values_list("id", "quantity")
    return dict(lines) == dict(back)
