"""M82, M83: accounts whose mode is not known yet, and money that is only held."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest
from django.db import connection

from duitpos.domain.checkout.results import DoNotPayAgain
from duitpos.domain.errors import Conflict
from duitpos.domain.orders.advance import Actor
from duitpos.domain.orders.cart import with_earlier
from duitpos.domain.orders.guest_view import GuestState
from duitpos.domain.payments.events.apply_event import apply_payment
from duitpos.domain.payments.settlement.learn_mode import learn_mode
from duitpos.domain.processor_accounts.types import create_type
from duitpos.domain.staff_actions.cancel_order import cancel_order
from duitpos.kit.transact import transact
from duitpos.models import Order, Payment, ProcessorAccount
from duitpos.models.alert import AlertKind as A
from duitpos.models.payment_setup import Mode
from duitpos.processors.snapshots import SnapshotState as S
from tests.support.at_once import at_once
from tests.support.fake_processor import FakeShop
from tests.support.scenarios import press_again, seen_by_guest

pytestmark = pytest.mark.django_db(transaction=True)

# -- M82: the mode is learned ------------------------------------------------------------------------------


@pytest.fixture
def unknown_shop(fake_shop: FakeShop) -> Iterator[FakeShop]:
    """A shop whose account's mode is unknown."""
    with without_its_check():
        ProcessorAccount.objects.filter(tenant=fake_shop.tenant).update(mode="")
        fake_shop.account.mode = ""
        yield fake_shop


@contextmanager
def without_its_check() -> Iterator[None]:
    """Let the database take an unknown mode, whether or not its check allows one."""
    table, name = ProcessorAccount._meta.db_table, "account_mode"
    if connection.vendor == "sqlite":
        statements = ("PRAGMA ignore_check_constraints = ON", "PRAGMA ignore_check_constraints = OFF")
    else:
        definition = "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s"
        with connection.cursor() as cursor:
            cursor.execute(definition, [name])
            (check,) = cursor.fetchone()
        statements = (
            f"ALTER TABLE {table} DROP CONSTRAINT {name}",
            f"ALTER TABLE {table} ADD CONSTRAINT {name} {check} NOT VALID",
        )
    with connection.cursor() as cursor:
        cursor.execute(statements[0])
    yield
    with connection.cursor() as cursor:
        cursor.execute(statements[1])


def mode(shop: FakeShop) -> str:
    return ProcessorAccount.objects.get(tenant=shop.tenant, id=shop.account.id).mode


@pytest.mark.parametrize("is_live", [True, False])
def test_m82_the_first_page_tells_the_mode(unknown_shop: FakeShop, is_live: bool) -> None:
    shop = unknown_shop
    shop.pages.is_live = is_live
    payment = shop.start()
    assert mode(shop) == ("live" if is_live else "test")
    assert payment.is_test is not is_live
    assert Order.objects.get(tenant=shop.tenant).is_test is not is_live
    shop.pages.pay(payment.reference)
    shop.sweep(after=timedelta(minutes=2))
    assert [order.label for order in shop.placed()] == ["1" if is_live else "T1"]
    assert shop.alerts() == []


@pytest.mark.parametrize("via", ["sweep", "event"])
def test_m82_a_start_that_does_not_say_it_leaves_it_to_the_snapshot(unknown_shop: FakeShop, via: str) -> None:
    shop = unknown_shop
    shop.pages.is_live = None
    payment = shop.start()
    assert (mode(shop), payment.is_test) == ("", True), "unknown counts as test"
    shop.pages.is_live = False
    shop.pages.pay(payment.reference)
    if via == "sweep":
        shop.sweep(after=timedelta(minutes=2))
    else:
        account = ProcessorAccount.objects.get(tenant=shop.tenant)
        found = shop.pages.snapshot(shop.pages.page(payment.reference))
        row = shop.fresh(payment)
        transact(lambda: apply_payment(shop.tenant, account, row, found, Actor("webhook")))
    assert (mode(shop), shop.fresh(payment).is_test) == ("test", True)
    assert [order.label for order in shop.placed()] == ["T1"]
    assert shop.alerts() == []


def test_m82_an_account_that_turns_out_to_be_live_hides_no_order_silently(unknown_shop: FakeShop) -> None:
    """M64: what was cooked as a test order is on no board from then on."""
    shop = unknown_shop
    shop.pages.is_live = None
    before = shop.start(guest_token="before")
    shop.pages.pay(before.reference)
    shop.sweep(after=timedelta(minutes=2))
    assert ([order.label for order in shop.placed()], shop.alerts()) == (["T1"], [])
    shop.pages.is_live = True
    shop.start(guest_token="the first with a mode")
    assert (mode(shop), shop.alerts()) == ("live", [A.MODE_DIFFERS])
    assert seen_by_guest(shop, shop.placed()[0]).state == GuestState.NEEDS_STAFF


def test_m82_open_attempts_of_the_account_that_turns_out_to_be_live_are_live(unknown_shop: FakeShop) -> None:
    """One of another account, which is a test account, is looked at and ended at once."""
    shop = unknown_shop
    shop.pages.is_live = None
    before = shop.start(guest_token="before")
    kind = create_type(shop.restaurant.owner, "OTHER", "Test account")
    other = ProcessorAccount.objects.get(tenant=shop.tenant)
    other.id, other.external_id, other.mode, other.payment_type = uuid4(), "another", Mode.TEST, kind
    other.save(force_insert=True)
    elsewhere = shop.start(guest_token="elsewhere", payment_type_id=kind.id)
    shop.pages.is_live = True
    first = shop.start(guest_token="the first with a mode")
    assert mode(shop) == "live"
    assert [shop.fresh(one).is_test for one in (before, elsewhere, first)] == [False, True, False]
    shop.sweep()
    assert [shop.fresh(one).status for one in (before, elsewhere, first)] == [
        "pending",
        "canceled",
        "pending",
    ]
    for payment in (before, first):
        shop.pages.pay(payment.reference)
    shop.sweep(after=timedelta(minutes=5))
    assert sorted((order.label, order.is_test) for order in shop.placed()) == [("1", False), ("2", False)]
    assert shop.alerts() == []


def test_m82_a_payment_inserted_while_the_mode_was_learned_is_live_when_its_object_says_so(
    unknown_shop: FakeShop,
) -> None:
    shop = unknown_shop
    shop.pages.is_live = None
    payment = shop.start()
    ProcessorAccount.objects.filter(tenant=shop.tenant).update(mode=Mode.LIVE)
    shop.pages.is_live = True
    shop.pages.pay(payment.reference)
    shop.sweep(after=timedelta(minutes=2))
    assert [(order.label, order.is_test) for order in shop.placed()] == [("1", False)]
    assert (shop.fresh(payment).is_test, shop.alerts()) == (False, [])


@pytest.mark.races
def test_m82_first_guests_at_once_are_all_live(unknown_shop: FakeShop) -> None:
    shop = unknown_shop
    shop.pages.is_live = None
    earlier = shop.start(guest_token="earlier")
    shop.pages.is_live = True
    phones = ["one", "two", "three", "four"]
    at_once([partial(shop.start, guest_token=phone) for phone in phones])
    payments = list(Payment.objects.filter(tenant=shop.tenant))
    assert (mode(shop), len(payments)) == ("live", 5)
    assert [payment.is_test for payment in payments] == [False] * 5
    assert [order.is_test for order in shop.orders()] == [False] * 5
    assert (shop.fresh(earlier).status, shop.alerts()) == ("pending", [])


def test_m82_a_known_mode_is_never_changed_and_costs_no_statement(
    fake_shop: FakeShop, django_assert_num_queries: object
) -> None:
    shop = fake_shop
    with django_assert_num_queries(0):  # type: ignore[operator]
        learn_mode(shop.account, True)
    shop.pages.is_live = True
    shop.start()
    assert mode(shop) == "test"


# -- M83: money that is held is not money ------------------------------------------------------------------


def test_m83_authorized_money_is_never_paid_and_blocks_like_processing(fake_shop: FakeShop) -> None:
    shop = fake_shop
    payment = shop.start()
    shop.pages.pay(payment.reference, S.AUTHORIZED)
    (order,) = shop.orders()
    assert isinstance(press_again(shop, order), DoNotPayAgain)
    held = shop.fresh(payment)
    assert (held.status, held.is_processing, held.moved_minor) == ("pending", True, None)
    assert seen_by_guest(shop, order).state == GuestState.PROCESSING
    edited = with_earlier(shop.cart(3), order.checkout_key)
    assert isinstance(shop.checkout(cart=edited), DoNotPayAgain)
    with pytest.raises(Conflict, match="bank_is_processing"):
        cancel_order(shop.restaurant.owner, order.id, "left", refund=False)
    assert (shop.ledger(), shop.placed(), shop.alerts()) == ([], [], [])


@pytest.mark.parametrize("state, status", [(S.FAILED, "failed"), (S.EXPIRED, "canceled")])
def test_m83_authorized_money_that_is_let_go_was_never_ours(
    fake_shop: FakeShop, state: S, status: str
) -> None:
    shop = fake_shop
    payment = shop.start()
    for step in (S.AUTHORIZED, state):
        shop.pages.pay(payment.reference, step)
        shop.sweep(after=timedelta(hours=2))
    ended = shop.fresh(payment)
    assert (ended.status, ended.processing_since) == (status, None)
    assert seen_by_guest(shop, shop.orders()[0]).state == GuestState.NOT_PAID
    assert (shop.ledger(), shop.alerts()) == ([], [])


def test_m83_authorized_money_that_is_taken_is_paid(fake_shop: FakeShop) -> None:
    shop = fake_shop
    payment = shop.start()
    for step in (S.AUTHORIZED, S.PAID):
        shop.pages.pay(payment.reference, step)
        shop.sweep(after=timedelta(hours=2))
    assert [order.status for order in shop.orders()] == ["placed"]
    assert shop.alerts() == []


def test_m83_a_page_that_is_open_again_can_be_paid_and_ended_again(fake_shop: FakeShop) -> None:
    """The bank said no after it was processing, and the page lets the guest try another one."""
    shop = fake_shop
    payment = shop.start()
    for step in (S.PROCESSING, S.OPEN):
        shop.pages.pay(payment.reference, step)
        shop.sweep(after=timedelta(hours=2))
    assert shop.fresh(payment).processing_since is None
    assert seen_by_guest(shop, shop.orders()[0]).state == GuestState.WAITING
    new = shop.start(cart=shop.cart(3))
    assert (shop.fresh(payment).status, new.status) == ("canceled", "pending")


def test_m83_authorized_money_of_an_unknown_payment_is_not_booked(fake_shop: FakeShop) -> None:
    shop = fake_shop
    payment = shop.start()
    shop.pages.pay(payment.reference, S.AUTHORIZED)
    found = shop.pages.snapshot(shop.pages.page(payment.reference))
    outcome = transact(lambda: apply_payment(shop.tenant, shop.account, None, found, Actor("webhook")))
    assert outcome == "unknown_payment"
    assert Payment.objects.filter(tenant=shop.tenant).count() == 1
    assert A.UNKNOWN_PAYMENT not in shop.alerts()
