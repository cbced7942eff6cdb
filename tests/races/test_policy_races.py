"""A policy and a person, or two workers, at the same moment give one refund."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest

from duitpos.domain.alerts.offers import Action
from duitpos.domain.errors import DomainError
from duitpos.domain.orders.advance import Actor, advance
from duitpos.domain.staff_actions import alert_policies
from duitpos.domain.staff_actions.alert_policies import run_due_policies, run_policy, set_policy
from duitpos.domain.staff_actions.resolve_alert import act
from duitpos.kit.clock import now
from duitpos.kit.facts import Facts
from duitpos.kit.transact import transact
from duitpos.models import Alert, ItemStock, Order, Refund
from duitpos.models.alert import AlertKind as A
from duitpos.models.menu import StockStatus
from tests.support.at_once import at_once
from tests.support.shop import Shop

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]


def due_alert(shop: Shop, kind: str = A.SOLD_OUT_AFTER_PAYMENT) -> tuple[Order, Alert]:
    """A paid order of which something sold out, with a policy whose time has come."""
    set_policy(shop.restaurant.owner, kind, is_on=True, action="refund", after_minutes=15)
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
    alerts = Alert.objects.filter(tenant=shop.tenant, kind=kind)
    assert alerts.update(policy_at=now() - timedelta(seconds=1)) == 1
    return Order.objects.get(tenant=shop.tenant), alerts.get()


def quiet(work: Callable[[], object]) -> Callable[[], object]:
    def run() -> object:
        try:
            return work()
        except DomainError as error:
            return error

    return run


def test_many_workers_refund_once(webhookless_shop: Shop) -> None:
    _, alert = due_alert(webhookless_shop)
    answers = at_once([quiet(lambda: run_policy(alert.tenant_id, alert.id))] * 6)
    assert answers.count(True) == 1, answers
    assert [row.amount_minor for row in Refund.objects.filter(tenant=webhookless_shop.tenant)] == [2500]
    assert len(webhookless_shop.sandbox.listed("refunds")) == 1


@pytest.mark.parametrize("action", [Action.REFUND, Action.DONE, Action.HOLD])
@pytest.mark.parametrize("turn", range(3))
def test_a_person_and_a_worker_give_one_outcome(webhookless_shop: Shop, action: Action, turn: int) -> None:
    order, alert = due_alert(webhookless_shop)
    owner = webhookless_shop.restaurant.owner
    at_once(
        [
            quiet(run_due_policies),
            quiet(lambda: act(owner, alert.id, action, "seen")),
            quiet(run_due_policies),
        ]
    )
    refunds = list(Refund.objects.filter(tenant=webhookless_shop.tenant))
    assert len(refunds) <= 1
    alert.refresh_from_db()
    order.refresh_from_db()
    if action == Action.REFUND:
        assert len(refunds) == 1
    by_itself = alert.resolution.get("code") == "refunded_by_itself"
    assert by_itself == any(refund.source == "policy" for refund in refunds)
    if by_itself:
        assert order.status == "canceled"
    elif action != Action.REFUND:
        assert (order.status, refunds) == ("placed", [])


@pytest.mark.parametrize("turn", range(3))
def test_the_kitchen_begins_or_the_money_goes_back(webhookless_shop: Shop, turn: int) -> None:
    order, _ = due_alert(webhookless_shop)
    at_once(
        [quiet(run_due_policies), quiet(lambda: advance(order, "placed", "preparing", Actor("staff"), now()))]
    )
    order.refresh_from_db()
    refunds = Refund.objects.filter(tenant=webhookless_shop.tenant).count()
    assert (order.status, refunds) in [("canceled", 1), ("preparing", 0)]


def test_without_the_guard_a_stopped_policy_refunds(
    webhookless_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The counter-check: read, then write. The person stops it after the worker has read and before it writes."""
    _, alert = due_alert(webhookless_shop)
    read, stopped = threading.Event(), threading.Event()

    def unguarded(alert: Alert, how: Facts) -> bool:
        Alert.objects.filter(tenant_id=alert.tenant_id, id=alert.id).update(resolved_at=now(), resolution=how)
        return True

    def later(work: Callable[[], object]) -> object:
        """Wait before the transaction: in it, SQLite would let nobody else write."""
        read.set()
        stopped.wait(timeout=60)
        return transact(work)

    def stop() -> None:
        read.wait(timeout=60)
        with suppress(DomainError):
            act(webhookless_shop.restaurant.owner, alert.id, Action.HOLD)
        stopped.set()

    monkeypatch.setattr(alert_policies, "transact", later)
    at_once([lambda: run_policy(alert.tenant_id, alert.id), stop])
    assert not Refund.objects.filter(tenant=webhookless_shop.tenant).exists(), "the guard notices it"
    Alert.objects.filter(tenant=webhookless_shop.tenant).update(policy_at=now())
    read.clear()
    stopped.clear()
    monkeypatch.setattr(alert_policies, "claim", unguarded)
    at_once([lambda: run_policy(alert.tenant_id, alert.id), stop])
    assert Refund.objects.filter(tenant=webhookless_shop.tenant).count() == 1, (
        "without it, money goes back all the same"
    )
