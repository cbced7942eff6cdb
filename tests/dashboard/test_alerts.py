"""The list of alerts: their texts, their actions and the results."""

from __future__ import annotations

import html

from duitpos.domain.alerts.open import open_alert
from duitpos.domain.orders.advance import Actor, advance
from duitpos.domain.orders.cart import Cart, CartLine
from duitpos.domain.people.refund_limits import set_limits
from duitpos.domain.staff_actions.cancel_order import cancel_order
from duitpos.kit.clock import now
from duitpos.kit.ids import uuid7
from duitpos.models import Alert, Order, Refund
from duitpos.models.alert import AlertKind
from tests.dashboard.client import Dashboard
from tests.money_path.test_staff_decide import limited
from tests.support.restaurant import an_item
from tests.support.shop import Shop


def canceled_with_money(shop: Shop) -> tuple[Order, Alert]:
    payment = shop.start()
    shop.pay(payment)
    order = shop.fresh(payment).order
    cancel_order(shop.restaurant.owner, order.id, "guest left", refund=False)
    return order, Alert.objects.get(tenant=shop.tenant)


def test_an_empty_list_explains_what_it_would_show(dashboard: Dashboard) -> None:
    page = dashboard.page("alerts")
    assert "All is well" in page
    assert 'id="alerts-count" hidden' in page


def test_an_alert_says_what_happened_and_offers_the_usual_action_first(
    busy_dashboard: Dashboard, shop: Shop
) -> None:
    order, alert = canceled_with_money(shop)
    page = busy_dashboard.page("alerts")
    for words in (
        "Refund due",
        "RM\u202f25.00",
        "guest left",
        "Order T1",
        busy_dashboard.url("order", order.id),
    ):
        assert words in page, words
    refund, done = (busy_dashboard.url("act", alert.id, action) for action in ("refund", "done"))
    assert page.index(refund) < page.index(done)
    assert f'class="button primary" href="{refund}"' in page
    assert ">1<span" in page.split('id="alerts-count"')[1]


def test_refund_all_asks_for_confirmation_and_then_refunds(busy_dashboard: Dashboard, shop: Shop) -> None:
    _, alert = canceled_with_money(shop)
    question = busy_dashboard.page("act", alert.id, "refund")
    assert "RM\u202f25.00" in question
    assert "goes back to the guest's card" in question
    assert not Refund.objects.filter(tenant=shop.tenant).exists()
    said = busy_dashboard.sent("act", alert.id, "refund", reason="guest left")
    assert said == ["Refund due: RM\u202f25.00 refunded."]
    assert shop.alerts() == []
    assert Refund.objects.get(tenant=shop.tenant).amount_minor == 2500


def test_dismissing_needs_a_reason_and_stores_who_did_it(busy_dashboard: Dashboard, shop: Shop) -> None:
    _, alert = canceled_with_money(shop)
    assert "required" in busy_dashboard.refused("act", alert.id, "done", reason=" ")
    busy_dashboard.sent("act", alert.id, "done", reason="paid back in cash")
    alert.refresh_from_db()
    assert alert.resolved_by_id == shop.restaurant.owner.id
    assert alert.resolution == {"said": "paid back in cash"}


def test_an_order_paid_after_it_was_canceled_can_be_served(busy_dashboard: Dashboard, shop: Shop) -> None:
    payment = shop.start()
    order = shop.fresh(payment).order
    # Our own rule canceled the order while the payment page was still open, so the payment is late.
    advance(order, "held", "canceled", Actor("sweep", None), now(), "unpaid", ended_at=now())
    shop.pay(payment)
    alert = Alert.objects.get(tenant=shop.tenant, resolved_at__isnull=True)
    assert alert.kind == AlertKind.ORDER_CANCELED
    assert "goes to the kitchen board" in busy_dashboard.page("act", alert.id, "serve")
    assert "Sent to the kitchen." in busy_dashboard.sent("act", alert.id, "serve")[0]
    assert [row.id for row in shop.placed()] == [order.id]


def test_a_payment_without_an_order_is_linked_to_a_chosen_one(busy_dashboard: Dashboard, shop: Shop) -> None:
    payment = shop.start()
    open_alert(
        shop.tenant.id, AlertKind.UNKNOWN_PAYMENT, uuid7(), now(), payment=payment, amount=payment.amount
    )
    alert = Alert.objects.get(tenant=shop.tenant)
    page = busy_dashboard.page("act", alert.id, "link")
    assert f'value="{payment.order_id}"' in page
    assert "not paid · RM\u202f25.00 · table 1 · Bangsar" in page
    assert "Select a valid choice" in busy_dashboard.refused("act", alert.id, "link", order=str(uuid7()))
    # The domain refuses, because this payment already has an order. The form shows its message.
    assert "linked to an order already" in busy_dashboard.refused(
        "act", alert.id, "link", order=str(payment.order_id)
    )


def test_an_alert_that_another_person_resolved_is_gone(busy_dashboard: Dashboard, shop: Shop) -> None:
    _, alert = canceled_with_money(shop)
    busy_dashboard.sent("act", alert.id, "done", reason="seen")
    response = busy_dashboard.post("act", alert.id, "refund")
    assert response.status_code == 404
    assert "taken care of this already" in response.content.decode()
    assert not Refund.objects.filter(tenant=shop.tenant).exists()


def test_an_action_that_is_not_offered_does_not_exist(busy_dashboard: Dashboard, shop: Shop) -> None:
    _, alert = canceled_with_money(shop)
    assert busy_dashboard.get("act", alert.id, "serve").status_code == 404


def test_a_long_list_has_pages_and_money_comes_first(busy_dashboard: Dashboard, shop: Shop) -> None:
    _, money = canceled_with_money(shop)
    for _ in range(101):
        open_alert(shop.tenant.id, AlertKind.EVENT_FAILED, uuid7(), now())
    page = busy_dashboard.page("alerts")
    assert page.index("Refund due") < page.index("A notice could not be handled")
    assert page.count('<article class="card') == 100
    assert '?page=1"' in page
    second = busy_dashboard.page("alerts", query="?page=1")
    assert second.count('<article class="card') == 2
    assert "?page=" not in second
    oldest = Alert.objects.filter(tenant=shop.tenant, kind=AlertKind.EVENT_FAILED).earliest("opened_at")
    assert f'id="alert-{oldest.id}"' in second
    busy_dashboard.sent("act", oldest.id, "done")
    busy_dashboard.sent("act", money.id, "done", reason="seen")
    assert "Nothing more." in busy_dashboard.page("alerts", query="?page=7")
    assert "All is well" not in busy_dashboard.page("alerts", query="?page=x")


def test_above_their_limit_nothing_is_offered_and_the_page_says_whom_to_ask(
    busy_dashboard: Dashboard, shop: Shop
) -> None:
    order, alert = canceled_with_money(shop)
    refund, done = (busy_dashboard.url("act", alert.id, action) for action in ("refund", "done"))
    part = busy_dashboard.url("refund_part", order.id, alert.payment_id or "")
    set_limits(shop.restaurant.owner, {("manager", "MYR"): 1000})
    assert refund in busy_dashboard.page("alerts"), "an owner has no limit"
    busy_dashboard.be("manager")
    for page in (busy_dashboard.page("alerts"), busy_dashboard.page("order", order.id)):
        assert refund not in page
        assert "up to RM\u202f10.00 at once, and this is RM\u202f25.00. Ask the owner." in page
    page = busy_dashboard.page("alerts")
    assert done in page
    assert part in page, "a part may be within it"
    for response in (
        busy_dashboard.get("act", alert.id, "refund"),
        busy_dashboard.post("act", alert.id, "refund"),
    ):
        assert response.status_code == 403
        assert "Ask the owner." in html.unescape(response.content.decode())
    set_limits(shop.restaurant.owner, {("manager", "MYR"): 0})
    page = busy_dashboard.page("alerts")
    assert refund not in page
    assert part not in page
    assert "With your role you cannot refund this payment. Ask the owner." in page
    set_limits(shop.restaurant.owner, {("manager", "MYR"): 2500})
    assert refund in busy_dashboard.page("alerts")


def test_dishes_within_the_limit_are_offered_where_the_whole_is_above_it(
    busy_dashboard: Dashboard, shop: Shop
) -> None:
    tea = an_item(shop.tenant, "Teh tarik", 300)
    cart = Cart((*shop.cart().lines, CartLine(tea.id, (), 1, "", 300)))
    payment = shop.start(cart=cart)
    limited(shop, 1)
    shop.pay(payment)
    alert = Alert.objects.get(tenant=shop.tenant)
    busy_dashboard.be("manager")
    whole, dishes = (busy_dashboard.url("act", alert.id, one) for one in ("refund", "refund_dishes"))
    for most, offered in ((2800, {whole, dishes}), (2499, set()), (2500, {dishes})):
        set_limits(shop.restaurant.owner, {("manager", "MYR"): most})
        page = busy_dashboard.page("alerts")
        assert {url for url in (whole, dishes) if f'"{url}"' in page} == offered
    assert busy_dashboard.sent("act", alert.id, "refund_dishes")
    assert Refund.objects.get(tenant=shop.tenant).amount_minor == 2500
