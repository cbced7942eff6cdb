"""Refunds without keys, tags or lists, and pages that take money twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from duitpos.domain.errors import Conflict
from duitpos.domain.payments.refunds import send_refund as send_module
from duitpos.domain.payments.refunds.refund import refund_payment
from duitpos.domain.payments.refunds.send_refund import heal_refund
from duitpos.domain.sweep.sweep import sweep
from duitpos.models import Payment, Refund
from duitpos.processors.capabilities import StartRepeat
from tests.support.at_once import at_once
from tests.support.unlike_stripe import ONLY_TOTAL, WITHOUT_TAGS, FakeShop, capabilities, fake_shop

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def travel() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(datetime.now(UTC), tick=True) as travelling:
        yield travelling


@pytest.fixture
def total_shop(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeShop]:
    """A shop at a processor without keys and tags, which tells only the sum of refunds."""
    with fake_shop(monkeypatch, capabilities(ONLY_TOTAL)) as shop:
        yield shop


@pytest.fixture(params=["list", "total"])
def keyless_shop(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[FakeShop]:
    """The same, and one that lists refunds without our ids."""
    refund = WITHOUT_TAGS if request.param == "list" else ONLY_TOTAL
    with fake_shop(monkeypatch, capabilities(refund)) as shop:
        yield shop


def press(shop: FakeShop, payment: Payment) -> Refund:
    return refund_payment(shop.restaurant.owner, payment.id, "cold")


def the_refund(shop: FakeShop) -> Refund:
    return Refund.objects.get(tenant=shop.tenant)


def swept(travel: time_machine.Traveller, **by: float) -> None:
    travel.shift(timedelta(**by))
    sweep()


@pytest.mark.parametrize("lost", ["lost before", "lost after", "busy"])
def test_m90_after_a_lost_answer_the_refunds_are_looked_at_before_another_call(
    keyless_shop: FakeShop, travel: time_machine.Traveller, lost: str
) -> None:
    shop, bank = keyless_shop, keyless_shop.bank
    payment = shop.paid()
    bank.next_calls = [lost]
    assert press(shop, payment).status == "created"
    assert press(shop, payment).status == "created"
    swept(travel, seconds=50)
    assert (bank.refund_calls, bank.looks) == (1, 0), "its answer may still take effect"
    swept(travel, seconds=50)
    assert bank.looks == 1
    assert bank.refund_calls == (1 if lost == "lost after" else 2)
    assert the_refund(shop).status == "succeeded"
    assert [one.minor for one in bank.refunds] == [2500]
    assert shop.ledger() == [("payment", 2500), ("refund", -2500)]
    assert shop.alerts() == []


@pytest.mark.parametrize("lost", ["lost before", "lost after"])
def test_m90_keys_of_refunds_alone_make_a_refund_safe_to_repeat(
    monkeypatch: pytest.MonkeyPatch, travel: time_machine.Traveller, lost: str
) -> None:
    can = capabilities(replace(ONLY_TOTAL, keys_kept=timedelta(hours=24)))
    with fake_shop(monkeypatch, can) as shop:
        payment, bank = shop.paid(), shop.bank
        bank.next_calls = [lost]
        assert press(shop, payment).status == "created"
        swept(travel, seconds=50)
        assert (bank.refund_calls, bank.looks) == (2, 0), "the same key makes no second refund"
        assert the_refund(shop).status == "succeeded"
        assert [one.minor for one in bank.refunds] == [2500]


def test_m90_keys_of_starts_do_not_make_a_refund_safe(
    monkeypatch: pytest.MonkeyPatch, travel: time_machine.Traveller
) -> None:
    keys = {"start_repeat": StartRepeat.SAME, "start_repeat_for": timedelta(hours=24)}
    with fake_shop(monkeypatch, capabilities(ONLY_TOTAL, **keys)) as shop:
        payment, bank = shop.paid(), shop.bank
        bank.next_calls = ["lost after"]
        assert press(shop, payment).status == "created"
        swept(travel, seconds=50)
        assert (bank.refund_calls, bank.looks) == (1, 0), "its answer may still take effect"
        swept(travel, seconds=50)
        assert (bank.refund_calls, bank.looks) == (1, 1)
        assert [one.minor for one in bank.refunds] == [2500]


def test_m90_without_an_answer_to_the_look_there_is_no_call(
    keyless_shop: FakeShop, travel: time_machine.Traveller
) -> None:
    shop, bank = keyless_shop, keyless_shop.bank
    payment = shop.paid()
    bank.next_calls, bank.is_silent = ["lost after"], True
    press(shop, payment)
    for _ in range(5):
        swept(travel, minutes=15)
    assert (bank.refund_calls, the_refund(shop).status) == (1, "created")
    bank.is_silent = False
    swept(travel, minutes=15)
    assert (bank.refund_calls, the_refund(shop).status) == (1, "succeeded")


@pytest.mark.races
def test_m90_two_callers_at_once_make_one_call(keyless_shop: FakeShop) -> None:
    assert calls_of_two(keyless_shop) == 1


@pytest.mark.races
def test_m90_two_callers_without_the_guard_make_two(
    keyless_shop: FakeShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(send_module, "claim_call", lambda refund, payment: True)
    assert calls_of_two(keyless_shop) == 2


def calls_of_two(shop: FakeShop) -> int:
    """How many calls two sweeps make that have read the same row, whose call was lost before its effect."""
    payment = shop.paid()
    shop.bank.next_calls = ["lost before"]
    press(shop, payment)
    long_ago = payment.created_at - timedelta(hours=1)
    Refund.objects.filter(tenant=shop.tenant).update(first_sent_at=long_ago)
    before, rows = shop.bank.refund_calls, [the_refund(shop), the_refund(shop)]
    shop.bank.next_calls = ["lost before", "lost before"]
    at_once([lambda row=row: heal_refund(row) for row in rows])  # type: ignore[misc]
    return shop.bank.refund_calls - before


def test_m91_what_was_refunded_at_the_processor_is_booked_once(
    total_shop: FakeShop, travel: time_machine.Traveller
) -> None:
    shop, bank = total_shop, total_shop.bank
    payment = shop.paid()
    charge = bank.pages[payment.reference].charges[0].reference
    bank.refund(charge, 1000)
    # Ours is refused, because not all of it is left.
    assert press(shop, payment).status == "failed"
    external, ours = Refund.objects.filter(tenant=shop.tenant).order_by("amount_minor")
    assert (external.source, external.status, external.amount_minor) == ("processor", "succeeded", 1000)
    assert external.own_reference == ""
    rest = press(shop, payment)
    assert (ours.amount_minor, rest.status, rest.amount_minor) == (2500, "succeeded", 1500)
    swept(travel, days=2)
    assert shop.ledger() == [("payment", 2500), ("refund", -1000), ("refund", -1500)]
    assert shop.alerts() == []


def test_m91_a_sum_between_asks_staff_and_repeats_nothing(
    total_shop: FakeShop, travel: time_machine.Traveller
) -> None:
    shop, bank = total_shop, total_shop.bank
    payment = shop.paid()
    bank.next_calls = ["lost before"]
    press(shop, payment)
    bank.refund(bank.pages[payment.reference].charges[0].reference, 1000)
    for _ in range(3):
        swept(travel, minutes=20)
    refund = the_refund(shop)
    assert (bank.refund_calls, refund.status, refund.failure["code"]) == (1, "created", "refund_unsure")
    assert shop.alerts() == ["refund_failed"]
    # Staff have read it and press again: it counts as not made, and the next press refunds the rest.
    assert press(shop, payment).status == "failed"
    assert press(shop, payment).amount_minor == 1500
    assert shop.ledger() == [("payment", 2500), ("refund", -1000), ("refund", -1500)]
    assert shop.alerts() == []


def test_m91_a_sum_that_goes_down_again_is_a_refund_that_came_back(
    total_shop: FakeShop, travel: time_machine.Traveller
) -> None:
    shop, bank = total_shop, total_shop.bank
    bank.queues = True
    payment = shop.paid()
    assert press(shop, payment).status == "pending"
    swept(travel, hours=2)
    assert the_refund(shop).status == "succeeded", "the sum still contains it"
    bank.refunds[0].state = bank.refunds[0].state.FAILED
    swept(travel, days=2)
    refund = the_refund(shop)
    assert (refund.status, refund.failure) == ("failed", {"code": "refund_came_back"})
    assert shop.alerts() == ["refund_failed"]
    assert sum(minor for _, minor in shop.ledger()) == 2500
    assert shop.fresh(payment).refund_reserved_minor == 0


@pytest.mark.parametrize(
    "scope, part, code",
    [("none", 0, "refund_not_possible"), ("full_only", 1000, "refund_only_in_full"), ("full_only", 0, "")],
)
def test_m92_what_cannot_be_refunded_there_is_said_before_anybody_presses(
    total_shop: FakeShop, scope: str, part: int, code: str
) -> None:
    shop, bank = total_shop, total_shop.bank
    payment = shop.paid()
    assert payment.refund_scope == "any"
    bank.refundable = type(bank.refundable)(scope)
    payment = shop.look(payment)
    assert payment.refund_scope == scope
    if part:
        Payment.objects.filter(tenant=shop.tenant).update(refund_reserved_minor=part)
    if not code:
        assert press(shop, payment).status == "succeeded"
        return
    with pytest.raises(Conflict, match=code):
        press(shop, payment)
    assert bank.refund_calls == 0
    assert shop.fresh(payment).refund_reserved_minor == part


def test_m93_every_further_charge_is_a_payment_of_its_own(total_shop: FakeShop) -> None:
    shop, bank = total_shop, total_shop.bank
    first = shop.paid()
    second = bank.pay(first)
    for _ in range(2):
        shop.look(first)
    extra = Payment.objects.get(tenant=shop.tenant, reference=second)
    assert (extra.status, extra.order_id, extra.moved_minor) == ("succeeded", first.order_id, 2500)
    assert shop.named(extra, "page") == first.reference
    assert shop.ledger() == [("payment", 2500), ("payment", 2500)]
    assert shop.alerts() == ["duplicate_payment"]
    assert press(shop, extra).status == "succeeded"
    assert [(one.charge, one.minor) for one in bank.refunds] == [(second, 2500)]
    assert shop.alerts() == []
