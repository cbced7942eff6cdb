"""Who decides about money: a rule of the owner (M160), the guest (M161), whoever would pay twice (M162)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from duitpos.domain.alerts.offers import Action
from duitpos.domain.checkout.checkout import checkout
from duitpos.domain.checkout.results import Changed, GoToProcessor
from duitpos.domain.errors import DomainError
from duitpos.domain.staff_actions.alert_policies import run_due_policies, set_policy
from duitpos.domain.staff_actions.guest_choice import decide
from duitpos.domain.staff_actions.resolve_alert import act
from duitpos.domain.sweep.double_orders import flag_doubles
from duitpos.models import Alert, OrderLine, Refund
from duitpos.models.alert import AlertKind as A
from tests.money_path.test_staff_decide import limited, the_order
from tests.support.live_shop import Clock
from tests.support.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)


def test_m160_a_rule_gives_the_money_back_once(shop: Shop, clock: Clock) -> None:
    owner = shop.restaurant.owner
    set_policy(owner, A.SOLD_OUT_AFTER_PAYMENT, is_on=True, action="refund", after_minutes=15)
    payment = shop.start()
    limited(shop, 1)
    shop.pay(payment)
    clock.advance(minutes=16)
    assert [run_due_policies() for _ in range(3)] == [1, 0, 0]
    assert [row.source for row in Refund.objects.filter(tenant=shop.tenant)] == ["policy"]
    assert (the_order(shop, payment).status, shop.alerts()) == ("canceled", [])


@pytest.mark.parametrize("first", ["guest", "staff"])
def test_m161_guest_and_staff_decide_once(shop: Shop, first: str) -> None:
    payment = shop.start()
    limited(shop, 1)
    shop.pay(payment)
    order, alert = the_order(shop, payment), Alert.objects.get(tenant=shop.tenant)
    line = OrderLine.objects.get(tenant=shop.tenant)

    def guest() -> None:
        decide(shop.tenant, order, {line.id: None})

    def staff() -> None:
        act(shop.restaurant.owner, alert.id, Action.REFUND_DISHES)

    one, two = (guest, staff) if first == "guest" else (staff, guest)
    one()
    with pytest.raises(DomainError):
        two()
    assert [row.source for row in Refund.objects.filter(tenant=shop.tenant)] == [first]


def test_m162_the_same_dishes_twice_are_warned_of_and_listed(shop: Shop) -> None:
    first = shop.start(guest_token="phone-1")
    shop.pay(first)
    asked = shop.request(guest_token="phone-2", seen_twin="")
    held = checkout(asked)
    assert isinstance(held, Changed)
    assert held.why == "twin"
    assert held.twin is not None
    gone_on = checkout(replace(asked, seen_twin=held.twin.seen))
    assert isinstance(gone_on, GoToProcessor)
    second = shop.payment_of(gone_on.order)
    shop.pay(second)
    assert flag_doubles(shop.tenant.id) == 1
    assert shop.alerts() == [A.DOUBLE_ORDER]
    act(shop.restaurant.owner, Alert.objects.get(tenant=shop.tenant).id, Action.REFUND)
    assert Refund.objects.get(tenant=shop.tenant).payment_id == second.id
    assert [row.id for row in shop.orders(status="placed")] == [first.order_id]
