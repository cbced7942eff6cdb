"""No database connection is held during a processor call: two hundred guests may wait for a slow Stripe."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import nullcontext, suppress
from typing import Any

import pytest
from django.db import connection

from duitpos.domain.checkout import start as start_module
from duitpos.domain.checkout.checkout import checkout
from duitpos.domain.checkout.handle_return import handle_cancel, handle_return
from duitpos.domain.checkout.results import GoToProcessor
from duitpos.domain.errors import Unavailable
from duitpos.domain.payments.outbox.run import run_outbox
from duitpos.domain.payments.refunds.refund import refund_payment
from duitpos.domain.processor_accounts.accounts import check_account
from duitpos.domain.staff_actions.cancel_order import cancel_order
from duitpos.domain.staff_actions.check_payment import check_now
from duitpos.domain.sweep.sweep import sweep
from duitpos.kit.clock import now
from duitpos.models import Payment, ProcessorAccount, Refund
from tests.connections.watch import Watch
from tests.support.at_once import at_once, deliver, event_of
from tests.support.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)

Work = Callable[[], object]
GUESTS = 30
"""More than there are connections (20 in the pool), so that one held each would not be enough."""


def _due(shop: Shop) -> None:
    Payment.objects.filter(tenant=shop.tenant).update(next_check_at=now())
    Refund.objects.filter(tenant=shop.tenant).update(next_check_at=now())


def _paid(shop: Shop) -> Payment:
    payment = shop.start()
    shop.sandbox.pay(payment.reference)
    return payment


def _in_the_kitchen(shop: Shop) -> Payment:
    payment = _paid(shop)
    deliver(shop, event_of(shop, "checkout.session.completed"))
    return shop.fresh(payment)


def starting(shop: Shop) -> Work:
    request = shop.request()
    return lambda: checkout(request)


def pressing_again(shop: Shop) -> Work:
    request = shop.request()
    checkout(request)
    return lambda: checkout(request)


def editing_the_cart(shop: Shop) -> Work:
    shop.start(cart=shop.cart(1))
    request = shop.request()
    return lambda: checkout(request)


def returning_after_payment(shop: Shop) -> Work:
    payment = _paid(shop)
    assert payment.order is not None
    token = payment.order.token
    return lambda: handle_return(shop.tenant, token)


def returning_without_payment(shop: Shop) -> Work:
    payment = shop.start()
    assert payment.order is not None
    token = payment.order.token
    return lambda: handle_cancel(shop.tenant, token)


def checking_now(shop: Shop) -> Work:
    payment = _paid(shop)
    return lambda: check_now(shop.restaurant.owner, payment.id)


def sweeping_a_payment(shop: Shop) -> Work:
    _paid(shop)
    _due(shop)
    return sweep


def sweeping_a_lost_start(shop: Shop) -> Work:
    shop.sandbox.fault("garbage", method="POST", path="/v1/checkout/sessions$", count=2)
    with suppress(Unavailable):
        shop.checkout()
    _due(shop)
    return sweep


def listing_events(shop: Shop) -> Work:
    ProcessorAccount.objects.filter(tenant=shop.tenant).update(next_events_at=now())
    return sweep


def receiving_a_hint(shop: Shop) -> Work:
    _paid(shop)
    event = event_of(shop, "checkout.session.completed", api_version="2020-08-27")
    return lambda: deliver(shop, event)


def running_the_outbox(shop: Shop) -> Work:
    """The payment method is not in the event, so an outbox entry fetches it."""
    _in_the_kitchen(shop)
    return lambda: run_outbox()


def refunding(shop: Shop) -> Work:
    payment = _in_the_kitchen(shop)
    return lambda: refund_payment(shop.restaurant.owner, payment.id, "guest left")


def sweeping_a_lost_refund(shop: Shop) -> Work:
    payment = _in_the_kitchen(shop)
    shop.sandbox.fault("garbage", method="POST", path="/v1/refunds$", count=2)
    refund_payment(shop.restaurant.owner, payment.id, "guest left")
    _due(shop)
    return sweep


def canceling_a_held_order(shop: Shop) -> Work:
    payment = shop.start()
    assert payment.order is not None
    order_id = payment.order.id
    return lambda: cancel_order(shop.restaurant.owner, order_id, "guest left", refund=False)


def checking_the_account(shop: Shop) -> Work:
    return lambda: check_account(shop.restaurant.owner, shop.account.id)


WAYS = (
    starting,
    pressing_again,
    editing_the_cart,
    returning_after_payment,
    returning_without_payment,
    checking_now,
    sweeping_a_payment,
    sweeping_a_lost_start,
    listing_events,
    receiving_a_hint,
    running_the_outbox,
    refunding,
    sweeping_a_lost_refund,
    canceling_a_held_order,
    checking_the_account,
)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_no_connection_is_held_during_a_call(
    webhookless_shop: Shop, watch: Watch, way: Callable[[Shop], Work]
) -> None:
    work = way(webhookless_shop)
    connection.ensure_connection()
    watch.held.clear()
    work()
    assert watch.held, "no call was made"
    assert not any(watch.held)


def test_a_held_connection_is_noticed(
    webhookless_shop: Shop, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The counter-check: a start that keeps its connection."""
    monkeypatch.setattr(start_module, "outside_database", nullcontext)
    starting(webhookless_shop)()
    assert any(watch.held)


def test_more_guests_wait_than_there_are_connections(webhookless_shop: Shop, watch: Watch) -> None:
    """All of them wait for Stripe at the same moment, and the pool has all its connections."""
    requests = [webhookless_shop.request(guest_token=f"guest-{number}") for number in range(GUESTS)]
    pool_was_full: list[bool] = []
    all_wait = threading.Barrier(GUESTS, action=lambda: pool_was_full.append(_pool_is_full()), timeout=60)
    # A retried call comes after all threads have passed the barrier.
    watch.at_a_call = lambda: len(watch.held) > GUESTS or all_wait.wait()
    connection.close()
    outcomes = at_once([lambda request=request: checkout(request) for request in requests])  # type: ignore[misc]
    assert all(isinstance(outcome, GoToProcessor) for outcome in outcomes)
    assert pool_was_full == [True]
    assert not any(watch.held)


def _pool_is_full() -> bool:
    """Whether the pool has all its connections; waits, since a returned one takes a moment to arrive.

    SQLite has no pool: there it is enough that no thread holds one, which `watch` checks.
    """
    pool: Any = getattr(connection, "pool", None)
    until = time.monotonic() + 30
    while pool is not None:
        stats = pool.get_stats()
        if stats["pool_available"] == stats["pool_size"]:
            break
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True
