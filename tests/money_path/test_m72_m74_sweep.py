"""Nothing in periodic work stops the others; and what a restored backup lost is found at the processor."""

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
    Order,
    OrderEvent,
    OrderLine,
    OutboxEntry,
    Payment,
    ProcessorAccount,
    Refund,
    WebhookEvent,
)
from duitpos.ui.when import exactly
from tests.support.live_shop import Clock
from tests.support.restaurant import a_restaurant, a_table, an_item
from tests.support.scenarios import calls
from tests.support.shop import Shop, an_account
from tests.support.stampede import stampede

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


def test_m72_a_restaurant_with_an_unknown_time_zone_does_not_stop_the_others(deaf_shop: Shop) -> None:
    """The first of the round is poisoned, and so is one payment of it; every later restaurant has its turn."""
    first, later = another_shop(deaf_shop, "aaa"), deaf_shop
    payments = [first.start(), later.start()]
    for payment in payments:
        deaf_shop.sandbox.pay(payment.reference)
    Location.objects.filter(tenant=first.tenant).update(time_zone="Nowhere/Land")
    make_due(first, later)
    report = sweep()
    assert later.fresh(payments[1]).status == "succeeded"
    assert report.errors == 1
    assert first.alerts() == ["event_failed"]
    poisoned = first.fresh(payments[0])
    assert poisoned.status == "pending"
    assert poisoned.next_check_at is not None
    assert poisoned.next_check_at > now() + timedelta(seconds=60), "pushed back"
    Location.objects.filter(tenant=first.tenant).update(time_zone="Asia/Kuala_Lumpur")
    make_due(first)
    sweep()
    assert first.fresh(payments[0]).status == "succeeded"
    assert first.alerts() == []
    Payment.objects.filter(tenant=first.tenant).update(next_check_at=None)


@pytest.mark.parametrize("time_zone", ["Nowhere/Land", "", "../etc/passwd", "/etc/passwd", "Asia", "\x00"])
def test_m72_no_page_falls_with_an_unknown_zone(deaf_shop: Shop, time_zone: str) -> None:
    location = deaf_shop.restaurant.location
    location.time_zone, location.locale = time_zone, "xx_QQ"
    assert not is_open(location, now()), "nobody can pay for what could not be booked"
    assert exactly(now(), time_zone, "xx_QQ")
    assert Money(1250, "MYR").format("xx_QQ")
    assert menu_of(deaf_shop.tenant, location).sections


def test_m72_where_not_even_the_list_can_be_made_somebody_is_told_and_it_ends(
    deaf_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the other kinds of work of the same restaurant go on."""
    shop = deaf_shop
    payment = shop.start()
    shop.sandbox.pay(payment.reference)
    make_due(shop)

    def poison(*args: object) -> None:
        raise RuntimeError("poison")

    real = sweep_module.KINDS
    monkeypatch.setattr(sweep_module, "KINDS", (poison, *real[1:], real[0]))
    assert sweep().errors == 1
    assert shop.fresh(payment).status == "succeeded"
    assert shop.alerts() == ["sweep_failed"]
    (row,) = open_alerts(shop.tenant)
    assert "poison" in row.alert.facts["reason"]["error"]
    monkeypatch.setattr(sweep_module, "KINDS", real)
    ProcessorAccount.objects.filter(tenant=shop.tenant).update(next_events_at=now())
    sweep()
    assert shop.alerts() == []


def test_m72_a_database_that_is_gone_ends_the_round(deaf_shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is no poison of one restaurant: the loop waits and tries again."""
    deaf_shop.start()
    make_due(deaf_shop)

    def gone(*args: object) -> None:
        raise OperationalError("the connection is closed")

    monkeypatch.setattr(sweep_module, "KINDS", (gone,))
    with pytest.raises(OperationalError):
        sweep()
    assert Alert.objects.filter(tenant=deaf_shop.tenant).count() == 0


def test_m72_one_listed_event_that_cannot_be_read_hides_no_other(shop: Shop) -> None:
    shop.sandbox.rule("drop", count=2)
    payment = shop.start()
    shop.sandbox.control("POST", "/events", {"type": "checkout.session.completed", "object": {"id": 7}})
    shop.sandbox.pay(payment.reference)
    shop.sandbox.idle()
    look(shop)
    assert calls(shop, "GET", "/events")
    assert shop.fresh(payment).status == "succeeded"


# -- M74 ------------------------------------------------------------------------------------------------------


def restore_a_backup_without(shop: Shop, payment: Payment) -> None:
    """The database as it was before this order."""
    assert payment.order_id is not None
    of_payment = {"tenant": shop.tenant, "payment_id": payment.id}
    of_order = {"tenant": shop.tenant, "order_id": payment.order_id}
    Alert.objects.filter(**of_payment)._raw_delete("default")
    LedgerEntry.objects.filter(**of_payment)._raw_delete("default")
    WebhookEvent.objects.filter(tenant=shop.tenant)._raw_delete("default")
    Order.objects.filter(tenant=shop.tenant, id=payment.order_id).update(released_by=None)
    Payment.objects.filter(tenant=shop.tenant, id=payment.id)._raw_delete("default")
    for model in (OrderLine, OrderEvent, OutboxEntry):
        model._default_manager.filter(**of_order)._raw_delete("default")
    Order.objects.filter(tenant=shop.tenant, id=payment.order_id)._raw_delete("default")


def look(shop: Shop) -> None:
    ProcessorAccount.objects.filter(tenant=shop.tenant).update(next_events_at=now())
    sweep()


def test_m74_after_a_restored_backup_paid_sessions_come_back_as_alerts_once(shop: Shop, clock: Clock) -> None:
    shop.sweep()
    payment = shop.start()
    shop.pay(payment)
    assert shop.fresh(payment).status == "succeeded"
    before = ProcessorAccount.objects.get(tenant=shop.tenant).sessions_seen_to
    clock.advance(hours=30)
    look(shop)
    restore_a_backup_without(shop, shop.fresh(payment))
    ProcessorAccount.objects.filter(tenant=shop.tenant).update(sessions_seen_to=before)
    for _ in range(3):
        look(shop)
    (row,) = open_alerts(shop.tenant)
    assert (row.alert.kind, row.alert.amount_minor) == ("unknown_payment", 2500)
    assert shop.ledger() == [("payment", 2500)]


def test_m74_adopting_a_database_compares_everything_again(shop: Shop, clock: Clock) -> None:
    payment = shop.start()
    shop.pay(payment)
    clock.advance(hours=100)
    look(shop)
    restore_a_backup_without(shop, shop.fresh(payment))
    look(shop)
    assert shop.alerts() == [], "long past the last hour"
    assert compare_all_again() == 1
    ProcessorAccount.objects.filter(tenant=shop.tenant).update(created_at=now() - timedelta(hours=101))
    look(shop)
    assert shop.alerts() == ["unknown_payment"]


def test_m74_a_lost_payment_that_we_know_is_settled_by_the_list(deaf_shop: Shop) -> None:
    shop = deaf_shop
    payment = shop.start()
    shop.sandbox.pay(payment.reference)
    Payment.objects.filter(tenant=shop.tenant).update(next_check_at=None)
    look(shop)
    assert shop.fresh(payment).status == "succeeded"
    assert [order.label for order in shop.placed()] == ["T1"]


def test_m74_what_went_back_already_asks_nobody(shop: Shop) -> None:
    payment = shop.start()
    shop.pay(payment)
    intent = shop.fresh(payment).intent_reference
    shop.sandbox.control("POST", "/refunds", {"payment_intent": intent})
    shop.sandbox.idle()
    restored = shop.fresh(payment)
    Alert.objects.filter(tenant=shop.tenant)._raw_delete("default")
    LedgerEntry.objects.filter(tenant=shop.tenant)._raw_delete("default")
    Refund.objects.filter(tenant=shop.tenant)._raw_delete("default")
    restore_a_backup_without(shop, restored)
    look(shop)
    assert shop.alerts() == []
    assert shop.ledger() == [("payment", 2500), ("refund", -2500)]
    Refund.objects.filter(tenant=shop.tenant).update(next_check_at=None)


def test_m74_what_nobody_paid_is_left_alone(deaf_shop: Shop) -> None:
    shop = deaf_shop
    payment = shop.start()
    shop.sandbox.pay(shop.start(guest_token="another phone").reference)
    restore_a_backup_without(shop, payment)
    look(shop)
    assert Payment.objects.filter(tenant=shop.tenant).count() == 1


@pytest.mark.races
def test_m74_two_sweeps_at_once_make_one_alert(shop: Shop) -> None:
    payment = shop.start()
    shop.pay(payment)
    restore_a_backup_without(shop, shop.fresh(payment))
    account = ProcessorAccount.objects.get(tenant=shop.tenant)
    stampede([lambda: compare_sessions(shop.tenant, account, float("inf"))] * 4)
    assert shop.alerts() == ["unknown_payment"]
    assert shop.ledger() == [("payment", 2500)]


def test_m74_it_costs_one_call_a_look(deaf_shop: Shop) -> None:
    shop = deaf_shop
    look(shop)
    before = len(calls(shop, "GET", "/v1/checkout/sessions"))
    look(shop)
    assert len(calls(shop, "GET", "/v1/checkout/sessions")) == before + 1


def test_m74_a_key_that_may_not_list_pauses_nothing(deaf_shop: Shop) -> None:
    shop = deaf_shop
    shop.sandbox.fault("error", status=403, method="GET", path="/v1/checkout/sessions$", count=None)
    look(shop)
    assert ProcessorAccount.objects.get(tenant=shop.tenant).paused_at is None
    assert shop.alerts() == []
