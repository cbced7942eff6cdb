"""The guest, a second phone, staff and the policy decide about one sold-out dish at the same moment: one outcome."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest

from duitpos.domain.alerts.offers import Action
from duitpos.domain.errors import DomainError
from duitpos.domain.staff_actions import guest_choice
from duitpos.domain.staff_actions.alert_policies import run_due_policies
from duitpos.domain.staff_actions.guest_choice import decide
from duitpos.domain.staff_actions.resolve_alert import act
from duitpos.kit.clock import now
from duitpos.kit.facts import Facts
from duitpos.kit.transact import transact
from duitpos.models import Alert, ItemStock, LineSwap, MenuItem, Order, OrderLine, Refund
from duitpos.models.alert import AlertKind as A
from duitpos.models.menu import StockStatus
from tests.support.at_once import at_once
from tests.support.restaurant import an_item
from tests.support.shop import Shop

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]


def sold_out(shop: Shop) -> tuple[Order, OrderLine, MenuItem]:
    """A paid order of a dish that sold out meanwhile, and a cheaper dish."""
    tea = an_item(shop.tenant, "Teh tarik", 300)
    payment = shop.start()
    ItemStock.objects.create(
        tenant=shop.tenant,
        location=shop.restaurant.location,
        item=shop.item,
        status=StockStatus.LIMITED,
        quantity=1,
    )
    shop.pay(payment)
    shop.sweep(after=timedelta(minutes=5))
    assert shop.alerts() == [A.SOLD_OUT_AFTER_PAYMENT]
    order = Order.objects.select_related("location").get(tenant=shop.tenant)
    return order, OrderLine.objects.get(tenant=shop.tenant), tea


def quiet(work: Callable[[], object]) -> Callable[[], object]:
    def run() -> object:
        try:
            return work()
        except DomainError as error:
            return error

    return run


def given_back(shop: Shop) -> int:
    return sum(row.amount_minor for row in Refund.objects.filter(tenant=shop.tenant))


@pytest.mark.parametrize("action", [Action.REFUND, Action.REFUND_DISHES, Action.DONE])
@pytest.mark.parametrize("turn", range(3))
def test_guest_and_staff_give_one_outcome(webhookless_shop: Shop, action: Action, turn: int) -> None:
    shop = webhookless_shop
    order, line, tea = sold_out(shop)
    alert = Alert.objects.get(tenant=shop.tenant)
    Alert.objects.filter(tenant=shop.tenant).update(policy_at=now(), policy_action="refund_dishes")
    at_once(
        [
            quiet(lambda: decide(shop.tenant, order, {line.id: tea.id})),
            quiet(lambda: act(shop.restaurant.owner, alert.id, action, "seen")),
            quiet(lambda: decide(shop.tenant, order, {line.id: None})),
            quiet(run_due_policies),
        ]
    )
    swapped = LineSwap.objects.filter(tenant=shop.tenant).count()
    assert (swapped, given_back(shop)) in [(1, 1900), (0, 2500), *([(0, 0)] if action == Action.DONE else [])]
    assert shop.alerts() == []


def test_without_the_guard_a_dish_is_swapped_and_refunded(
    webhookless_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The counter-check: read, then write. Staff decide after the guest's request has read and before it writes."""
    shop = webhookless_shop
    order, line, tea = sold_out(shop)
    tea.price_minor = line.unit_price_minor
    tea.save()
    alert = Alert.objects.get(tenant=shop.tenant)
    read, decided = threading.Event(), threading.Event()

    def later(work: Callable[[], object]) -> object:
        """Wait before the transaction: in it, SQLite would let nobody else write."""
        read.set()
        decided.wait(timeout=60)
        return transact(work)

    def refund() -> None:
        read.wait(timeout=60)
        with suppress(DomainError):
            act(shop.restaurant.owner, alert.id, Action.REFUND, "seen")
        decided.set()

    def unguarded(alert: Alert, how: Facts) -> bool:
        Alert.objects.filter(tenant_id=alert.tenant_id, id=alert.id).update(resolved_at=now())
        return True

    monkeypatch.setattr(guest_choice, "transact", later)
    monkeypatch.setattr(guest_choice, "claim", unguarded)
    at_once([quiet(lambda: decide(shop.tenant, order, {line.id: tea.id})), refund])
    assert (LineSwap.objects.filter(tenant=shop.tenant).count(), given_back(shop)) == (1, 2500)
