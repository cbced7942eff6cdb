"""A hanging processor, or one restaurant whose calls hang, delays nobody else, nor its own other work for ever."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings

from duitpos.domain.payments.refunds.refund import refund_payment
from duitpos.domain.sweep import ask_account
from duitpos.domain.sweep import sweep as sweep_module
from duitpos.domain.sweep.sweep import sweep
from duitpos.jobs.lanes import Lanes
from duitpos.jobs.worker import THREADS, look_at_outbox, sweep_once
from duitpos.kit import deadline
from duitpos.models import OutboxEntry, Payment, ProcessorAccount
from tests.support.live_shop import Clock
from tests.support.scenarios import REFUNDS, SESSION, calls
from tests.support.shop import GUIDE_EVENTS, Shop, open_shop
from tests.support.signals import HANG

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def other(webhookless_shop: Shop) -> Iterator[Shop]:
    """A second restaurant, which comes after the first."""
    with open_shop(webhookless_shop.sandbox, webhookless_shop.url, slug="zz-satay") as shop:
        yield shop


class Silent:
    """A processor that accepts every connection and never answers."""

    def __init__(self) -> None:
        self._server = socket.create_server(("127.0.0.1", 0), backlog=64)
        self._held: list[socket.socket] = []
        self.called = threading.Event()
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                self._held.append(self._server.accept()[0])
            except OSError:
                return
            self.called.set()

    def hang_up(self) -> None:
        """Close all connections, so that nobody waits any longer."""
        self._server.close()
        for connection in self._held:
            connection.close()


@pytest.fixture
def silent() -> Iterator[Silent]:
    server = Silent()
    yield server
    server.hang_up()


def wait_until(is_so: Callable[[], Any]) -> None:
    until = time.monotonic() + HANG
    while not is_so():
        assert time.monotonic() < until, "it took too long"
        time.sleep(0.02)


def paid_and_due(shop: Shop) -> Payment:
    """A paid payment that no webhook told of."""
    payment = shop.start()
    shop.sandbox.pay(payment.reference)
    Payment.objects.filter(tenant=shop.tenant).update(next_check_at=payment.created_at)
    return payment


def move_to(shop: Shop, server: Silent, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on the shop's processor is at this server."""
    monkeypatch.setattr(settings, "SANDBOX_URLS", [*settings.SANDBOX_URLS, server.url])
    ProcessorAccount.objects.filter(tenant=shop.tenant).update(api_base=server.url)


def test_while_a_processor_hangs_the_others_payments_are_settled(
    webhookless_shop: Shop, other: Shop, silent: Silent, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its restaurants fill its whole lane."""
    monkeypatch.setattr(deadline, "SECONDS", HANG)
    stuck, paid = paid_and_due(webhookless_shop), paid_and_due(other)
    move_to(webhookless_shop, silent, monkeypatch)
    with Lanes(1) as lanes:
        sweep_once(lanes)
        assert silent.called.wait(HANG)
        wait_until(lambda: other.fresh(paid).status == "succeeded")
        assert webhookless_shop.fresh(stuck).status == "pending"
        # A later payment is seen by the next sweep, although the first one still waits.
        late = paid_and_due(other)
        sweep_once(lanes)
        wait_until(lambda: other.fresh(late).status == "succeeded")
        assert lanes.longest() > 0, "the first restaurant's work still waits"
        silent.hang_up()
    ProcessorAccount.objects.filter(tenant=webhookless_shop.tenant).update(
        api_base=webhookless_shop.sandbox.url
    )
    webhookless_shop.sweep(after=timedelta(hours=1))
    assert webhookless_shop.fresh(stuck).status == "succeeded"


@pytest.mark.parametrize("threads,in_time", [(THREADS, True), (1, False)], ids=["several", "one"])
def test_one_restaurant_whose_calls_hang_does_not_delay_others_at_the_same_processor(
    webhookless_shop: Shop, other: Shop, threads: int, in_time: bool
) -> None:
    """Control: with one thread, the other restaurant is asked about when the first call has ended."""
    stuck, paid = paid_and_due(webhookless_shop), paid_and_due(other)
    webhookless_shop.sandbox.fault(
        "hang", seconds=2, path=f"/{stuck.reference}$", method="GET", count=1, when="before"
    )
    with Lanes(threads) as lanes:
        sweep_once(lanes)
        wait_until(lambda: other.fresh(paid).status == "succeeded")
        waited_for = webhookless_shop.fresh(stuck).status
    assert (waited_for == "pending") == in_time
    assert webhookless_shop.fresh(stuck).status == "succeeded"


def test_the_outbox_of_others_is_run_while_a_processor_hangs(
    webhookless_shop: Shop, other: Shop, silent: Silent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deadline, "SECONDS", HANG)
    for shop in (webhookless_shop, other):
        shop.listen(GUIDE_EVENTS)
        shop.pay(shop.start())
    move_to(webhookless_shop, silent, monkeypatch)
    undone = OutboxEntry.objects.filter(tenant=other.tenant, done_at=None)
    assert set(undone.values_list("kind", flat=True)) == {"details", "receipt"}
    with Lanes(THREADS) as lanes:
        look_at_outbox(lanes)
        assert silent.called.wait(HANG)
        wait_until(lambda: not undone.exists())
        rows = OutboxEntry.objects.filter(tenant=webhookless_shop.tenant)
        wait_until(lambda: rows.get(kind="receipt").outcome == "sent")
        assert rows.get(kind="details").done_at is None
        silent.hang_up()


def test_another_kind_of_work_goes_first_after_a_timeout(
    webhookless_shop: Shop, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = webhookless_shop
    payment = shop.start()
    shop.pay(payment)
    shop.sweep(after=timedelta(minutes=2))
    shop.sandbox.fault("drop", when="after", path=REFUNDS, method="POST", count=2)
    refund = refund_payment(shop.restaurant.owner, payment.id, "cold")
    assert refund.status == "created"
    for guest in range(3):
        shop.start(guest_token=f"guest-{guest}")
    monkeypatch.setattr(sweep_module, "PATIENCE", 0.5)
    shop.sandbox.fault("hang", seconds=0.7, path=SESSION, method="GET", count=None, when="before")
    clock.advance(minutes=4, theirs=False)
    sweep()
    refund.refresh_from_db()
    assert (refund.status, refund.checks) == ("created", 0), "the sweep did not reach or claim it"
    sweep()
    refund.refresh_from_db()
    assert refund.status == "succeeded"


def test_unprocessed_listed_events_are_listed_again(
    webhookless_shop: Shop,
) -> None:
    shop = webhookless_shop
    account = ProcessorAccount.objects.get(tenant=shop.tenant)
    shop.listen()
    shop.sandbox.rule("drop", types=["checkout.session.completed"])
    shop.pay(shop.start())
    ask_account.fetch_missed_events(shop.tenant, account, time.monotonic())
    account.refresh_from_db()
    assert shop.events() == []
    assert account.events_seen_to is not None
    ask_account.fetch_missed_events(shop.tenant, account, time.monotonic() + 60)
    assert [event.outcome for event in shop.events()] == ["settled"]
    assert calls(shop, "GET", "/events")
    assert Payment.objects.get(tenant=shop.tenant).status == "succeeded"
