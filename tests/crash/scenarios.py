"""The money path's functions, each with the state before it runs and the expected result."""

from __future__ import annotations

import json
from contextlib import suppress
from uuid import UUID

import stripe

from duitpos.domain.alerts.offers import Action
from duitpos.domain.checkout.checkout import checkout
from duitpos.domain.checkout.results import GoToProcessor
from duitpos.domain.errors import Conflict, Unavailable
from duitpos.domain.menus.eighty_six import set_stock
from duitpos.domain.orders.advance import Actor, advance
from duitpos.domain.orders.cart import cart_to_json
from duitpos.domain.payments.refunds.refund import refund_payment
from duitpos.domain.payments.refunds.refund_part import Why, refund_lines
from duitpos.domain.payments.refunds.say_lines import say_lines
from duitpos.domain.staff_actions.resolve_alert import act
from duitpos.kit.clock import now
from duitpos.kit.ids import secret_token
from duitpos.kit.transact import transact
from duitpos.models import (
    Alert,
    ItemStock,
    Location,
    Membership,
    Order,
    OrderLine,
    Payment,
    Refund,
    RefundLine,
)
from tests.crash.actions import request_of
from tests.crash.processes import Facts, Scenario
from tests.support.at_once import deliver, event_of
from tests.support.shop import WEBHOOK_SECRET, Shop, url_of

EMAIL = "guest@example.com"

# -- before ------------------------------------------------------------------------------------------------


def a_guest_presses_pay(shop: Shop, quantity: int = 2) -> Facts:
    request = shop.request(cart=shop.cart(quantity))
    return {
        "tenant": str(shop.tenant.id),
        "table": str(shop.table.id),
        "guest": request.guest_token,
        "key": secret_token(),
        "cart": cart_to_json(request.cart),
        "total": request.seen_total_minor,
    }


def a_guest_edits_the_cart(shop: Shop) -> Facts:
    """The payment page of their previous cart is still open in a tab."""
    old = shop.start(cart=shop.cart(1))
    return {**a_guest_presses_pay(shop), "old": old.reference}


def the_first_call_was_lost(shop: Shop) -> Facts:
    """The payment is `created` and due: Stripe has a session, but its response was lost."""
    facts = a_guest_presses_pay(shop)
    shop.sandbox.fault("garbage", method="POST", path="/v1/checkout/sessions$", count=2)
    with suppress(Unavailable):
        checkout(request_of(facts))
    assert Payment.objects.get(tenant=shop.tenant).status == "created"
    assert len(shop.sandbox.listed("sessions")) == 1
    return make_due(shop, facts)


def make_due(shop: Shop, facts: Facts) -> Facts:
    Payment.objects.filter(tenant=shop.tenant).update(next_check_at=now())
    Refund.objects.filter(tenant=shop.tenant).update(next_check_at=now())
    return facts


def on_the_payment_page(shop: Shop) -> Facts:
    payment = shop.start()
    assert payment.order is not None
    return {
        "tenant": str(shop.tenant.id),
        "payment": str(payment.id),
        "order": str(payment.order_id),
        "order_token": payment.order.token,
        "session": payment.reference,
    }


def paid(shop: Shop) -> Facts:
    """The guest has paid, and no event has arrived."""
    facts = on_the_payment_page(shop)
    shop.sandbox.pay(facts["session"], email=EMAIL)
    return facts


def paid_with_event(shop: Shop) -> Facts:
    """The guest has paid, and the event is about to be delivered."""
    return signed(paid(shop), event_of(shop, "checkout.session.completed"))


def expired_with_event(shop: Shop) -> Facts:
    facts = on_the_payment_page(shop)
    shop.sandbox.control("POST", f"/sessions/{facts['session']}/expire")
    return signed(facts, event_of(shop, "checkout.session.expired"))


def signed(facts: Facts, event: Facts) -> Facts:
    body = json.dumps(event, indent=2)
    signature = stripe.WebhookSignature.generate_signature_header(body, WEBHOOK_SECRET)
    return {**facts, "body": body, "signature": signature}


def paid_and_due(shop: Shop) -> Facts:
    return make_due(shop, paid(shop))


def in_the_kitchen(shop: Shop) -> Facts:
    facts = paid(shop)
    deliver(shop, event_of(shop, "checkout.session.completed"))
    return facts


def the_refund_was_lost(shop: Shop) -> Facts:
    """Stripe has made the refund, its response was lost, and the refund is due."""
    facts = in_the_kitchen(shop)
    shop.sandbox.fault("garbage", method="POST", path="/v1/refunds$", count=2)
    refund_payment(shop.restaurant.owner, Payment.objects.get(tenant=shop.tenant).id, "guest left")
    assert Refund.objects.get(tenant=shop.tenant).status == "created"
    assert len(shop.sandbox.listed("refunds")) == 1
    return make_due(shop, facts)


def a_form_for_one_dish(shop: Shop) -> Facts:
    """Staff are about to refund one of the two dishes."""
    facts = in_the_kitchen(shop)
    line = OrderLine.objects.get(tenant=shop.tenant)
    return {**facts, "line": str(line.id), "form_key": secret_token()}


def the_refund_of_a_part_was_lost(shop: Shop) -> Facts:
    facts = a_form_for_one_dish(shop)
    shop.sandbox.fault("garbage", method="POST", path="/v1/refunds$", count=2)
    assert press_for_one_dish(shop, facts).status == "created"
    return make_due(shop, facts)


def press_for_one_dish(shop: Shop, facts: Facts) -> Refund:
    owner = Membership.objects.get(tenant=shop.tenant, role="owner")
    why = Why(facts["form_key"], "late")
    return refund_lines(owner, UUID(facts["payment"]), {UUID(facts["line"]): 1}, why)


def one_dish_was_refunded_there(shop: Shop) -> Facts:
    """Somebody refunded the price of one dish at the processor, and staff are asked what it was for."""
    facts = a_form_for_one_dish(shop)
    intent = shop.named(Payment.objects.get(tenant=shop.tenant))
    shop.sandbox.control("POST", "/refunds", {"payment_intent": intent, "amount": 1250})
    deliver(shop, event_of(shop, "charge.refunded"))
    assert shop.alerts() == ["refund_lines"]
    return {**facts, "refund": str(Refund.objects.get(tenant=shop.tenant).id)}


def canceled_order_was_paid(shop: Shop) -> Facts:
    """A payment succeeded for an order that had been canceled."""
    facts = on_the_payment_page(shop)
    order, actor = Order.objects.get(tenant=shop.tenant), Actor("staff", shop.restaurant.owner)
    transact(lambda: advance(order, "held", "canceled", actor, now(), "no gas", cancel_reason="no gas"))
    shop.sandbox.pay(facts["session"], email=EMAIL)
    deliver(shop, event_of(shop, "checkout.session.completed"))
    question = Alert.objects.get(tenant=shop.tenant, resolved_at=None)
    assert question.kind == "order_canceled"
    return {**facts, "alert": str(question.id)}


def staff_serve_it(shop: Shop) -> Facts:
    return {**canceled_order_was_paid(shop), "action": "serve"}


def staff_refund_it(shop: Shop) -> Facts:
    return {**canceled_order_was_paid(shop), "action": "refund"}


def disputed_with_event(shop: Shop) -> Facts:
    """The guest's bank has taken the money back, and the event is about to be delivered."""
    facts = on_the_payment_page(shop)
    shop.sandbox.pay(facts["session"], email=EMAIL, card="4000000000000259")
    deliver(shop, event_of(shop, "checkout.session.completed"))
    return signed(facts, event_of(shop, "charge.dispute.funds_withdrawn"))


def paid_late_with_event(shop: Shop) -> Facts:
    """Every payment is late at this location."""
    Location.objects.filter(tenant=shop.tenant).update(latest_to_cook=0)
    facts = paid(shop)
    return signed(facts, event_of(shop, "checkout.session.completed"))


def the_last_portions(shop: Shop) -> Facts:
    """The order is in the kitchen, and took all that was left in stock."""
    location = shop.restaurant.location
    set_stock(shop.restaurant.owner, location, shop.item.id, "limited", 2)
    return in_the_kitchen(shop)


# -- after -------------------------------------------------------------------------------------------------


def presses_again_and_pays(shop: Shop, facts: Facts) -> None:
    outcome = checkout(request_of(facts))
    assert isinstance(outcome, GoToProcessor), outcome
    reference = shop.payment_of(outcome.order).reference
    assert reference in url_of(outcome)
    assert shop.sandbox.pay(reference, email=EMAIL)["result"] == "paid"


def pays_in_the_old_tab(shop: Shop, facts: Facts) -> None:
    facts["result"] = shop.sandbox.pay(facts["old"], email=EMAIL)["result"]


def stripe_sends_it_again(shop: Shop, facts: Facts) -> None:
    """Twice with the same event id, and once with another."""
    event = json.loads(facts["body"])
    for changes in ({}, {}, {"id": "evt_1AnotherOfTheSame000000"}):
        received = deliver(shop, {**event, **changes})
        assert received.status == 200, received


def staff_press_again(shop: Shop, facts: Facts) -> None:
    owner = Membership.objects.get(tenant=shop.tenant, role="owner")
    refund_payment(owner, Payment.objects.get(tenant=shop.tenant).id, "guest left")


def staff_send_the_form_again(shop: Shop, facts: Facts) -> None:
    for _ in range(2):
        press_for_one_dish(shop, facts)


def staff_say_it_again(shop: Shop, facts: Facts) -> None:
    owner = Membership.objects.get(tenant=shop.tenant, role="owner")
    with suppress(Conflict):  # it was said before the crash
        say_lines(owner, UUID(facts["refund"]), {UUID(facts["line"]): 1})


def staff_decide_again(shop: Shop, facts: Facts) -> None:
    owner = Membership.objects.get(tenant=shop.tenant, role="owner")
    with suppress(Conflict):  # it was decided before the crash
        act(owner, UUID(facts["alert"]), Action(facts["action"]))


# -- expect ------------------------------------------------------------------------------------------------


def nothing_is_cooked(shop: Shop, facts: Facts) -> list[str]:
    states = [order.status for order in shop.orders()]
    wrong = [state for state in states if state != "canceled"]
    return [*(f"an order is {state}" for state in wrong), *unexpected_alerts(shop)]


def one_order(shop: Shop, facts: Facts) -> list[str]:
    placed = shop.placed()
    problems = [] if len(placed) == 1 else [f"{len(placed)} orders instead of one"]
    others = [order.status for order in shop.orders() if order not in placed and order.status != "canceled"]
    return [*problems, *(f"another order is {status}" for status in others), *unexpected_alerts(shop)]


def as_the_old_tab_says(shop: Shop, facts: Facts) -> list[str]:
    return (one_order if facts["result"] == "paid" else nothing_is_cooked)(shop, facts)


def unexpected_alerts(shop: Shop) -> list[str]:
    return [f"open alert: {kind}" for kind in shop.alerts()]


def at_most_one_refund(shop: Shop, facts: Facts) -> list[str]:
    """The crash may come before the refund is stored, so none is fine too; one must be complete."""
    made = len(shop.sandbox.listed("refunds"))
    return [*([f"{made} refunds"] if made > 1 else []), *unexpected_alerts(shop)]


def one_refund(shop: Shop, facts: Facts) -> list[str]:
    made = len(shop.sandbox.listed("refunds"))
    return [*([f"{made} refunds instead of one"] if made != 1 else []), *unexpected_alerts(shop)]


def one_dish_back_or_nothing(shop: Shop, facts: Facts) -> list[str]:
    lines, made = RefundLine.objects.filter(tenant=shop.tenant).count(), len(shop.sandbox.listed("refunds"))
    wrong = [] if lines == made else [f"{lines} lines, {made} refunds"]
    return [*wrong, *at_most_one_refund(shop, facts)]


def one_dish_back(shop: Shop, facts: Facts) -> list[str]:
    return [*one_dish_back_or_nothing(shop, facts), *one_refund(shop, facts)]


def said_or_still_asked(shop: Shop, facts: Facts) -> list[str]:
    outcome = (RefundLine.objects.filter(tenant=shop.tenant).count(), tuple(shop.alerts()))
    return [] if outcome in {(0, ("refund_lines",)), (1, ())} else [f"lines, alerts: {outcome}"]


def canceled_or_unchanged(shop: Shop, facts: Facts) -> list[str]:
    """Not canceled: cooked. Canceled: refunded, or an alert says that the refund is due."""
    order = Order.objects.get(tenant=shop.tenant)
    refunded = len(shop.sandbox.listed("refunds"))
    fine = {("placed", 0, ()), ("canceled", 1, ()), ("canceled", 0, ("refund_due",))}
    outcome = (order.status, refunded, tuple(shop.alerts()))
    return [] if outcome in fine else [f"order, refunds, alerts: {outcome}"]


def _after_deciding(shop: Shop) -> tuple[str, int, tuple[str, ...]]:
    order = Order.objects.get(tenant=shop.tenant)
    return order.status, len(shop.sandbox.listed("refunds")), tuple(shop.alerts())


def disputed_once(shop: Shop, facts: Facts) -> list[str]:
    moved = [amount for kind, amount in shop.ledger() if kind == "dispute"]
    fine = (moved, shop.alerts()) == ([-2500], ["dispute"])
    return [] if fine else [f"moved {moved}, alerts: {shop.alerts()}"]


def held_with_alert(shop: Shop, facts: Facts) -> list[str]:
    """The money is booked once, and the order is not cooked before staff serve it."""
    outcome = ([order.status for order in shop.orders()], shop.alerts(), shop.ledger())
    fine = (["held"], ["late_food"], [("payment", 2500)])
    return [] if outcome == fine else [f"orders, alerts, ledger: {outcome}"]


def canceled_with_its_stock_or_unchanged(shop: Shop, facts: Facts) -> list[str]:
    row = ItemStock.objects.get(tenant=shop.tenant)
    is_canceled = Order.objects.get(tenant=shop.tenant).status == "canceled"
    left = 2 if is_canceled else 0
    wrong = [] if row.quantity == left else [f"{row.quantity} left, canceled: {is_canceled}"]
    return [*wrong, *canceled_or_unchanged(shop, facts)]


DECIDED = {"serve": ("placed", 0, ()), "refund": ("canceled", 1, ())}


def decided(shop: Shop, facts: Facts) -> list[str]:
    outcome = _after_deciding(shop)
    return [] if outcome == DECIDED[facts["action"]] else [f"order, refunds, alerts: {outcome}"]


def decided_or_alert_still_open(shop: Shop, facts: Facts) -> list[str]:
    still_asked = _after_deciding(shop) == ("canceled", 0, ("order_canceled",))
    return [] if still_asked else decided(shop, facts)


SCENARIOS: dict[str, Scenario] = {
    "start, and the guest leaves": Scenario("checkout", a_guest_presses_pay, nothing_is_cooked),
    "start, pressed again": Scenario("checkout", a_guest_presses_pay, one_order, presses_again_and_pays),
    "start of an edited cart, pressed again": Scenario(
        "checkout", a_guest_edits_the_cart, one_order, presses_again_and_pays
    ),
    "start of an edited cart, paid in the old tab": Scenario(
        "checkout", a_guest_edits_the_cart, as_the_old_tab_says, pays_in_the_old_tab
    ),
    "sweep a lost start": Scenario("sweep", the_first_call_was_lost, nothing_is_cooked),
    "receive": Scenario("receive", paid_with_event, one_order),
    "receive, sent again": Scenario("receive", paid_with_event, one_order, stripe_sends_it_again),
    "receive, in the general path": Scenario("receive in general", paid_with_event, one_order),
    "receive that it expired": Scenario("receive", expired_with_event, nothing_is_cooked),
    "settle on return": Scenario("return", paid, one_order),
    "settle by sweep": Scenario("sweep", paid_and_due, one_order),
    "run the outbox": Scenario("outbox", in_the_kitchen, one_order),
    "cancel on the payment page": Scenario("cancel page", on_the_payment_page, nothing_is_cooked),
    "refund": Scenario("refund", in_the_kitchen, at_most_one_refund),
    "refund, pressed again": Scenario("refund", in_the_kitchen, one_refund, staff_press_again),
    "sweep a lost refund": Scenario("sweep", the_refund_was_lost, one_refund),
    "refund a part": Scenario("refund a part", a_form_for_one_dish, one_dish_back_or_nothing),
    "refund a part, sent again": Scenario(
        "refund a part", a_form_for_one_dish, one_dish_back, staff_send_the_form_again
    ),
    "sweep a lost refund of a part": Scenario("sweep", the_refund_of_a_part_was_lost, one_dish_back),
    "say what a refund was for": Scenario("say lines", one_dish_was_refunded_there, said_or_still_asked),
    "say what a refund was for, said again": Scenario(
        "say lines", one_dish_was_refunded_there, one_dish_back, staff_say_it_again
    ),
    "serve a canceled order": Scenario("decide", staff_serve_it, decided_or_alert_still_open),
    "refund a canceled order": Scenario("decide", staff_refund_it, decided_or_alert_still_open),
    "refund a canceled order, pressed again": Scenario(
        "decide", staff_refund_it, decided, staff_decide_again
    ),
    "receive a dispute, sent again": Scenario(
        "receive", disputed_with_event, disputed_once, stripe_sends_it_again
    ),
    "receive a late payment": Scenario("receive", paid_late_with_event, held_with_alert),
    "cancel an order with the last portions": Scenario(
        "cancel", the_last_portions, canceled_with_its_stock_or_unchanged
    ),
    "cancel and refund": Scenario("cancel", in_the_kitchen, canceled_or_unchanged),
}
