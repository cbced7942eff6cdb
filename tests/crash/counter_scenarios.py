"""Crash scenarios of orders that are sent unpaid and paid to staff (M101, M103 to M106)."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from uuid import UUID

from duitpos.domain.checkout.checkout import checkout
from duitpos.domain.checkout.results import PayAtCounter
from duitpos.domain.errors import Conflict
from duitpos.domain.payments.refunds.refund import refund_payment
from duitpos.domain.staff_actions.take_payment import take_payment
from duitpos.models import Membership, Order, Payment, PaymentType, Refund
from duitpos.models.tenant import UnpaidOrders
from tests.crash.actions import request_of
from tests.crash.processes import Facts, Scenario
from tests.crash.scenarios import (
    a_guest_presses_pay,
    make_due,
    nothing_is_cooked,
    one_order,
    unexpected_alerts,
)
from tests.support.counter import cash
from tests.support.shop import Shop

HELD, COOKED = UnpaidOrders.AFTER_PAYMENT, UnpaidOrders.AT_ONCE

# -- before ------------------------------------------------------------------------------------------------


def sends_it_to_be_held(shop: Shop) -> Facts:
    return _sends(shop, cash(shop, HELD))


def sends_it_to_be_cooked(shop: Shop) -> Facts:
    return _sends(shop, cash(shop, COOKED))


def _sends(shop: Shop, till: PaymentType) -> Facts:
    return {**a_guest_presses_pay(shop), "type": str(till.id), "till": str(till.id)}


def held_at_the_counter(shop: Shop) -> Facts:
    return _sent(shop, sends_it_to_be_held(shop))


def cooked_unpaid(shop: Shop) -> Facts:
    return _sent(shop, sends_it_to_be_cooked(shop))


def _sent(shop: Shop, facts: Facts) -> Facts:
    answer = checkout(request_of(facts))
    assert isinstance(answer, PayAtCounter), answer
    return {**facts, "order": str(answer.order.id)}


def cooked_and_on_the_payment_page(shop: Shop) -> Facts:
    """The guest sent it unpaid and has opened the processor's page since."""
    facts = cooked_unpaid(shop)
    shop.start(checkout_key=facts["key"], payment_type_id=shop.account.payment_type_id)
    return facts


def chooses_to_pay_online_after_all(shop: Shop) -> Facts:
    return {**held_at_the_counter(shop), "type": str(shop.account.payment_type_id)}


def paid_at_the_counter(shop: Shop) -> Facts:
    facts = cooked_unpaid(shop)
    staff_press_paid(shop, facts)
    return {**facts, "payment": str(Payment.objects.get(tenant=shop.tenant).id)}


def the_day_is_over(shop: Shop) -> Facts:
    facts = cooked_unpaid(shop)
    rows = Payment.objects.filter(tenant=shop.tenant)
    rows.update(created_at=rows.get().created_at - timedelta(days=2))
    return make_due(shop, facts)


# -- after -------------------------------------------------------------------------------------------------


def staff_press_paid(shop: Shop, facts: Facts) -> None:
    """A second press after the first was recorded is refused."""
    owner = Membership.objects.get(tenant=shop.tenant, role="owner")
    with suppress(Conflict):
        take_payment(owner, UUID(facts["order"]), UUID(facts["till"]), "50")


def sends_it_again_and_pays_staff(shop: Shop, facts: Facts) -> None:
    staff_press_paid(shop, _sent(shop, facts))


def presses_again_and_pays_online(shop: Shop, facts: Facts) -> None:
    shop.sandbox.pay(shop.start(checkout_key=facts["key"], payment_type_id=UUID(facts["type"])).reference)


def staff_give_it_back_again(shop: Shop, facts: Facts) -> None:
    owner = Membership.objects.get(tenant=shop.tenant, role="owner")
    refund_payment(owner, UUID(facts["payment"]), "guest left")


# -- expect ------------------------------------------------------------------------------------------------


def one_paid_order(shop: Shop, facts: Facts) -> list[str]:
    booked = [] if shop.ledger() == [("payment", 2500)] else [f"ledger: {shop.ledger()}"]
    order = Order.objects.get(tenant=shop.tenant)
    return [*one_order(shop, facts), *booked, *([] if order.released_by_id else ["nothing counts for it"])]


def paid_or_ended_unpaid(shop: Shop, facts: Facts) -> list[str]:
    """Nobody pressed again: what was not recorded before the crash is not recorded at all."""
    return nothing_is_cooked(shop, facts) if shop.ledger() == [] else one_paid_order(shop, facts)


def given_back_at_most_once(shop: Shop, facts: Facts) -> list[str]:
    made = Refund.objects.filter(tenant=shop.tenant).count()
    return [*([f"{made} refunds"] if made > 1 else []), *unexpected_alerts(shop)]


def given_back_once(shop: Shop, facts: Facts) -> list[str]:
    fine = shop.ledger() == [("payment", 2500), ("refund", -2500)]
    return [*([] if fine else [f"ledger: {shop.ledger()}"]), *given_back_at_most_once(shop, facts)]


COUNTER_SCENARIOS: dict[str, Scenario] = {
    "send unpaid, held": Scenario("checkout", sends_it_to_be_held, nothing_is_cooked),
    "send unpaid, cooked": Scenario("checkout", sends_it_to_be_cooked, nothing_is_cooked),
    "send unpaid, held, sent again": Scenario(
        "checkout", sends_it_to_be_held, one_paid_order, sends_it_again_and_pays_staff
    ),
    "send unpaid, cooked, sent again": Scenario(
        "checkout", sends_it_to_be_cooked, one_paid_order, sends_it_again_and_pays_staff
    ),
    "pay online after all": Scenario(
        "checkout", chooses_to_pay_online_after_all, one_paid_order, presses_again_and_pays_online
    ),
    "Paid, held": Scenario("take payment", held_at_the_counter, paid_or_ended_unpaid),
    "Paid, cooked": Scenario("take payment", cooked_unpaid, paid_or_ended_unpaid),
    "Paid, held, pressed again": Scenario(
        "take payment", held_at_the_counter, one_paid_order, staff_press_paid
    ),
    "Paid, cooked, pressed again": Scenario("take payment", cooked_unpaid, one_paid_order, staff_press_paid),
    "Paid, with a page open, pressed again": Scenario(
        "take payment", cooked_and_on_the_payment_page, one_paid_order, staff_press_paid
    ),
    "give cash back": Scenario("refund", paid_at_the_counter, given_back_at_most_once),
    "give cash back, pressed again": Scenario(
        "refund", paid_at_the_counter, given_back_once, staff_give_it_back_again
    ),
    "sweep after the day": Scenario("sweep", the_day_is_over, nothing_is_cooked),
}
