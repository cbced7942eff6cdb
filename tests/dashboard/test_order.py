"""An order's page with payments at the Stripe sandbox: check, refund, cancel and timeline."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from duitpos.models import Order, Refund
from tests.dashboard.client import Dashboard, said_beside
from tests.support.shop import Shop


def paid_order(shop: Shop, **changes: object) -> Order:
    payment = shop.start(**changes)
    shop.pay(payment)
    order: Order = shop.fresh(payment).order
    return order


def test_lines_charges_payment_and_timeline(busy_dashboard: Dashboard, shop: Shop) -> None:
    shop.restaurant.location.service_charge_bp = 1000
    shop.restaurant.location.tax_bp = 600
    shop.restaurant.location.tax_on_service_charge = True
    shop.restaurant.location.save()
    payment = shop.start()
    shop.sandbox.pay(payment.reference, card="4000000000009995")
    shop.pay(payment)
    order = shop.fresh(payment).order
    page = busy_dashboard.page("order", order.id)
    for words in (
        "Order T1",
        "TEST",
        "2 \u00d7",
        "Nasi lemak",
        "Service charge",
        "10\u202f%",
        "SST",
        "6\u202f%",
        "also on the service charge",
        "RM\u202f29.15",
        "Card declined",
        "There is not enough money on the card.",
        "Sent to the kitchen",
        "Paid RM\u202f29.15",
        payment.reference,
        str(order.id),
        f"{shop.url}/{shop.tenant.slug}/o/{order.token}/",
    ):
        assert words in page, words


def test_the_page_costs_a_fixed_number_of_queries(busy_dashboard: Dashboard, shop: Shop) -> None:
    order = paid_order(shop)
    busy_dashboard.page("order", order.id)
    with CaptureQueriesContext(connection) as seen:
        busy_dashboard.page("order", order.id)
    # Session, user, membership; eight for the order and its timeline; its alerts; two for its dishes' stock; the badge.
    assert len(seen.captured_queries) == 18, [query["sql"][:90] for query in seen.captured_queries]


def test_a_refund_is_confirmed_with_its_amount_and_consequences(
    busy_dashboard: Dashboard, shop: Shop
) -> None:
    order = paid_order(shop)
    payment = shop.payment_of(order)
    page = busy_dashboard.page("refund", order.id, payment.id)
    for words in ("Refund RM\u202f25.00?", "This cannot be taken back", "5 to 10 days", "Reason"):
        assert words in page
    assert not Refund.objects.filter(tenant=shop.tenant).exists()


def test_a_refund_needs_a_reason_and_the_focus_goes_there(busy_dashboard: Dashboard, shop: Shop) -> None:
    order = paid_order(shop)
    payment = shop.payment_of(order)
    response = busy_dashboard.post("refund", order.id, payment.id, reason=" ")
    assert "required" in said_beside(response)
    assert re.search(r'<input[^>]*name="reason"[^>]*autofocus', response.content.decode())
    assert not Refund.objects.filter(tenant=shop.tenant).exists()


def test_a_refund_is_made_once_and_shown(busy_dashboard: Dashboard, shop: Shop) -> None:
    order = paid_order(shop)
    payment = shop.payment_of(order)
    said = busy_dashboard.sent("refund", order.id, payment.id, reason="cold soup")
    assert said[0].startswith("RM\u202f25.00 refunded") or "on its way" in said[0]
    busy_dashboard.sent("refund", order.id, payment.id, reason="cold soup")
    assert [row.amount_minor for row in Refund.objects.filter(tenant=shop.tenant)] == [2500]
    assert len(shop.sandbox.listed("refunds")) == 1
    page = busy_dashboard.page("order", order.id)
    assert "cold soup" in page
    assert busy_dashboard.url("refund", order.id, payment.id) not in page
    assert (
        "nothing left to refund"
        in busy_dashboard.client.get(
            busy_dashboard.url("refund", order.id, payment.id), follow=True
        ).content.decode()
    )


def test_a_refund_without_a_response_from_stripe_is_not_called_done(
    busy_dashboard: Dashboard, shop: Shop
) -> None:
    order = paid_order(shop)
    shop.sandbox.fault("error", path="/v1/refunds$", count=None)
    said = busy_dashboard.sent("refund", order.id, shop.payment_of(order).id, reason="cold soup")
    assert "has not answered yet" in said[0]


def test_a_payment_refunded_at_stripe_is_not_called_still_here(busy_dashboard: Dashboard, shop: Shop) -> None:
    order = paid_order(shop)
    payment = shop.payment_of(order)
    shop.sandbox.rule("drop", count=None)
    shop.sandbox.control("POST", "/refunds", {"payment_intent": shop.named(payment)})
    said = busy_dashboard.sent("refund", order.id, payment.id, reason="cold soup")
    assert said[0].startswith("No refund of RM\u202f25.00 was made")
    assert "still here" not in said[0]
    assert ">Refunded<" in re.sub(r"\s+", "", busy_dashboard.page("order", order.id))


def test_a_payment_of_another_order_is_not_refunded_here(busy_dashboard: Dashboard, shop: Shop) -> None:
    first, second = paid_order(shop), paid_order(shop, guest_token="guest-2")
    assert busy_dashboard.get("refund", first.id, shop.payment_of(second).id).status_code == 404


def test_a_paid_order_is_canceled_and_refunded(busy_dashboard: Dashboard, shop: Shop) -> None:
    order = paid_order(shop)
    page = busy_dashboard.page("cancel_order", order.id)
    assert "Cancel order T1?" in page
    assert "Refund RM\u202f25.00 now" in page
    said = busy_dashboard.sent("cancel_order", order.id, reason="kitchen fire", refund="on")
    assert said == ["Order T1 canceled.", "RM\u202f25.00 refunded."]
    page = busy_dashboard.page("order", order.id)
    assert "Canceled" in page
    assert "kitchen fire" in page
    assert busy_dashboard.url("cancel_order", order.id) not in page
    assert shop.alerts() == []


def test_a_canceled_orders_kept_payment_opens_an_alert(busy_dashboard: Dashboard, shop: Shop) -> None:
    order = paid_order(shop)
    said = busy_dashboard.sent("cancel_order", order.id, reason="guest left")
    assert said == ["Order T1 canceled. RM\u202f25.00 is still here: it is under “Needs attention”."]
    assert shop.alerts() == ["refund_due"]
    assert "Refund due" in busy_dashboard.page("order", order.id)


def test_canceling_an_unpaid_order_does_not_mention_a_refund(busy_dashboard: Dashboard, shop: Shop) -> None:
    payment = shop.start()
    order = shop.fresh(payment).order
    page = busy_dashboard.page("cancel_order", order.id)
    assert "payment page is closed first" in page
    assert 'name="refund"' not in page
    assert busy_dashboard.sent("cancel_order", order.id, reason="guest left") == ["Order canceled."]
    assert shop.sandbox.listed("sessions")[0]["status"] == "expired"


def test_a_cancel_without_a_response_from_stripe_changes_nothing_and_says_so(
    busy_dashboard: Dashboard, shop: Shop
) -> None:
    payment = shop.start()
    order = shop.fresh(payment).order
    shop.sandbox.fault("error", path="/expire$", count=None)
    assert "was not canceled" in busy_dashboard.refused("cancel_order", order.id, reason="guest left")
    assert shop.orders(status="held") == [order]


def test_check_now_finds_a_payment_without_a_webhook(
    webhookless_shop: Shop, busy_dashboard: Dashboard
) -> None:
    webhookless_shop.sandbox.rule("drop", count=None)
    payment = webhookless_shop.start()
    webhookless_shop.pay(payment)
    order = webhookless_shop.fresh(payment).order
    waiting = busy_dashboard.page("waiting")
    assert busy_dashboard.url("check_payment", order.id, payment.id) in waiting
    response = busy_dashboard.post("check_payment", order.id, payment.id, back="waiting")
    assert response.headers["Location"] == busy_dashboard.url("waiting")
    page = busy_dashboard.page("waiting")
    assert "Paid. The order is settled." in page
    assert "Nobody is waiting" in page
    assert len(webhookless_shop.placed()) == 1


def test_check_now_says_so_when_stripe_is_down(busy_dashboard: Dashboard, shop: Shop) -> None:
    payment = shop.start()
    order = shop.fresh(payment).order
    shop.sandbox.fault("error", path="/v1/checkout/sessions/", count=None)
    said = busy_dashboard.sent("check_payment", order.id, payment.id)
    assert "Nothing was changed" in said[0]


@pytest.mark.parametrize("name", ["refund", "cancel_order"])
def test_a_cashier_may_view_and_check_but_not_refund(
    busy_dashboard: Dashboard, shop: Shop, name: str
) -> None:
    order = paid_order(shop)
    payment = shop.payment_of(order)
    busy_dashboard.be("cashier")
    more = [order.id, payment.id] if name == "refund" else [order.id]
    assert busy_dashboard.url(name, *more) not in busy_dashboard.page("order", order.id)
    assert busy_dashboard.get(name, *more).status_code == 403
    assert busy_dashboard.post(name, *more, reason="mine").status_code == 403
    assert not Refund.objects.filter(tenant=shop.tenant).exists()
    assert busy_dashboard.post("check_payment", order.id, payment.id).status_code == 302
