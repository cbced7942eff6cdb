"""Refunds at processors unlike Stripe: told by a sum or a list without our ids, in any order with our own calls."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
import time_machine

from duitpos.domain.orders.advance import Actor
from duitpos.domain.orders.guest_view import GuestState
from duitpos.domain.payments.events.load_context import VerifiedEvent
from duitpos.domain.payments.events.receive import Received, handle_event
from duitpos.domain.payments.refunds.refund import refund_payment
from duitpos.domain.payments.refunds.refunds_seen import OutdatedLook, apply_refunds_seen, look_at_refunds
from duitpos.domain.sweep.sweep import sweep
from duitpos.kit.transact import transact
from duitpos.models import Payment, Refund
from duitpos.processors.capabilities import RefundAbility
from duitpos.processors.events import EventKind, ProcessorEvent
from duitpos.processors.references import References
from duitpos.processors.snapshots import RefundState
from tests.support.at_once import at_once
from tests.support.scenarios import seen_by_guest
from tests.support.unlike_stripe import ONLY_TOTAL, WITHOUT_TAGS, FakeShop, capabilities, fake_shop

pytestmark = pytest.mark.django_db(transaction=True)
KEYS = timedelta(hours=24)
ABILITIES = {
    "total": capabilities(ONLY_TOTAL),
    "list": capabilities(WITHOUT_TAGS),
    "tags": capabilities(RefundAbility()),
    "total and keys": capabilities(replace(ONLY_TOTAL, keys_kept=KEYS)),
    "list and keys": capabilities(replace(WITHOUT_TAGS, keys_kept=KEYS)),
}


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[FakeShop]:
    """A shop at a processor that tells only the sum, unless the test says otherwise."""
    with fake_shop(monkeypatch, ABILITIES[getattr(request, "param", "total")]) as shop:
        yield shop


@pytest.fixture
def travel() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(datetime.now(UTC), tick=True) as travelling:
        yield travelling


def of(*names: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("shop", names, indirect=True)


def press(shop: FakeShop, payment: Payment) -> Refund:
    return refund_payment(shop.restaurant.owner, payment.id, "cold")


def charge_of(shop: FakeShop, payment: Payment) -> str:
    return shop.bank.pages[payment.reference].charges[0].reference


def rows(shop: FakeShop) -> list[tuple[str, str, int]]:
    found = Refund.objects.filter(tenant=shop.tenant).order_by("created_at", "id")
    return list(found.values_list("source", "status", "amount_minor"))


def deliver(shop: FakeShop, payment: Payment, key: str = "n1") -> Received:
    """Deliver a notice that something about the payment's refunds changed."""
    event = ProcessorEvent(
        dedupe_key=key,
        type="refund",
        kind=EventKind.REFUNDS,
        is_live=None,
        created_at=None,
        correlation=None,
        is_hint=True,
        references=References(payment.reference),
    )
    return handle_event(VerifiedEvent(shop.tenant, shop.account, event, Actor("webhook")))


@of("total", "list", "tags", "total and keys", "list and keys")
def test_one_refund_whether_its_notice_or_its_answer_comes_first(shop: FakeShop) -> None:
    payment = shop.paid()
    made: list[Received] = []
    bank, refund = shop.bank, shop.bank.refund

    def with_notice(charge: str, minor: int, our_refund: str = "") -> object:
        there = refund(charge, minor, our_refund)
        made.append(deliver(shop, payment, "before the answer"))
        return there

    bank.refund = with_notice  # type: ignore[method-assign, assignment]
    ours = press(shop, payment)
    made.append(deliver(shop, payment, "after the answer"))
    assert [one.status for one in made] == [200, 200]
    assert rows(shop) == [("staff", "succeeded", 2500)]
    assert ours.reference == "re-1"
    assert shop.ledger() == [("payment", 2500), ("refund", -2500)]
    assert shop.alerts() == []


@of("total", "list", "tags")
def test_two_notices_of_a_refund_made_there_book_it_once(shop: FakeShop) -> None:
    payment = shop.paid()
    shop.bank.refund(charge_of(shop, payment), 1000)
    calls = [partial(deliver, shop, payment, key) for key in ("n1", "n2", "n3")]
    received = at_once(calls)
    while any(one.status == 503 for one in received):
        received = [call() for call in calls]
    assert rows(shop) == [("processor", "succeeded", 1000)]
    assert shop.fresh(payment).refund_reserved_minor == 1000
    assert shop.ledger() == [("payment", 2500), ("refund", -1000)]


def test_a_sum_that_grows_falls_and_grows_to_the_same_is_booked_each_time(shop: FakeShop) -> None:
    payment = shop.paid()
    for key in range(3):
        there = shop.bank.refund(charge_of(shop, payment), 1000)
        deliver(shop, payment, f"up {key}")
        assert shop.fresh(payment).refund_reserved_minor == 1000
        there.state = RefundState.FAILED
        deliver(shop, payment, f"down {key}")
        assert shop.fresh(payment).refund_reserved_minor == 0
    assert rows(shop) == [("processor", "failed", 1000)] * 3
    assert sum(minor for _, minor in shop.ledger()) == 2500


def test_when_a_part_of_what_was_seen_at_once_comes_back_the_rest_stays(shop: FakeShop) -> None:
    payment = shop.paid()
    shop.bank.refund(charge_of(shop, payment), 700)
    there = shop.bank.refund(charge_of(shop, payment), 300)
    deliver(shop, payment)
    assert rows(shop) == [("processor", "succeeded", 1000)]
    there.state = RefundState.FAILED
    deliver(shop, payment, "down")
    assert rows(shop) == [("processor", "failed", 1000), ("processor", "succeeded", 700)]
    assert sum(minor for _, minor in shop.ledger()) == 1800
    assert shop.alerts() == ["refund_failed", "refund_lines"]


def test_a_look_from_before_our_own_call_decides_nothing(shop: FakeShop) -> None:
    payment = shop.paid()
    early = look_at_refunds(payment)
    shop.bank.refund(charge_of(shop, payment), 500)
    late = look_at_refunds(payment)
    assert press(shop, payment).status == "failed", "not all of it is left"
    with pytest.raises(OutdatedLook):
        transact(lambda: apply_refunds_seen(early))
    assert transact(lambda: apply_refunds_seen(late)) == "already"
    assert ("processor", "succeeded", 500) in rows(shop)
    assert shop.fresh(payment).refund_reserved_minor == 500


def test_a_notice_that_decides_nothing_yet_is_sent_again(
    shop: FakeShop, travel: time_machine.Traveller
) -> None:
    payment = shop.paid()
    shop.bank.refund(charge_of(shop, payment), 1000)
    shop.bank.next_calls = ["lost before"]
    press(shop, payment)
    assert deliver(shop, payment).status == 503, "our call may still take effect"
    assert shop.events() == []
    travel.shift(timedelta(minutes=2))
    received = deliver(shop, payment)
    assert (received.status, received.outcome) == (200, "refund_unsure")
    assert shop.alerts() == ["refund_failed"]


@of("list")
def test_in_a_list_without_tags_ours_is_told_by_its_amount(
    shop: FakeShop, travel: time_machine.Traveller
) -> None:
    payment = shop.paid()
    shop.bank.refund(charge_of(shop, payment), 1000)
    deliver(shop, payment)
    shop.bank.next_calls = ["lost after"]
    press(shop, payment)
    travel.shift(timedelta(minutes=2))
    sweep()
    assert rows(shop) == [("processor", "succeeded", 1000), ("staff", "succeeded", 1500)]
    assert Refund.objects.get(tenant=shop.tenant, source="staff").reference == "re-2"
    assert shop.bank.refund_calls == 1


@of("total", "list", "tags")
def test_a_crash_before_the_call_leaves_a_refund_that_the_sweep_sends(
    shop: FakeShop, travel: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment = shop.paid()
    with monkeypatch.context() as patched:
        patched.setattr("duitpos.domain.payments.refunds.refund.send_refund", lambda refund: None)
        press(shop, payment)
    assert Refund.objects.get(tenant=shop.tenant).first_sent_at is None
    travel.shift(timedelta(minutes=2))
    sweep()
    assert (shop.bank.refund_calls, rows(shop)) == (1, [("staff", "succeeded", 2500)])


@of("total", "list", "tags")
def test_after_a_crash_in_the_call_it_is_looked_up(shop: FakeShop, travel: time_machine.Traveller) -> None:
    payment = shop.paid()

    def dies() -> None:
        raise KeyboardInterrupt

    shop.bank.on_call = dies
    with pytest.raises(KeyboardInterrupt):
        press(shop, payment)
    shop.bank.on_call = lambda: None
    travel.shift(timedelta(minutes=2))
    sweep()
    assert (shop.bank.looks, shop.bank.refund_calls) == (1, 2)
    assert rows(shop) == [("staff", "succeeded", 2500)]


def test_the_guest_reads_that_a_second_payment_is_refunded_until_it_is(shop: FakeShop) -> None:
    first = shop.paid()
    charge = shop.bank.pay(first)
    shop.look(first)
    assert first.order is not None
    assert seen_by_guest(shop, first.order).has_extra_payment
    extra = Payment.objects.get(tenant=shop.tenant, reference=charge)
    # In the processor's dashboard: its notice names the page only.
    shop.bank.refund(charge, 2500)
    deliver(shop, first)
    assert Refund.objects.get(tenant=shop.tenant).payment_id == extra.id
    seen = seen_by_guest(shop, first.order)
    assert (seen.has_extra_payment, seen.state) == (False, GuestState.PAID)
    assert shop.alerts() == []


def test_the_first_snapshot_may_already_list_three_charges(shop: FakeShop) -> None:
    payment = shop.start()
    for minor in (2500, 2500, 300):
        shop.bank.pay(payment, minor)
    shop.look(payment)
    moved = Payment.objects.filter(tenant=shop.tenant).order_by("reference")
    assert sorted(one.moved.minor for one in moved) == [300, 2500, 2500]
    assert shop.fresh(payment).moved_minor == 2500
    assert shop.alerts() == ["duplicate_payment"] * 2
    extras = moved.exclude(id=payment.id)
    assert [shop.named(one, "page") for one in extras] == [payment.reference] * 2


@pytest.mark.races
def test_many_who_see_the_second_charge_make_one_payment(shop: FakeShop) -> None:
    payment = shop.paid()
    shop.bank.pay(payment)
    at_once([lambda: shop.look(payment)] * 8)
    assert Payment.objects.filter(tenant=shop.tenant).count() == 2
    assert shop.ledger() == [("payment", 2500)] * 2
    assert shop.alerts() == ["duplicate_payment"]


@pytest.mark.races
@of("total", "list")
def test_presses_and_sweeps_at_once_make_one_refund(shop: FakeShop) -> None:
    payment = shop.paid()
    at_once([lambda: press(shop, payment), lambda: press(shop, payment), sweep, sweep] * 2)
    assert shop.bank.refund_calls == 1
    assert rows(shop) == [("staff", "succeeded", 2500)]
