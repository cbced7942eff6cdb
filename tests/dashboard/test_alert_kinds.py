"""Every kind of alert offers the right actions, and each of them works."""

from __future__ import annotations

import re
from uuid import UUID

import pytest

from duitpos.domain.alerts.offers import ACTIONS, Action
from duitpos.domain.alerts.open import open_alert
from duitpos.domain.orders.advance import Actor, advance
from duitpos.kit.clock import now
from duitpos.models import Alert, Order, OrderLine, Payment, Refund
from duitpos.models.alert import AlertKind as A
from tests.dashboard.client import Dashboard
from tests.support.shop import Shop

SERVE_OR_BACK = ["Refund all", "Serve it as it is"]
WITHOUT_MONEY = ["Mark as done"]
# Written by hand: derived from the code it would repeat its mistakes.
OFFERED = {
    A.AMOUNT_DIFFERS: ["Serve it", "Refund all"],
    A.MODE_DIFFERS: ["Serve it", "Refund all"],
    A.ORDER_CANCELED: ["Refund all", "Serve it", "Dismiss…"],
    A.DUPLICATE_PAYMENT: ["Refund all", "Dismiss…"],
    A.LATE_MONEY: [*SERVE_OR_BACK, "Refund a part"],
    A.LATE_FOOD: ["Serve it", "Refund all", "Refund a part"],
    A.STOCK_BACK: ["Put back in stock", "Mark as done"],
    A.PAID_WHILE_CLOSED: [*SERVE_OR_BACK, "Refund a part"],
    A.SOLD_OUT_AFTER_PAYMENT: ["Refund all", "Refund those dishes", "Serve it as it is", "Refund a part"],
    A.REFUND_DUE: ["Refund all", "Dismiss…", "Refund a part"],
    A.REFUND_FAILED: ["Refund all", "Dismiss…"],
    A.UNKNOWN_PAYMENT: ["Refund all", "Link to an order", "Dismiss…"],
    A.DOUBLE_ORDER: ["Refund all", "Dismiss…", "Refund a part"],
    A.DISPUTE: ["Open the dispute", "Dismiss…"],
    A.FRAUD_WARNING: ["Open at the processor", "Refund all", "Dismiss…"],
    A.PAYMENT_REVIEW: ["Open at the processor", "Dismiss…", "Refund all"],
    A.REFUND_LINES: ["Say what it was for", "Mark as done"],
    A.NO_PAYMENT_REQUIRED: ["Dismiss…"],
}


def opened(shop: Shop, kind: str) -> tuple[Payment, Alert]:
    """A paid order with an open alert of this kind."""
    payment = shop.start()
    shop.pay(payment)
    payment = shop.fresh(payment)
    about: dict[str, object] = {"reason": {"said": "because"}}
    if kind == A.SOLD_OUT_AFTER_PAYMENT:
        line = OrderLine.objects.get(tenant=shop.tenant)
        about = {"dishes": [line.name], "lines": [str(line.id)]}
    if kind == A.DISPUTE:
        about = {"state": "needs_response", "bank_reason": "fraudulent", "respond_by": None}
    if kind in (A.FRAUD_WARNING, A.PAYMENT_REVIEW):
        about = {"bank_reason": ""}
    order = None if kind == A.UNKNOWN_PAYMENT else payment.order
    open_alert(
        shop.tenant.id,
        kind,
        payment.id,
        now(),
        order=order,
        payment=payment,
        amount=payment.moved,
        facts=about,
    )
    return payment, Alert.objects.get(tenant=shop.tenant)


def order_of(payment: Payment) -> Order:
    assert payment.order_id is not None
    return Order.objects.get(tenant_id=payment.tenant_id, id=payment.order_id)


def buttons(page: str, alert_id: UUID) -> list[str]:
    """What an alert's card offers, without the link to the timeline."""
    card = page.split(f'id="alert-{alert_id}"')[1].split("</article>")[0]
    found = re.findall(r'class="button(?: [^"]*)?"[^>]*>([^<]*)<', card)
    return [label for label in found if label != "What happened"]


@pytest.mark.parametrize("kind", list(A))
def test_the_right_actions_are_offered(busy_dashboard: Dashboard, shop: Shop, kind: A) -> None:
    _, alert = opened(shop, kind)
    page = busy_dashboard.page("alerts")
    assert buttons(page, alert.id) == OFFERED.get(kind, WITHOUT_MONEY)
    assert "RM\u202f25.00" in page


@pytest.mark.parametrize("kind", [kind for kind in A if Action.REFUND in ACTIONS[kind]])
def test_refund_all_works(busy_dashboard: Dashboard, shop: Shop, kind: A) -> None:
    _, alert = opened(shop, kind)
    busy_dashboard.sent("act", alert.id, "refund", reason="guest left")
    assert [row.amount_minor for row in Refund.objects.filter(tenant=shop.tenant)] == [2500]
    assert shop.alerts() == []


@pytest.mark.parametrize("kind", [kind for kind in A if Action.DONE in ACTIONS[kind]])
def test_to_be_done_with_it_works(busy_dashboard: Dashboard, shop: Shop, kind: A) -> None:
    _, alert = opened(shop, kind)
    busy_dashboard.sent("act", alert.id, "done", reason="I looked")
    alert.refresh_from_db()
    assert alert.resolved_by_id == shop.restaurant.owner.id
    assert not Refund.objects.filter(tenant=shop.tenant).exists()


@pytest.mark.parametrize("kind", [kind for kind in A if Action.SERVE in ACTIONS[kind]])
def test_serve_works(busy_dashboard: Dashboard, shop: Shop, kind: A) -> None:
    payment, alert = opened(shop, kind)
    order = order_of(payment)
    advance(order, "placed", "canceled", Actor("staff"), now(), "no gas", ended_at=now())
    busy_dashboard.sent("act", alert.id, "serve")
    order.refresh_from_db()
    assert (order.status, shop.alerts()) == ("placed", [])


def test_refund_those_dishes_works(busy_dashboard: Dashboard, shop: Shop) -> None:
    payment, alert = opened(shop, A.SOLD_OUT_AFTER_PAYMENT)
    assert "share of tax" in busy_dashboard.page("act", alert.id, "refund_dishes")
    said = busy_dashboard.sent("act", alert.id, "refund_dishes")
    assert "RM\u202f25.00" in said[0]
    (refund,) = Refund.objects.filter(tenant=shop.tenant)
    assert (refund.amount_minor, refund.reason_code) == (2500, "sold_out")
    order = order_of(payment)
    assert order.status == "canceled", "nothing else was in it"
    assert shop.alerts() == []


def test_a_double_order_that_is_refunded_stops(busy_dashboard: Dashboard, shop: Shop) -> None:
    payment, alert = opened(shop, A.DOUBLE_ORDER)
    busy_dashboard.sent("act", alert.id, "refund")
    assert order_of(payment).status == "canceled"


def test_what_went_back_already_is_no_longer_at_stake(busy_dashboard: Dashboard, shop: Shop) -> None:
    from duitpos.domain.payments.refunds.refund_part import Why, refund_amount

    payment, _ = opened(shop, A.LATE_MONEY)
    refund_amount(shop.restaurant.owner, payment.id, 1000, Why("a-form-key-of-this-test"))
    assert "RM\u202f15.00" in busy_dashboard.page("alerts")


def test_the_owner_turns_a_rule_on_and_off(busy_dashboard: Dashboard, shop: Shop) -> None:
    page = busy_dashboard.page("alert_policies")
    assert "off until you turn it on" in page
    said = busy_dashboard.sent("alert_policies", kind="late_food", action="refund", after="30")
    assert said == ["Paid late: cook it?: this happens by itself after 30 minutes."]
    _, alert = opened(shop, A.LATE_FOOD)
    page = busy_dashboard.page("alerts")
    assert "If nobody decides, all of it is refunded by itself at" in page
    assert "Stop the automatic refund" in page
    busy_dashboard.sent("act", alert.id, "hold")
    assert "If nobody decides" not in busy_dashboard.page("alerts")
    said = busy_dashboard.sent("alert_policies", kind="late_food", action="", after="30")
    assert said == ["Paid late: cook it?: nothing happens by itself."]
    assert (
        busy_dashboard.post("alert_policies", kind="late_food", action="dance", after="30").status_code == 302
    )
    assert "else" not in str(Alert.objects.filter(tenant=shop.tenant, policy_at__isnull=False).count())


def test_only_the_owner_sees_the_rules(busy_dashboard: Dashboard, shop: Shop) -> None:
    busy_dashboard.be("manager")
    assert busy_dashboard.get("alert_policies").status_code == 403
    assert busy_dashboard.url("alert_policies") not in busy_dashboard.page("alerts")
