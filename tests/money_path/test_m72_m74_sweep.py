"""M72, M74: one restaurant's error does not stop the sweep, and payments lost by a restored backup are found."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import OperationalError

from duitpos.domain.alerts.queries import open_alerts
from duitpos.domain.menus.read import menu_of
from duitpos.domain.sweep import sweep as sweep_module
from duitpos.domain.sweep.compare_sessions import compare_all_again, compare_sessions
from duitpos.domain.sweep.sweep import sweep
from duitpos.domain.tenancy.hours import is_open
from duitpos.kit.clock import now
from duitpos.kit.money import Money
from duitpos.models import (
    Alert,
    LedgerEntry,
    Location,
    Payment,
    ProcessorAccount,
    Refund,
    RefundLine,
)
from duitpos.models.tenant import UnpaidOrders
from duitpos.ui.when import exactly
from tests.support.at_once import at_once
from tests.support.counter import cash
from tests.support.live_shop import Clock
from tests.support.restaurant import a_restaurant, a_table, an_item
from tests.support.scenarios import calls, restore_a_backup_without
from tests.support.shop import Shop, an_account

pytestmark = pytest.mark.django_db(transaction=True)


def another_shop(shop: Shop, slug: str) -> Shop:
    restaurant = a_restaurant(slug)
    item = an_item(restaurant.tenant, "Roti", 900)
    account = an_account(restaurant, shop.sandbox)
    return Shop(restaurant, a_table(restaurant.location), item, account, shop.sandbox, shop.url)


def make_due(*shops: Shop) -> None:
    for shop in shops:
        Payment.objects.filter(tenant=shop.tenant).update(next_check_at=now())


# -- M72 ------------------------------------------------------------------------------------------------------


def test_m72_a_restaurant_with_an_unknown_time_zone_does_not_stop_the_others(
    webhookless_shop: Shop,
) -> None:
    """The first restaurant and one of its payments raise errors; all later restaurants are swept."""
    first, later = another_shop(webhookless_shop, "aaa"), webhookless_shop
    payments = [first.start(), later.start()]
    for payment in payments:
        webhookless_shop.sandbox.pay(payment.reference)
    Location.objects.filter(tenant=first.tenant).update(time_zone="Nowhere/Land")
    make_due(first, later)
    report = sweep()
    assert later.fresh(payments[1]).status == "succeeded"
    assert report.errors == 1
    assert first.alerts() == ["event_failed"]
    failing = first.fresh(payments[0])
    assert failing.status == "pending"
    assert failing.next_check_at is not None
    assert failing.next_check_at > now() + timedelta(seconds=60), "pushed back"
    Location.objects.filter(tenant=first.tenant).update(time_zone="Asia/Kuala_Lumpur")
    make_due(first)
    sweep()
    assert first.fresh(payments[0]).status == "succeeded"
    assert first.alerts() == []
    Payment.objects.filter(tenant=first.tenant).update(next_check_at=None)


@pytest.mark.parametrize("time_zone", ["Nowhere/Land", "", "../etc/passwd", "/etc/passwd", "Asia", "\x00"])
def test_m72_no_page_fails_with_an_unknown_time_zone(webhookless_shop: Shop, time_zone: str) -> None:
    location = webhookless_shop.restaurant.location
    location.time_zone, location.locale = time_zone, "xx_QQ"
    assert not is_open(location, now()), "guests cannot pay, because the payment could not be booked"
    assert exactly(now(), time_zone, "xx_QQ")
    assert Money(1250, "MYR").format("xx_QQ")
    assert menu_of(webhookless_shop.tenant, location).sections


def test_m72_when_even_the_query_for_work_fails_an_alert_opens_and_closes(
    webhookless_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same restaurant's other kinds of work continue."""
    shop = webhookless_shop
    payment = shop.start()
    shop.sandbox.pay(payment.reference)
    make_due(shop)

    def fail(*args: object) -> None:
        raise RuntimeError("fail")

    real = sweep_module.KINDS
    monkeypatch.setattr(sweep_module, "KINDS", (fail, *real[1:], real[0]))
    assert sweep().errors == 1
    assert shop.fresh(payment).status == "succeeded"
    assert shop.alerts() == ["sweep_failed"]
    (row,) = open_alerts(shop.tenant)
    assert "fail" in row.alert.facts["reason"]["error"]
    monkeypatch.setattr(sweep_module, "KINDS", real)
    ProcessorAccount.objects.filter(tenant=shop.tenant).update(next_events_at=now())
    sweep()
    assert shop.alerts() == []


def test_m72_a_database_outage_ends_the_sweep(
    webhookless_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """This error is not about one restaurant: the loop waits and retries."""
    webhookless_shop.start()
    make_due(webhookless_shop)

    def gone(*args: object) -> None:
        raise OperationalError("the connection is closed")

    monkeypatch.setattr(sweep_module, "KINDS", (gone,))
    with pytest.raises(OperationalError):
        sweep()
    assert Alert.objects.filter(tenant=webhookless_shop.tenant).count() == 0


def test_m72_an_unreadable_listed_event_does_not_hide_the_others(shop: Shop) -> None:
    shop.sandbox.rule("drop", count=2)
    payment = shop.start()
    shop.sandbox.control("POST", "/events", {"type": "checkout.session.completed", "object": {"id": 7}})
    shop.sandbox.pay(payment.reference)
    shop.sandbox.idle()
    list_sessions(shop)
    assert calls(shop, "GET", "/events")
    assert shop.fresh(payment).status == "succeeded"


# -- M74 ------------------------------------------------------------------------------------------------------


def list_sessions(shop: Shop) -> None:
    ProcessorAccount.objects.filter(tenant=shop.tenant).update(next_events_at=now())
    sweep()


def test_m74_after_a_restored_backup_paid_sessions_come_back_as_alerts_once(shop: Shop, clock: Clock) -> None:
    shop.sweep()
    payment = shop.start()
    shop.pay(payment)
    assert shop.fresh(payment).status == "succeeded"
    before = ProcessorAccount.objects.get(tenant=shop.tenant).sessions_seen_to
    clock.advance(hours=30)
    list_sessions(shop)
    restore_a_backup_without(shop, shop.fresh(payment))
    ProcessorAccount.objects.filter(tenant=shop.tenant).update(sessions_seen_to=before)
    for _ in range(3):
        list_sessions(shop)
    (row,) = open_alerts(shop.tenant)
    assert (row.alert.kind, row.alert.amount_minor) == ("unknown_payment", 2500)
    assert shop.ledger() == [("payment", 2500)]


def test_m74_adopting_a_database_compares_everything_again(shop: Shop, clock: Clock) -> None:
    payment = shop.start()
    shop.pay(payment)
    clock.advance(hours=100)
    list_sessions(shop)
    restore_a_backup_without(shop, shop.fresh(payment))
    list_sessions(shop)
    assert shop.alerts() == [], "long past the last hour"
    assert compare_all_again() == 1
    ProcessorAccount.objects.filter(tenant=shop.tenant).update(created_at=now() - timedelta(hours=101))
    list_sessions(shop)
    assert shop.alerts() == ["unknown_payment"]


def test_m74_a_known_payment_with_lost_deliveries_is_settled_by_the_listing(
    webhookless_shop: Shop,
) -> None:
    shop = webhookless_shop
    payment = shop.start()
    shop.sandbox.pay(payment.reference)
    Payment.objects.filter(tenant=shop.tenant).update(next_check_at=None)
    list_sessions(shop)
    assert shop.fresh(payment).status == "succeeded"
    assert [order.label for order in shop.placed()] == ["T1"]


def test_m74_a_refunded_session_opens_no_alert(shop: Shop) -> None:
    payment = shop.start()
    shop.pay(payment)
    intent = shop.named(shop.fresh(payment))
    shop.sandbox.control("POST", "/refunds", {"payment_intent": intent})
    shop.sandbox.idle()
    restored = shop.fresh(payment)
    Alert.objects.filter(tenant=shop.tenant)._raw_delete("default")
    LedgerEntry.objects.filter(tenant=shop.tenant)._raw_delete("default")
    RefundLine.objects.filter(tenant=shop.tenant)._raw_delete("default")
    Refund.objects.filter(tenant=shop.tenant)._raw_delete("default")
    restore_a_backup_without(shop, restored)
    list_sessions(shop)
    assert shop.alerts() == []
    assert shop.ledger() == [("payment", 2500), ("refund", -2500)]
    Refund.objects.filter(tenant=shop.tenant).update(next_check_at=None)


def test_m74_an_unpaid_session_is_ignored(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    payment = shop.start()
    shop.sandbox.pay(shop.start(guest_token="another phone").reference)
    restore_a_backup_without(shop, payment)
    list_sessions(shop)
    assert Payment.objects.filter(tenant=shop.tenant).count() == 1


@pytest.mark.races
def test_m74_two_sweeps_at_once_make_one_alert(shop: Shop) -> None:
    payment = shop.start()
    shop.pay(payment)
    restore_a_backup_without(shop, shop.fresh(payment))
    account = ProcessorAccount.objects.get(tenant=shop.tenant)
    at_once([lambda: compare_sessions(shop.tenant, account, float("inf"))] * 4)
    assert shop.alerts() == ["unknown_payment"]
    assert shop.ledger() == [("payment", 2500)]


def test_m74_a_listing_costs_one_call(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    list_sessions(shop)
    before = len(calls(shop, "GET", "/v1/checkout/sessions"))
    list_sessions(shop)
    assert len(calls(shop, "GET", "/v1/checkout/sessions")) == before + 1


def test_m74_a_key_that_may_not_list_pauses_nothing(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    shop.sandbox.fault("error", status=403, method="GET", path="/v1/checkout/sessions$", count=None)
    list_sessions(shop)
    assert ProcessorAccount.objects.get(tenant=shop.tenant).paused_at is None
    assert shop.alerts() == []


def test_m74_money_that_staff_take_is_asked_of_nobody(webhookless_shop: Shop) -> None:
    """After a restored backup, nor when an account of theirs was marked by an earlier version."""
    kind = cash(webhookless_shop, UnpaidOrders.AT_ONCE)
    assert compare_all_again() == 1
    till = ProcessorAccount.objects.filter(tenant=webhookless_shop.tenant, payment_type=kind)
    assert till.get().next_events_at is None
    till.update(next_events_at=now())
    assert sweep().errors == 0
    assert till.get().next_events_at is None
