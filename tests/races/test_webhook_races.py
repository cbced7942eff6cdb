"""Several who repair, rotate, prove or remove at once: one endpoint is in use, and its secret verifies."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from duitpos.domain.errors import Conflict
from duitpos.domain.processor_accounts import store
from duitpos.domain.processor_accounts.health import made_health_of
from duitpos.domain.processor_accounts.webhooks import actions, repair, watch
from duitpos.domain.processor_accounts.webhooks.actions import (
    remove_old_endpoints,
    repair_webhook,
    rotate_secret,
    send_test_event,
)
from duitpos.domain.processor_accounts.webhooks.watch import watch_webhook
from duitpos.kit.clock import now
from duitpos.kit.transact import transact
from duitpos.models import AccountHealth, ProcessorAccount
from tests.crash.webhook_scenarios import believes, endpoints_of
from tests.support.at_once import at_once
from tests.support.shop import Shop

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]


def in_use(shop: Shop) -> list[bool]:
    """For each endpoint at the processor, whether its deliveries are believed."""
    return [believes(shop, one["secrets"][0]["secret"]) for one in endpoints_of(shop)]


def press(shop: Shop, action: Callable[..., object]) -> Callable[[], str]:
    def pressed() -> str:
        try:
            action(shop.restaurant.owner, shop.account.id)
        except Conflict:
            return "lost"
        return "won"

    return pressed


def a_watch(shop: Shop) -> object:
    account = ProcessorAccount.objects.select_related("tenant").get(tenant=shop.tenant, id=shop.account.id)
    return watch_webhook(account)


def test_owners_who_press_repair_at_once_make_one_endpoint(webhookless_shop: Shop) -> None:
    results = at_once([press(webhookless_shop, repair_webhook)] * 3)
    assert "won" in results
    assert in_use(webhookless_shop) == [True]


def test_workers_that_heal_at_once_make_one_endpoint(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    repair_webhook(shop.restaurant.owner, shop.account.id)
    calls = shop.sandbox.client().v1.webhook_endpoints
    for one in calls.list().data:
        calls.delete(one.id)
    AccountHealth.objects.filter(tenant=shop.tenant).update(endpoints_asked_at=now() - timedelta(days=1))
    at_once([partial(a_watch, shop)] * 3)
    assert in_use(shop) == [True]


def test_rotations_at_once_make_one_new_endpoint(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    repair_webhook(shop.restaurant.owner, shop.account.id)
    results = at_once([press(shop, rotate_secret)] * 2)
    assert "won" in results
    assert len(in_use(shop)) == 1 + results.count("won")
    assert all(in_use(shop))


def test_removing_while_another_one_is_made_leaves_the_new_one(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    repair_webhook(shop.restaurant.owner, shop.account.id)
    at_once([press(shop, rotate_secret), press(shop, remove_old_endpoints)])
    assert all(in_use(shop))
    shop.account.refresh_from_db()
    current = shop.account.read_credentials().current["webhook_secret"]
    assert current in [one["secrets"][0]["secret"] for one in endpoints_of(shop)]


def test_proofs_at_once_are_both_ended_and_the_last_one_is_awaited(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    repair_webhook(shop.restaurant.owner, shop.account.id)
    at_once([press(shop, send_test_event)] * 2)
    sessions = {one["id"]: one["status"] for one in shop.sandbox.listed("sessions")}
    assert set(sessions.values()) == {"expired"}
    health = made_health_of(shop.account)
    assert health.proof_reference in sessions
    assert health.proof_sent_at is not None


# -- the guards, one by one --------------------------------------------------------------------------------


@pytest.fixture
def lease_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both have a claim, as after a lease that ended too soon, and both have made an endpoint before either stores."""
    tries, both_made = itertools.count(1), threading.Barrier(2)
    in_transaction = transact

    def claim(account: ProcessorAccount, **how: Any) -> AccountHealth:
        health = made_health_of(account)
        health.heal_tries, health.next_heal_at = next(tries), now()
        return health

    def wait_and_store(store: Callable[[], ProcessorAccount]) -> ProcessorAccount:
        with suppress(threading.BrokenBarrierError):
            both_made.wait(timeout=60)
        return in_transaction(store)

    for module in (actions, watch):
        monkeypatch.setattr(module, "claim_repair", claim)
    monkeypatch.setattr(repair, "transact", wait_and_store)


def test_one_whose_lease_ended_removes_what_it_made(webhookless_shop: Shop, lease_ended: None) -> None:
    assert sorted(at_once([press(webhookless_shop, repair_webhook)] * 2)) == ["lost", "won"]
    assert in_use(webhookless_shop) == [True]


def test_without_the_guard_of_the_credentials_there_are_two(
    webhookless_shop: Shop, lease_ended: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The counter-check: each stores its secret whatever was saved meanwhile."""

    def write(row: ProcessorAccount, updated: ProcessorAccount, columns: dict[str, Any]) -> None:
        ProcessorAccount.objects.filter(tenant_id=row.tenant_id, id=row.id).update(
            credentials=updated.credentials
        )

    monkeypatch.setattr(store, "_write", write)
    monkeypatch.setattr(repair, "remove_stale", lambda account: 0)
    at_once([press(webhookless_shop, repair_webhook)] * 2)
    assert sorted(in_use(webhookless_shop)) == [False, True]


class ProcessEnded(Exception):
    """Stands for the end of a process between two steps."""


def states_after_two_proofs(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The sessions after two proofs and a watch.

    The first proof ends after the second one was stored; the second one's process ends before it has ended its own.
    """
    repair_webhook(shop.restaurant.owner, shop.account.id)
    order, is_stored, has_ended, in_full = (
        itertools.count(1),
        threading.Event(),
        threading.Event(),
        repair.end_proof,
    )

    def end(account: ProcessorAccount, reference: str) -> None:
        if next(order) == 1:
            is_stored.wait(timeout=60)
            in_full(account, reference)
            has_ended.set()
            return
        is_stored.set()
        has_ended.wait(timeout=60)
        raise ProcessEnded

    def send() -> None:
        with suppress(ProcessEnded):
            send_test_event(shop.restaurant.owner, shop.account.id)

    with monkeypatch.context() as patch:
        patch.setattr(repair, "end_proof", end)
        at_once([send] * 2)
    a_watch(shop)
    return sorted(one["status"] for one in shop.sandbox.listed("sessions"))


def test_a_proof_whose_process_ended_is_ended_though_another_one_ran(
    webhookless_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert states_after_two_proofs(webhookless_shop, monkeypatch) == ["expired"] * 3
    assert made_health_of(webhookless_shop.account).proof_sent_at is not None


def test_without_the_guard_of_its_reference_a_session_stays_open(
    webhookless_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The counter-check: the first proof says of the second one that its event is on its way."""

    def note(account: ProcessorAccount, reference: str) -> None:
        rows = AccountHealth.objects.filter(tenant_id=account.tenant_id, account_id=account.id)
        rows.update(proof_sent_at=now())

    monkeypatch.setattr(repair, "note_proof_ended", note)
    assert states_after_two_proofs(webhookless_shop, monkeypatch) == ["expired", "expired", "open"]
