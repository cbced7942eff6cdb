"""The sweep checks a key that could not be checked when it was pasted; its webhook secret waits with it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from duitpos.domain.checkout.results import DoNotPayAgain
from duitpos.domain.orders.guest_view import GuestState, guest_order
from duitpos.domain.processor_accounts.accounts import check_account, save_credentials
from duitpos.domain.sweep.sweep import sweep
from duitpos.kit.clock import now
from duitpos.models import Alert, ProcessorAccount
from duitpos.models.alert import AlertKind as A
from tests.support.credentials import in_use, previous, waiting
from tests.support.live_shop import Clock
from tests.support.scenarios import calls
from tests.support.shop import WEBHOOK_SECRET, Shop

pytestmark = pytest.mark.django_db(transaction=True)
NEW_SECRET = "whsec_" + "N" * 32


def account(shop: Shop, **which: Any) -> ProcessorAccount:
    return ProcessorAccount.objects.get(tenant=shop.tenant, **which)


def paste_during_an_outage(shop: Shop, **values: str) -> None:
    shop.sandbox.fault("error", status=503, path="/v1/account$", count=2)
    save_credentials(shop.restaurant.owner, shop.account.id, values)
    assert waiting(account(shop, id=shop.account.id), "secret_key") == values["secret_key"]


def test_the_sweep_starts_to_use_a_valid_waiting_key(webhookless_shop: Shop, clock: Clock) -> None:
    shop = webhookless_shop
    payment = shop.start()
    shop.sandbox.pay(payment.reference)
    key = shop.sandbox.control("POST", f"/accounts/{shop.account.external_id}/keys", {})["key"]
    shop.sandbox.control("DELETE", f"/keys/{shop.sandbox.secret_key}")
    clock.advance(minutes=2, theirs=False)
    sweep()
    assert shop.alerts() == [A.KEY_REFUSED]
    paste_during_an_outage(shop, secret_key=key)
    for _ in range(2):
        clock.advance(minutes=4, theirs=False)
        sweep()
    assert (account(shop).paused_at, in_use(account(shop), "secret_key")) == (None, key)
    assert shop.fresh(payment).status == "succeeded"
    assert shop.alerts() == []


def test_during_an_outage_the_key_is_checked_at_growing_intervals(
    webhookless_shop: Shop, clock: Clock
) -> None:
    shop = webhookless_shop
    key = shop.sandbox.control("POST", f"/accounts/{shop.account.external_id}/keys", {})["key"]
    paste_during_an_outage(shop, secret_key=key)
    shop.sandbox.fault("error", status=503, path="/v1/account$", count=None)
    before = len(calls(shop, "GET", "/account"))
    for _ in range(20):
        clock.advance(minutes=3, theirs=False)
        sweep()
    # The transport sends each call twice.
    tries = (len(calls(shop, "GET", "/account")) - before) // 2
    assert 3 <= tries <= 5
    assert waiting(account(shop), "secret_key") == key


def test_a_waiting_keys_webhook_secret_stays_with_the_key(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    shop.start()
    other = shop.sandbox.control("POST", "/accounts", {"name": "Other"})
    paste_during_an_outage(shop, secret_key=other["secret_key"], webhook_secret=NEW_SECRET)
    assert in_use(account(shop), "webhook_secret") == WEBHOOK_SECRET
    check_account(shop.restaurant.owner, shop.account.id)
    assert in_use(account(shop, external_id=other["id"]), "webhook_secret") == NEW_SECRET
    old = account(shop, id=shop.account.id)
    assert (old.state, in_use(old, "webhook_secret"), previous(old, "webhook_secret")) == (
        "retired",
        WEBHOOK_SECRET,
        [],
    )
    assert old.read_credentials().waiting == {}


def test_a_key_that_cannot_prove_its_account_gets_its_own_row(webhookless_shop: Shop) -> None:
    """The row's account has no payments yet, so no payment can prove it either."""
    shop = webhookless_shop
    other = shop.sandbox.control("POST", "/accounts", {"name": "Other"})
    rights = ["rak_checkout_session_write", "rak_event_read", "rak_payment_intent_read", "rak_charge_read"]
    key = shop.sandbox.control("POST", f"/accounts/{other['id']}/keys", {"permissions": rights})["key"]
    shop.sandbox.fault(
        "error",
        status=403,
        path="/v1/account$",
        count=None,
        code="more_permissions_required",
        message="This key has not the permission for that.",
    )
    save_credentials(shop.restaurant.owner, shop.account.id, {"secret_key": key})
    old = account(shop, id=shop.account.id)
    assert (old.state, in_use(old, "secret_key")) == ("retired", shop.sandbox.secret_key)
    new = ProcessorAccount.objects.exclude(id=old.id).get(tenant=shop.tenant)
    assert (new.state, new.external_id, in_use(new, "secret_key")) == ("active", "", key)


def mark_all_as_done(shop: Shop) -> None:
    Alert.objects.filter(tenant=shop.tenant).update(resolved_at=now(), resolution="done")


def test_a_temporarily_refused_key_is_used_again(webhookless_shop: Shop, clock: Clock) -> None:
    shop = webhookless_shop
    payment = shop.start()
    shop.sandbox.pay(payment.reference)
    shop.sandbox.fault("error", status=401, path="/v1/", count=2)
    clock.advance(minutes=2, theirs=False)
    sweep()
    assert account(shop).paused_at is not None
    mark_all_as_done(shop)
    for _ in range(2):
        clock.advance(minutes=4, theirs=False)
        sweep()
    assert account(shop).paused_at is None
    assert shop.fresh(payment).status == "succeeded"
    assert shop.alerts() == []


def test_while_a_key_is_refused_done_does_not_close_the_alert(webhookless_shop: Shop, clock: Clock) -> None:
    shop = webhookless_shop
    shop.start()
    shop.sandbox.control("DELETE", f"/keys/{shop.sandbox.secret_key}")
    clock.advance(minutes=2, theirs=False)
    sweep()
    mark_all_as_done(shop)
    assert shop.alerts() == []
    clock.advance(minutes=4, theirs=False)
    sweep()
    assert shop.alerts() == [A.KEY_REFUSED]


def test_while_the_processor_does_not_respond_no_page_says_that_nothing_was_charged(
    webhookless_shop: Shop, clock: Clock
) -> None:
    shop = webhookless_shop
    payment = shop.start()
    (order,) = shop.orders()

    def state() -> GuestState:
        return guest_order(shop.tenant, order.token).state

    assert state() == GuestState.WAITING
    shop.sandbox.fault("error", status=503, path="/v1/checkout/sessions/", count=None)
    clock.advance(seconds=10)
    assert isinstance(shop.checkout(cart=shop.cart(3)), DoNotPayAgain)
    assert state() == GuestState.CHECKING
    shop.sandbox.control("DELETE", "/faults")
    shop.sweep(after=timedelta(minutes=4))
    assert (shop.fresh(payment).status, state()) == ("pending", GuestState.WAITING)
