"""M80: a start call that must not be repeated blindly."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from duitpos.domain.checkout import start as start_module
from duitpos.domain.checkout import start_once as start_once_module
from duitpos.domain.checkout.results import DoNotPayAgain, GoToProcessor, StartRefused
from duitpos.domain.checkout.start import start
from duitpos.domain.errors import Unavailable
from duitpos.domain.orders.advance import Actor
from duitpos.domain.orders.guest_view import GuestState
from duitpos.domain.payments.events.apply_event import apply_payment
from duitpos.domain.payments.settlement.match_payment import payment_of_snapshot
from duitpos.domain.reasons import Reason
from duitpos.domain.sweep.sweep import sweep
from duitpos.kit.transact import transact
from duitpos.models import Payment
from duitpos.models.alert import AlertKind as A
from duitpos.processors.capabilities import RefundAbility, StartRepeat
from duitpos.processors.errors import Failure, OwnCode, ProcessorError
from duitpos.processors.snapshots import SnapshotState as S
from tests.support.fake_processor import LABEL, FakeShop
from tests.support.scenarios import press_again, seen_by_guest, start_again
from tests.support.shop import url_of

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]
UNSAFE, REFUSED, SAME = StartRepeat.UNSAFE, StartRepeat.REFUSED, StartRepeat.SAME


@pytest.fixture(autouse=True)
def no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start_module, "CONCURRENT_PATIENCE", 0.1)


def lose(shop: FakeShop) -> Payment:
    """A guest presses Pay, and the answer is lost."""
    shop.pages.lose_answers = 1
    with pytest.raises(Unavailable, match="processor_no_answer"):
        shop.checkout()
    (payment,) = Payment.objects.filter(tenant=shop.tenant)
    assert (payment.status, payment.reference) == ("created", "")
    assert payment.start_sent_at is not None
    return payment


def settle_late(shop: FakeShop, reference: str) -> str:
    """What a webhook of the processor would do."""
    snapshot = shop.pages.snapshot(shop.pages.page(reference))
    payment = payment_of_snapshot(shop.account, snapshot)
    return transact(lambda: apply_payment(shop.tenant, shop.account, payment, snapshot, Actor("webhook")))


def test_m80_without_a_look_up_a_lost_answer_ends_the_attempt_and_is_never_repeated(
    fake_shop: FakeShop, travel: time_machine.Traveller
) -> None:
    shop = fake_shop
    payment = lose(shop)
    with pytest.raises(Unavailable, match="processor_no_answer"):
        press_again(shop, shop.orders()[0])
    assert shop.fresh(payment).status == "created", "the call may still be running"
    travel.shift(timedelta(seconds=16))
    with pytest.raises(StartRefused, match="payment_closed"):
        press_again(shop, shop.orders()[0])
    ended = shop.fresh(payment)
    assert (ended.status, ended.failure["code"]) == ("failed", Reason.START_UNANSWERED)
    assert shop.pages.count("start") == 1
    second = start_again(shop, shop.orders()[0])
    assert (second.status, second.reference) == ("pending", "page-2")
    assert len(shop.orders()) == 1
    assert shop.alerts() == []


def test_m80_keys_of_refunds_do_not_make_a_start_safe(
    fake_shop: FakeShop, travel: time_machine.Traveller
) -> None:
    shop = fake_shop
    shop.can(refund=RefundAbility(keys_kept=timedelta(hours=24)))
    payment = lose(shop)
    travel.shift(timedelta(seconds=16))
    with pytest.raises(StartRefused, match="payment_closed"):
        press_again(shop, shop.orders()[0])
    assert (shop.fresh(payment).status, shop.pages.count("start")) == ("failed", 1)


def test_m80_where_the_same_call_returns_the_first_page_it_is_repeated(fake_shop: FakeShop) -> None:
    """Keys of starts are enough; refunds have none here."""
    shop = fake_shop
    shop.can(start_repeat=SAME, start_repeat_for=timedelta(hours=24), refund=RefundAbility(keys_kept=None))
    shop.pages.lose_answers = 1
    with pytest.raises(Unavailable, match="processor_no_answer"):
        shop.checkout()
    answer = press_again(shop, shop.orders()[0])
    assert isinstance(answer, GoToProcessor)
    assert url_of(answer) == "https://pay.example/page-1"
    assert (shop.pages.count("start"), len(shop.pages.made)) == (2, 1)


@pytest.mark.parametrize(
    "remembered, is_too_late",
    [
        (timedelta(hours=2), timedelta(minutes=61)),
        (timedelta(minutes=20), timedelta(minutes=11)),
        (timedelta(days=90), timedelta(days=1, minutes=1)),
    ],
)
def test_m80_the_call_is_not_repeated_when_it_may_be_forgotten(
    fake_shop: FakeShop, travel: time_machine.Traveller, remembered: timedelta, is_too_late: timedelta
) -> None:
    shop = fake_shop
    shop.can(start_repeat=SAME, start_repeat_for=remembered)
    shop.pages.lose_calls = 2
    with pytest.raises(Unavailable):
        shop.checkout()
    (payment,) = Payment.objects.filter(tenant=shop.tenant)
    travel.shift(is_too_late - timedelta(minutes=2))
    with pytest.raises(Unavailable):
        start(shop.fresh(payment))
    travel.shift(timedelta(minutes=2))
    with pytest.raises(StartRefused, match="payment_closed"):
        start(shop.fresh(payment))
    assert (shop.fresh(payment).failure["code"], shop.pages.count("start")) == (Reason.NOT_STARTED_IN_TIME, 2)


def test_m80_the_sweep_ends_it_too(fake_shop: FakeShop, travel: time_machine.Traveller) -> None:
    payment = lose(fake_shop)
    travel.shift(timedelta(minutes=2))
    sweep()
    assert fake_shop.fresh(payment).status == "failed"
    assert fake_shop.pages.count("start") == 1
    travel.shift(timedelta(minutes=16))
    sweep()
    assert [order.status for order in fake_shop.orders()] == ["canceled"]


def test_m80_money_for_a_page_whose_answer_was_lost_is_late_money(
    fake_shop: FakeShop, travel: time_machine.Traveller
) -> None:
    """It is matched by our ids in it, and its reference is stored."""
    shop = fake_shop
    payment = lose(shop)
    travel.shift(timedelta(seconds=16))
    with pytest.raises(StartRefused):
        press_again(shop, shop.orders()[0])
    shop.pages.pay("page-1")
    assert settle_late(shop, "page-1") == "settled"
    settled = shop.fresh(payment)
    assert (settled.status, settled.reference) == ("succeeded", "page-1")
    assert [order.status for order in shop.orders()] == ["placed"]
    assert shop.alerts() == [A.LATE_MONEY]
    assert settle_late(shop, "page-1") == "already"


def test_m80_money_for_the_lost_page_and_for_the_next_one_is_one_order_and_an_alert(
    fake_shop: FakeShop, travel: time_machine.Traveller
) -> None:
    shop = fake_shop
    lose(shop)
    travel.shift(timedelta(seconds=16))
    with pytest.raises(StartRefused):
        press_again(shop, shop.orders()[0])
    second = start_again(shop, shop.orders()[0])
    shop.pages.pay(second.reference)
    assert settle_late(shop, second.reference) == "settled"
    shop.pages.pay("page-1")
    assert settle_late(shop, "page-1") == "settled"
    (order,) = shop.placed()
    assert order.released_by_id == second.id
    assert shop.alerts() == [A.DUPLICATE_PAYMENT]


@pytest.mark.parametrize("repeat", [UNSAFE, REFUSED])
def test_m80_a_lost_page_is_found_by_our_reference(fake_shop: FakeShop, repeat: StartRepeat) -> None:
    shop = fake_shop
    shop.can(can_find=True, start_repeat=repeat)
    payment = lose(shop)
    answer = press_again(shop, shop.orders()[0])
    assert isinstance(answer, GoToProcessor)
    assert url_of(answer) == "https://pay.example/page-1"
    healed = shop.fresh(payment)
    assert (healed.status, healed.reference, url_of(healed.next_step)) == (
        "pending",
        "page-1",
        url_of(answer),
    )
    assert shop.pages.calls == [("start", str(payment.id)), ("find", shop.pages.made[0].our_reference)]


@pytest.mark.parametrize(
    "state, status, order", [(S.PAID, "succeeded", "placed"), (S.FAILED, "failed", "held")]
)
def test_m80_a_lost_page_that_was_found_in_another_state_is_settled(
    fake_shop: FakeShop, travel: time_machine.Traveller, state: S, status: str, order: str
) -> None:
    shop = fake_shop
    shop.can(can_find=True)
    payment = lose(shop)
    shop.pages.pay("page-1", state)
    travel.shift(timedelta(minutes=2))
    sweep()
    settled = shop.fresh(payment)
    assert (settled.status, settled.reference) == (status, "page-1")
    assert [one.status for one in shop.orders()] == [order]
    assert shop.pages.count("start") == 1


@pytest.mark.parametrize("address", ["https://pay.example", "http://pay.example"])
@pytest.mark.parametrize("state", [S.PROCESSING, S.AUTHORIZED])
def test_m80_a_lost_page_whose_money_is_on_the_way_is_waited_for(
    fake_shop: FakeShop, state: S, address: str
) -> None:
    shop = fake_shop
    shop.pages.address = address
    shop.can(can_find=True)
    payment = lose(shop)
    shop.pages.pay("page-1", state)
    assert isinstance(press_again(shop, shop.orders()[0]), DoNotPayAgain)
    assert shop.fresh(payment).is_processing
    assert seen_by_guest(shop, shop.orders()[0]).state == GuestState.PROCESSING
    shop.pages.pay("page-1")
    shop.sweep(after=timedelta(hours=2))
    assert [order.status for order in shop.orders()] == ["placed"]
    assert shop.alerts() == []


def test_m80_a_page_that_is_found_at_an_address_without_encryption_is_not_used(fake_shop: FakeShop) -> None:
    """It cannot be closed, so its reference is kept: money for it is late money."""
    shop = fake_shop
    shop.can(can_find=True)
    shop.pages.address = "http://pay.example"
    payment = lose(shop)
    with pytest.raises(StartRefused, match="start_refused"):
        press_again(shop, shop.orders()[0])
    refused = shop.fresh(payment)
    assert (refused.status, refused.reference) == ("failed", "page-1")
    assert refused.failure["code"] == OwnCode.ADDRESS_NOT_USABLE
    assert shop.alerts() == [A.START_REFUSED]
    shop.pages.pay("page-1")
    assert settle_late(shop, "page-1") == "settled"
    assert A.LATE_MONEY in shop.alerts()


def test_m80_where_duplicates_are_refused_a_call_that_never_arrived_is_repeated(fake_shop: FakeShop) -> None:
    shop = fake_shop
    shop.can(can_find=True, start_repeat=REFUSED)
    shop.pages.lose_calls = 1
    with pytest.raises(Unavailable):
        shop.checkout()
    assert shop.pages.made == []
    answer = press_again(shop, shop.orders()[0])
    assert isinstance(answer, GoToProcessor)
    assert [call for call, _ in shop.pages.calls] == ["start", "find", "start"]
    assert len(shop.pages.made) == 1


def test_m80_where_calls_are_unsafe_one_that_never_arrived_is_not_repeated(
    fake_shop: FakeShop, travel: time_machine.Traveller
) -> None:
    shop = fake_shop
    shop.can(can_find=True)
    shop.pages.lose_calls = 1
    with pytest.raises(Unavailable):
        shop.checkout()
    travel.shift(timedelta(seconds=16))
    with pytest.raises(StartRefused):
        press_again(shop, shop.orders()[0])
    assert [call for call, _ in shop.pages.calls] == ["start", "find"]
    assert start_again(shop, shop.orders()[0]).reference == "page-1"


def test_m80_a_refused_duplicate_is_looked_up_once_more(
    fake_shop: FakeShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The look-up did not see the page yet; the refusal says that it exists."""
    shop = fake_shop
    shop.can(can_find=True, start_repeat=REFUSED)
    payment = lose(shop)
    really = shop.pages.ask

    def sees_it_later(name: str, about: str) -> None:
        really(name, about)
        shop.pages.hides = shop.pages.count("find") == 1

    monkeypatch.setattr(shop.pages, "ask", sees_it_later)
    assert isinstance(press_again(shop, shop.orders()[0]), GoToProcessor)
    assert [call for call, _ in shop.pages.calls] == ["start", "find", "start", "find"]
    assert (shop.fresh(payment).reference, len(shop.pages.made)) == ("page-1", 1)


def test_m80_a_refused_duplicate_that_is_not_found_ends_later(
    fake_shop: FakeShop, travel: time_machine.Traveller
) -> None:
    shop = fake_shop
    shop.can(can_find=True, start_repeat=REFUSED)
    payment = lose(shop)
    shop.pages.hides = True
    with pytest.raises(Unavailable, match="processor_no_answer"):
        press_again(shop, shop.orders()[0])
    travel.shift(timedelta(seconds=16))
    with pytest.raises(StartRefused):
        press_again(shop, shop.orders()[0])
    assert shop.fresh(payment).failure["code"] == Reason.START_UNANSWERED
    assert shop.alerts() == [], "the processor is not to blame"


def test_m80_a_look_up_without_an_answer_decides_nothing(
    fake_shop: FakeShop, travel: time_machine.Traveller
) -> None:
    shop = fake_shop
    shop.can(can_find=True)
    payment = lose(shop)
    shop.pages.is_down = True
    travel.shift(timedelta(seconds=16))
    with pytest.raises(Unavailable):
        press_again(shop, shop.orders()[0])
    assert shop.fresh(payment).status == "created"
    shop.pages.is_down = False
    assert isinstance(press_again(shop, shop.orders()[0]), GoToProcessor)


def test_m80_a_definite_refusal_of_the_first_call_ends_the_attempt(fake_shop: FakeShop) -> None:
    shop = fake_shop
    shop.pages.answer = ProcessorError(Failure.REFUSED, said="Not in your country.", processor=LABEL)
    with pytest.raises(StartRefused, match="start_refused"):
        shop.checkout()
    payment = Payment.objects.get(tenant=shop.tenant)
    assert (payment.status, payment.failure["said"]) == ("failed", "Not in your country.")
    assert payment.start_sent_at is not None
    assert shop.alerts() == [A.START_REFUSED]


@pytest.mark.parametrize("failure", [Failure.BUSY, Failure.KEY_REFUSED])
def test_m80_a_call_that_was_not_taken_may_be_made_again(fake_shop: FakeShop, failure: Failure) -> None:
    shop = fake_shop
    shop.pages.answer = ProcessorError(failure, processor=LABEL)
    with pytest.raises(Unavailable):
        shop.checkout()
    shop.pages.answer = None
    assert isinstance(press_again(shop, shop.orders()[0]), GoToProcessor)
    assert len(shop.pages.made) == 1


@pytest.mark.parametrize("can_find", [True, False])
def test_m80_a_crash_after_the_call_makes_no_second_page(
    fake_shop: FakeShop, travel: time_machine.Traveller, can_find: bool
) -> None:
    shop = fake_shop
    shop.can(can_find=can_find)

    def crash() -> None:
        raise SystemExit

    shop.pages.during_start = crash
    with pytest.raises(SystemExit):
        shop.checkout()
    shop.pages.during_start = lambda: None
    travel.shift(timedelta(minutes=2))
    sweep()
    (payment,) = Payment.objects.filter(tenant=shop.tenant)
    assert (payment.status, shop.pages.count("start")) == ("pending" if can_find else "failed", 1)
    answer = press_again(shop, shop.orders()[0])
    assert isinstance(answer, GoToProcessor)
    assert url_of(answer) == f"https://pay.example/page-{1 if can_find else 2}"


def test_m80_a_page_made_for_an_attempt_that_ended_meanwhile_is_remembered(fake_shop: FakeShop) -> None:
    """It cannot be closed. Nobody was sent there, and money for it is matched by its reference, too."""
    shop = fake_shop

    def ends() -> None:
        rows = Payment.objects.filter(tenant=shop.tenant)
        rows.update(status="failed")

    shop.pages.during_start = ends
    with pytest.raises(StartRefused, match="payment_closed"):
        shop.checkout()
    assert Payment.objects.get(tenant=shop.tenant).reference == "page-1"
    shop.pages.made[0].correlation = None
    shop.pages.pay("page-1")
    assert settle_late(shop, "page-1") == "settled"
    assert shop.alerts() == [A.LATE_MONEY]


def test_m80_without_the_mark_the_call_is_repeated(
    fake_shop: FakeShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The counter-check: then there are two pages."""
    monkeypatch.setattr(start_once_module, "_mark_sent", lambda payment: True)
    fake_shop.pages.lose_answers = 1
    with pytest.raises(Unavailable):
        fake_shop.checkout()
    press_again(fake_shop, fake_shop.orders()[0])
    assert len(fake_shop.pages.made) == 2
