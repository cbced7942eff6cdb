"""What happens by itself to alerts that nobody decides in time: off at first, told to the guest, stopped by staff."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import NotSupportedError

from duitpos.domain.alerts.offers import POLICIES, Action
from duitpos.domain.errors import Forbidden, Invalid
from duitpos.domain.orders.advance import Actor, advance
from duitpos.domain.payments.refunds.refund import refund_payment
from duitpos.domain.staff_actions import alert_policies
from duitpos.domain.staff_actions.alert_policies import policies, run_due_policies, set_policy
from duitpos.domain.staff_actions.resolve_alert import act
from duitpos.kit.clock import now
from duitpos.models import Alert, Order, Refund
from duitpos.models.alert import AlertKind as A
from duitpos.models.alert import PolicyAction
from tests.money_path.test_staff_decide import limited, paid_after_cancel
from tests.support.live_shop import Clock, clock, shop, webhookless_shop
from tests.support.restaurant import a_member, a_restaurant
from tests.support.sandboxes import sandbox, sandbox_process
from tests.support.scenarios import seen_by_guest
from tests.support.shop import Shop

__all__ = ["clock", "sandbox", "sandbox_process", "shop", "webhookless_shop"]
pytestmark = pytest.mark.django_db(transaction=True)


def turn_on(shop: Shop, kind: str, action: str = PolicyAction.REFUND, minutes: int = 15) -> None:
    set_policy(shop.restaurant.owner, kind, is_on=True, action=action, after_minutes=minutes)


def sold_out(shop: Shop, **how: Any) -> Order:
    """A paid order of two dishes, of which one sold out while it was paid."""
    payment = shop.start(**how)
    limited(shop, 1)
    shop.pay(payment)
    assert shop.alerts() == [A.SOLD_OUT_AFTER_PAYMENT]
    order: Order = shop.fresh(payment).order
    return order


def fresh(order: Order) -> Order:
    return Order.objects.get(tenant_id=order.tenant_id, id=order.id)


def test_nothing_happens_by_itself_until_the_owner_turns_it_on(shop: Shop, clock: Clock) -> None:
    assert not any(row.is_on for row in policies(shop.tenant))
    order = sold_out(shop)
    clock.advance(hours=2)
    assert run_due_policies() == 0
    assert seen_by_guest(shop, order).waiting is None
    assert not Refund.objects.filter(tenant=shop.tenant).exists()


def test_after_its_time_the_money_goes_back_and_the_new_order_stops(shop: Shop, clock: Clock) -> None:
    turn_on(shop, A.SOLD_OUT_AFTER_PAYMENT)
    order = sold_out(shop)
    waiting = seen_by_guest(shop, order).waiting
    assert waiting is not None
    assert waiting.is_all
    assert timedelta(minutes=14) < waiting.at - now() <= timedelta(minutes=15)
    clock.advance(minutes=14)
    assert run_due_policies() == 0
    clock.advance(minutes=2)
    assert run_due_policies() == 1
    refund = Refund.objects.get(tenant=shop.tenant)
    assert (refund.amount_minor, refund.status, refund.source, refund.member) == (
        2500,
        "succeeded",
        "policy",
        None,
    )
    assert fresh(order).status == "canceled"
    assert shop.alerts() == []
    assert run_due_policies() == 0


def test_only_the_dishes_that_cannot_be_served_go_back(shop: Shop, clock: Clock) -> None:
    from tests.support.restaurant import an_item

    turn_on(shop, A.SOLD_OUT_AFTER_PAYMENT, PolicyAction.REFUND_DISHES, 5)
    tea = an_item(shop.tenant, "Teh tarik", 300)
    both = shop.cart(2).lines + shop.cart(1, tea).lines
    order = sold_out(shop, cart=type(shop.cart())(both))
    waiting = seen_by_guest(shop, order).waiting
    assert waiting is not None
    assert not waiting.is_all
    clock.advance(minutes=6)
    assert run_due_policies() == 1
    refund = Refund.objects.get(tenant=shop.tenant)
    assert (refund.amount_minor, refund.status) == (2500, "succeeded")
    assert fresh(order).status == "placed", "the tea is still made"
    assert shop.alerts() == []


def test_staff_stop_it_and_the_alert_stays(shop: Shop, clock: Clock) -> None:
    turn_on(shop, A.SOLD_OUT_AFTER_PAYMENT)
    order = sold_out(shop)
    row = Alert.objects.get(tenant=shop.tenant)
    act(shop.restaurant.owner, row.id, Action.HOLD)
    assert seen_by_guest(shop, order).waiting is None
    clock.advance(hours=1)
    assert run_due_policies() == 0
    assert shop.alerts() == [A.SOLD_OUT_AFTER_PAYMENT]


def test_what_the_kitchen_has_begun_is_never_refunded_by_itself(shop: Shop, clock: Clock) -> None:
    turn_on(shop, A.SOLD_OUT_AFTER_PAYMENT)
    order = sold_out(shop)
    advance(order, "placed", "preparing", Actor("staff"), now())
    clock.advance(minutes=20)
    assert run_due_policies() == 0
    assert not Refund.objects.filter(tenant=shop.tenant).exists()
    assert (fresh(order).status, shop.alerts()) == ("preparing", [A.SOLD_OUT_AFTER_PAYMENT])
    assert seen_by_guest(shop, order).waiting is None, "the page promises nothing any more"


def test_a_decision_by_staff_comes_first(shop: Shop, clock: Clock) -> None:
    turn_on(shop, A.ORDER_CANCELED)
    paid_after_cancel(shop)
    act(shop.restaurant.owner, Alert.objects.get(tenant=shop.tenant, resolved_at=None).id, Action.SERVE)
    clock.advance(hours=1)
    assert run_due_policies() == 0
    assert not Refund.objects.filter(tenant=shop.tenant).exists()


def test_money_that_went_back_already_goes_back_once(shop: Shop, clock: Clock) -> None:
    turn_on(shop, A.ORDER_CANCELED)
    payment = paid_after_cancel(shop, card="4000000000007726")
    refund_payment(shop.restaurant.owner, payment.id, "from the order's page")
    clock.advance(hours=1)
    run_due_policies()
    assert Refund.objects.filter(tenant=shop.tenant).count() == 1


def test_turning_it_off_also_frees_what_is_open(shop: Shop, clock: Clock) -> None:
    turn_on(shop, A.SOLD_OUT_AFTER_PAYMENT)
    sold_out(shop)
    set_policy(
        shop.restaurant.owner, A.SOLD_OUT_AFTER_PAYMENT, is_on=False, action="refund", after_minutes=15
    )
    clock.advance(hours=1)
    assert run_due_policies() == 0
    assert shop.alerts() == [A.SOLD_OUT_AFTER_PAYMENT]


def test_a_lost_answer_is_continued_by_the_sweep(shop: Shop, clock: Clock) -> None:
    turn_on(shop, A.ORDER_CANCELED)
    paid_after_cancel(shop)
    clock.advance(minutes=16)
    shop.sandbox.fault("drop", path="/v1/refunds$", method="POST", when="after", count=1)
    assert run_due_policies() == 1
    clock.advance(minutes=2)
    shop.sweep()
    assert Refund.objects.get(tenant=shop.tenant).status == "succeeded"
    assert len(shop.sandbox.listed("refunds")) == 1


@pytest.mark.parametrize("kind", [A.KEY_REFUSED, A.UNKNOWN_PAYMENT])
def test_other_kinds_have_no_policy(shop: Shop, kind: str) -> None:
    assert kind not in POLICIES
    with pytest.raises(Invalid):
        turn_on(shop, kind)


def test_only_the_owner_sets_them(shop: Shop) -> None:
    manager = a_member(shop.tenant, "manager", "m@kopi.example")
    with pytest.raises(Forbidden):
        set_policy(manager, A.LATE_FOOD, is_on=True, action="refund", after_minutes=15)


@pytest.mark.parametrize("why", ["sharded", "refused"])
def test_where_one_look_is_not_possible_it_is_done_tenant_by_tenant(
    shop: Shop, clock: Clock, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    turn_on(shop, A.SOLD_OUT_AFTER_PAYMENT)
    order = sold_out(shop)
    a_restaurant("teh")
    clock.advance(minutes=16)

    def refuse() -> None:
        raise NotSupportedError("across shards")

    at_once = alert_policies.due_policies()
    monkeypatch.setattr(alert_policies, "_of_all", refuse)
    if why == "sharded":
        monkeypatch.setattr(settings, "SHARDED", True)
    assert alert_policies.due_policies() == at_once
    assert run_due_policies() == 1
    assert fresh(order).status == "canceled"
    assert alert_policies.due_policies() == []
