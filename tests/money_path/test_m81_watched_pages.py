"""M81: pages that the processor cannot close are given up here, and watched."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from duitpos.dashboard.texts.reasons import reason_text
from duitpos.domain.checkout.handle_return import handle_cancel, handle_return
from duitpos.domain.checkout.results import AlreadyPaid, DoNotPayAgain, GoToProcessor
from duitpos.domain.orders.guest_view import GuestState
from duitpos.domain.payments.schedule import WATCH, is_surely_over
from duitpos.domain.reasons import Reason
from duitpos.domain.staff_actions.cancel_order import cancel_order
from duitpos.domain.staff_actions.check_payment import CheckResult, check_now
from duitpos.domain.sweep.sweep import sweep
from duitpos.kit.clock import now
from duitpos.models import Location, Order, Payment, ProcessorAccount
from duitpos.models.alert import AlertKind as A
from duitpos.processors.capabilities import Expiry
from duitpos.processors.snapshots import SnapshotState as S
from tests.support.fake_processor import FakeShop
from tests.support.scenarios import detail, press_again, seen_by_guest, start_again

pytestmark = pytest.mark.django_db(transaction=True)


def edit_the_cart(shop: FakeShop, quantity: int = 3) -> tuple[Payment, Payment]:
    """A guest starts to pay, edits the cart, and starts again; returns both payments."""
    first = shop.start()
    second = shop.start(cart=shop.cart(quantity))
    return shop.fresh(first), second


def the_order(payment: Payment) -> Order:
    assert payment.order is not None
    return Order.objects.get(tenant_id=payment.tenant_id, id=payment.order.id)


def sweep_all(shop: FakeShop) -> None:
    """Sweep until everything that is due now was looked at."""
    for _ in range(3):
        sweep()


def test_m81_an_edited_cart_gives_up_a_page_that_cannot_be_closed(fake_shop: FakeShop) -> None:
    shop = fake_shop
    old, new = edit_the_cart(shop)
    assert (old.status, old.failure["code"]) == ("canceled", Reason.PAGE_STILL_OPEN)
    assert "cannot close its page" in reason_text(old.failure)
    assert old.watched_until is not None
    assert old.ended_at is not None
    assert old.watched_until - old.ended_at == WATCH
    assert new.status == "pending"
    assert (shop.pages.count("cancel"), shop.alerts()) == (1, [])


def test_m81_the_new_page_is_paid_and_then_the_old_one_as_well(
    fake_shop: FakeShop, travel: time_machine.Traveller
) -> None:
    """One order is cooked, and staff are told of the other money."""
    shop = fake_shop
    old, new = edit_the_cart(shop)
    shop.pages.pay(new.reference)
    travel.shift(timedelta(minutes=2, seconds=1))
    sweep()
    assert the_order(new).status == "placed"
    shop.pages.pay(old.reference)
    travel.shift(timedelta(minutes=3))
    sweep()
    settled = shop.fresh(old)
    assert (settled.status, settled.watched_until) == ("succeeded", None)
    assert [order.id for order in shop.placed()] == [new.order_id]
    assert shop.alerts() == [A.DUPLICATE_PAYMENT]
    assert "order T1 in its place" in detail(shop)
    assert seen_by_guest(shop, the_order(old)).state == GuestState.NEEDS_STAFF
    assert shop.ledger() == [("payment", 3750), ("payment", 2500)]


def test_m81_the_old_page_is_paid_first_and_takes_the_new_ones_place(
    fake_shop: FakeShop, travel: time_machine.Traveller
) -> None:
    shop = fake_shop
    old, new = edit_the_cart(shop)
    shop.pages.pay(old.reference)
    travel.shift(timedelta(minutes=2, seconds=1))
    sweep_all(shop)
    assert the_order(old).status == "placed"
    assert (the_order(new).status, the_order(new).cancel_reason) == (
        "canceled",
        "an earlier version of it was paid",
    )
    assert shop.alerts() == [A.LATE_MONEY]
    given_up = shop.fresh(new)
    assert (given_up.status, given_up.watched_until is not None) == ("canceled", True)
    shop.pages.pay(new.reference)
    travel.shift(timedelta(minutes=10))
    sweep_all(shop)
    assert [order.id for order in shop.placed()] == [old.order_id]
    assert shop.alerts() == [A.LATE_MONEY, A.ORDER_CANCELED]
    assert seen_by_guest(shop, the_order(new)).state == GuestState.LATE_CANCELED


def test_m81_of_three_versions_only_one_is_cooked(
    fake_shop: FakeShop, travel: time_machine.Traveller
) -> None:
    shop = fake_shop
    first, second = edit_the_cart(shop)
    third = shop.start(cart=shop.cart(4))
    for payment in (third, first, second):
        shop.pages.pay(payment.reference)
        Payment.objects.filter(tenant=shop.tenant, id=payment.id).update(next_check_at=now())
        sweep()
    assert [order.id for order in shop.placed()] == [third.order_id]
    assert shop.alerts() == [A.DUPLICATE_PAYMENT, A.ORDER_CANCELED], "the third was paid instead of both"


def test_m81_paying_again_and_then_the_page_that_was_given_up_is_a_duplicate(
    fake_shop: FakeShop, travel: time_machine.Traveller
) -> None:
    """The same order: the guest went back, and pays on both pages."""
    shop = fake_shop
    old = shop.start()
    canceled = handle_cancel(shop.tenant, the_order(old).token)
    assert (canceled.is_paid, canceled.is_open_still) == (False, False)
    assert seen_by_guest(shop, canceled.order).state == GuestState.NOT_PAID
    travel.shift(timedelta(seconds=5))
    new = start_again(shop, canceled.order)
    assert (new.id != old.id, new.order_id) == (True, old.order_id)
    for payment, minutes in ((new, 5), (old, 10)):
        shop.pages.pay(payment.reference)
        travel.shift(timedelta(minutes=minutes))
        sweep_all(shop)
    (order,) = shop.placed()
    assert order.released_by_id == new.id
    assert shop.alerts() == [A.DUPLICATE_PAYMENT]


def test_m81_a_guest_who_returns_from_a_page_that_was_given_up_is_answered(fake_shop: FakeShop) -> None:
    shop = fake_shop
    old = shop.start()
    handle_cancel(shop.tenant, the_order(old).token)
    shop.pages.pay(old.reference)
    Payment.objects.filter(tenant=shop.tenant).update(asked_at=None)
    handle_return(shop.tenant, the_order(old).token)
    assert the_order(old).status == "placed"
    assert shop.alerts() == [A.LATE_MONEY]


def test_m81_while_nobody_knows_the_guest_does_not_read_that_nothing_was_charged(
    fake_shop: FakeShop, travel: time_machine.Traveller
) -> None:
    shop = fake_shop
    old = shop.start()
    order = the_order(old)
    handle_cancel(shop.tenant, order.token)
    travel.shift(timedelta(seconds=5))
    shop.pages.is_down = True
    handle_return(shop.tenant, order.token)
    assert seen_by_guest(shop, order).state == GuestState.CHECKING
    travel.shift(timedelta(seconds=5))
    assert isinstance(press_again(shop, order), DoNotPayAgain)
    shop.pages.is_down = False
    travel.shift(timedelta(seconds=30))
    sweep()
    assert seen_by_guest(shop, order).state == GuestState.NOT_PAID
    travel.shift(timedelta(seconds=5))
    assert isinstance(press_again(shop, order), GoToProcessor)


@pytest.mark.parametrize(
    "state, answer", [(S.PAID, AlreadyPaid), (S.PROCESSING, DoNotPayAgain), (S.AUTHORIZED, DoNotPayAgain)]
)
def test_m81_pay_again_looks_at_the_page_that_was_given_up_first(
    fake_shop: FakeShop, travel: time_machine.Traveller, state: S, answer: type
) -> None:
    shop = fake_shop
    old = shop.start()
    order = the_order(old)
    handle_cancel(shop.tenant, order.token)
    shop.pages.pay(old.reference, state)
    travel.shift(timedelta(seconds=5))
    assert isinstance(press_again(shop, order), answer)
    assert shop.pages.count("start") == 1


def test_m81_staff_cancel_an_order_whose_page_cannot_be_closed(
    fake_shop: FakeShop, travel: time_machine.Traveller
) -> None:
    shop = fake_shop
    payment = shop.start()
    assert payment.order_id is not None
    cancel_order(shop.restaurant.owner, payment.order_id, "left", refund=False)
    assert the_order(payment).status == "canceled"
    shop.pages.pay(payment.reference)
    travel.shift(timedelta(minutes=3))
    sweep()
    assert shop.alerts() == [A.ORDER_CANCELED]
    assert shop.placed() == []


def test_m81_at_closing_the_page_is_given_up(fake_shop: FakeShop, travel: time_machine.Traveller) -> None:
    shop = fake_shop
    payment = shop.start()
    Location.objects.filter(tenant=shop.tenant).update(paused_at=now())
    travel.shift(timedelta(minutes=3))
    sweep_all(shop)
    assert shop.fresh(payment).watched_until is not None
    shop.pages.pay(payment.reference)
    travel.shift(timedelta(minutes=5))
    sweep_all(shop)
    assert the_order(payment).status == "placed"
    assert shop.alerts() == [A.PAID_WHILE_CLOSED]


@pytest.mark.parametrize("can_cancel", [True, False])
def test_m81_an_end_that_the_processor_does_not_keep_is_kept_here(
    fake_shop: FakeShop, travel: time_machine.Traveller, can_cancel: bool
) -> None:
    shop = fake_shop
    shop.pages.can_cancel = can_cancel
    payment = shop.start()
    assert not payment.is_end_enforced
    travel.shift(timedelta(minutes=44))
    sweep_all(shop)
    assert shop.fresh(payment).status == "pending"
    travel.shift(timedelta(minutes=3))
    sweep_all(shop)
    ended = shop.fresh(payment)
    assert (ended.status, ended.watched_until is None) == ("canceled", can_cancel)
    assert shop.pages.page(payment.reference).state == (S.EXPIRED if can_cancel else S.OPEN)


def test_m81_pay_again_after_our_end_starts_another_page(
    fake_shop: FakeShop, travel: time_machine.Traveller
) -> None:
    shop = fake_shop
    payment = shop.start()
    travel.shift(timedelta(minutes=46))
    answer = press_again(shop, the_order(payment))
    assert isinstance(answer, GoToProcessor)
    assert shop.payment_of(answer.order).reference == "page-2"


def test_m81_an_end_that_was_told_is_stored(fake_shop: FakeShop) -> None:
    shop = fake_shop
    shop.pages.told_end = now() + timedelta(minutes=5)
    payment = shop.start()
    assert (payment.expires_at, payment.is_end_enforced) == (shop.pages.told_end, True)
    shop.pages.told_end = now() + timedelta(days=30)
    later = shop.start(guest_token="guest-2")
    assert later.expires_at is not None
    assert (later.expires_at < now() + timedelta(hours=1), later.is_end_enforced) == (True, False)
    shop.can(expiry=Expiry(timedelta(minutes=1), timedelta(days=60), is_enforced=False))
    unkept = shop.start(guest_token="guest-3")
    assert unkept.expires_at is not None
    assert (unkept.expires_at < now() + timedelta(hours=1), unkept.is_end_enforced) == (True, False)


def test_m81_only_an_end_that_the_processor_keeps_makes_an_attempt_surely_over(fake_shop: FakeShop) -> None:
    payment = fake_shop.start()
    much_later = now() + timedelta(hours=3)
    assert not is_surely_over(payment, much_later)
    payment.is_end_enforced = True
    assert is_surely_over(payment, much_later)


def test_m81_the_watch_looks_less_and_less_often_and_ends(
    fake_shop: FakeShop, travel: time_machine.Traveller
) -> None:
    """The order is canceled after 15 minutes all the same, and deleted after 30 days."""
    shop = fake_shop
    old, new = edit_the_cart(shop)
    handle_cancel(shop.tenant, the_order(new).token)
    asked = shop.pages.count("fetch")
    waits = []
    for _ in range(40):
        due = shop.fresh(old).next_check_at
        assert due is not None
        if due > now() + timedelta(days=4):
            break
        waits.append(due - now())
        travel.move_to(due + timedelta(seconds=1))
        sweep_all(shop)
    assert shop.fresh(old).watched_until is None
    assert timedelta(minutes=1) < waits[0] <= timedelta(minutes=2)
    assert max(waits) <= timedelta(hours=6)
    assert shop.pages.count("fetch") - asked < 60, "two pages, about twenty looks each"
    assert {order.status for order in shop.orders()} == {"canceled"}
    canceled_at = the_order(old).ended_at
    assert canceled_at is not None
    assert canceled_at - now() < timedelta(minutes=20)
    travel.shift(timedelta(days=28))
    sweep_all(shop)
    assert shop.orders() == []


def test_m81_the_order_is_canceled_15_minutes_after_its_page_was_given_up(
    fake_shop: FakeShop, travel: time_machine.Traveller
) -> None:
    shop = fake_shop
    payment = shop.start()
    handle_cancel(shop.tenant, the_order(payment).token)
    for minutes in (3, 5, 6):
        travel.shift(timedelta(minutes=minutes))
        sweep()
        assert the_order(payment).status == "held"
    travel.shift(timedelta(minutes=3))
    sweep_all(shop)
    assert the_order(payment).status == "canceled"
    watched = shop.fresh(payment)
    assert watched.watched_until is not None
    assert watched.next_check_at is not None
    assert watched.next_check_at < now() + timedelta(hours=1)


def test_m81_a_page_that_can_no_longer_be_paid_ends_the_watch(
    fake_shop: FakeShop, travel: time_machine.Traveller
) -> None:
    shop = fake_shop
    old, _ = edit_the_cart(shop)
    shop.pages.pay(old.reference, S.EXPIRED)
    travel.shift(timedelta(minutes=3))
    sweep()
    assert shop.fresh(old).watched_until is None
    assert the_order(old).status == "held", "its 15 minutes are not over"
    travel.shift(timedelta(minutes=13))
    sweep_all(shop)
    assert the_order(old).status == "canceled"
    asked = shop.pages.calls.count(("fetch", old.reference))
    for hours in (1, 6, 24):
        travel.shift(timedelta(hours=hours))
        sweep()
    assert shop.pages.calls.count(("fetch", old.reference)) == asked


def test_m81_money_on_its_way_is_waited_for_beyond_the_watch(
    fake_shop: FakeShop, travel: time_machine.Traveller
) -> None:
    shop = fake_shop
    old, _ = edit_the_cart(shop)
    shop.pages.pay(old.reference, S.PROCESSING)
    travel.shift(timedelta(days=4))
    sweep()
    assert shop.fresh(old).watched_until is not None
    travel.shift(timedelta(days=12))
    sweep_all(shop)
    assert shop.fresh(old).watched_until is None
    assert shop.alerts() == [A.STILL_PROCESSING]


def test_m81_a_processor_that_does_not_answer_is_asked_beyond_the_watch_and_not_for_ever(
    fake_shop: FakeShop, travel: time_machine.Traveller
) -> None:
    shop = fake_shop
    old = shop.start()
    handle_cancel(shop.tenant, the_order(old).token)
    shop.pages.is_down = True
    for days in (4, 4, 4):
        travel.shift(timedelta(days=days))
        sweep_all(shop)
        assert shop.fresh(old).watched_until is not None
    asked = shop.pages.count("fetch")
    ProcessorAccount.objects.filter(tenant=shop.tenant).update(paused_at=now())
    travel.shift(timedelta(hours=7))
    sweep()
    assert shop.pages.count("fetch") == asked, "its key was refused"
    travel.shift(timedelta(days=4))
    sweep_all(shop)
    assert shop.fresh(old).watched_until is None
    travel.shift(timedelta(days=30))
    sweep_all(shop)
    assert shop.orders() == []


def test_m81_nothing_is_deleted_while_a_page_is_watched(
    fake_shop: FakeShop, travel: time_machine.Traveller
) -> None:
    """Another attempt of the same order is due for deletion."""
    shop = fake_shop
    old = shop.start()
    order = the_order(old)
    handle_cancel(shop.tenant, order.token)
    travel.shift(timedelta(seconds=5))
    new = start_again(shop, order)
    shop.pages.pay(new.reference, S.EXPIRED)
    travel.shift(timedelta(minutes=3))
    sweep_all(shop)
    travel.shift(timedelta(minutes=20))
    sweep_all(shop)
    far = now() + timedelta(days=60)
    Payment.objects.filter(tenant=shop.tenant, id=old.id).update(watched_until=far, next_check_at=far)
    travel.shift(timedelta(days=31))
    sweep_all(shop)
    assert len(shop.orders()) == 1
    shop.pages.pay(old.reference, S.EXPIRED)
    travel.shift(timedelta(days=30))
    sweep_all(shop)
    assert shop.orders() == [], "its last check deletes the order"


def test_m81_check_now_finds_the_money_of_a_page_that_was_given_up(fake_shop: FakeShop) -> None:
    shop = fake_shop
    old, _ = edit_the_cart(shop)
    assert check_now(shop.restaurant.owner, old.id) == CheckResult.STILL_OPEN
    shop.pages.pay(old.reference)
    assert check_now(shop.restaurant.owner, old.id) == CheckResult.SETTLED


def test_m81_a_processor_that_answers_nothing_blocks_as_before(
    fake_shop: FakeShop, travel: time_machine.Traveller
) -> None:
    """No answer to a cancel is not "open still": nothing new is started (M5)."""
    shop = fake_shop
    shop.start()
    shop.pages.is_down = True
    assert isinstance(shop.checkout(cart=shop.cart(3)), DoNotPayAgain)
    travel.shift(timedelta(days=2))
    assert isinstance(shop.checkout(cart=shop.cart(3)), DoNotPayAgain)
    travel.shift(timedelta(days=2))
    assert isinstance(shop.checkout(cart=shop.cart(3)), GoToProcessor), "but not for ever"
