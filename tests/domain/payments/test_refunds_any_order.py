"""Any order of calls, lost answers, refunds made there, failures and looks leaves our rows equal to the processor's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from duitpos.domain.errors import Conflict
from duitpos.domain.payments.refunds.refund import refund_payment
from duitpos.domain.payments.refunds.refunds_seen import OutdatedLook, apply_refunds_seen, look_at_refunds
from duitpos.domain.sweep.sweep import sweep
from duitpos.kit.transact import transact
from duitpos.models import LedgerEntry, Payment, Refund
from duitpos.processors.capabilities import RefundAbility
from duitpos.processors.errors import ProcessorError
from duitpos.processors.snapshots import RefundState
from tests.support.unlike_stripe import ONLY_TOTAL, WITHOUT_TAGS, FakeShop, capabilities, fake_shop

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
PAID = 2500
OPEN_ROWS = ("created", "pending")

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("press"), st.sampled_from(["", "", "lost before", "lost after", "busy"])),
        st.tuples(st.just("there"), st.sampled_from([300, 700, 1000, 1500, PAID])),
        st.tuples(st.just("fails there"), st.integers(0, 5)),
        st.tuples(st.just("look"), st.just(0)),
        st.tuples(st.just("wait"), st.sampled_from([1, 30, 70, 4000, 100_000])),
        st.tuples(st.just("silent"), st.booleans()),
        st.tuples(st.just("queue"), st.booleans()),
    ),
    max_size=12,
)


@pytest.fixture(params=["total", "list", "tags"])
def shop(db: None, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[FakeShop]:
    """A shop at a processor without keys."""
    refund = {"total": ONLY_TOTAL, "list": WITHOUT_TAGS, "tags": RefundAbility()}[request.param]
    with fake_shop(monkeypatch, capabilities(refund)) as shop:
        yield shop


class Story:
    """One payment, and what happens to it."""

    def __init__(self, shop: FakeShop, travel: time_machine.Traveller, number: int) -> None:
        self.shop, self.bank, self.travel = shop, shop.bank, travel
        self.bank.refunds.clear()
        self.payment = shop.paid(guest_token=f"guest-{number}")
        self.charge = self.bank.pages[self.payment.reference].charges[0].reference

    def happens(self, what: str, how: object) -> None:
        match what, how:
            case "press", str(fault):
                self.bank.next_calls = [fault]
                with suppress(Conflict):
                    self.press()
                self.bank.next_calls = []
            case "there", int(minor):
                with suppress(ProcessorError):
                    self.bank.refund(self.charge, minor)
            case "fails there", int(number):
                counted = [one for one in self.bank.refunds if one.is_counted]
                if counted:
                    counted[number % len(counted)].state = RefundState.FAILED
            case "look", _:
                with suppress(OutdatedLook, ProcessorError):
                    self.look()
            case "wait", int(seconds):
                self.travel.shift(timedelta(seconds=seconds))
                sweep()
            case "silent", bool(is_silent):
                self.bank.is_silent = is_silent
            case "queue", bool(queues):
                self.bank.queues = queues

    def press(self) -> None:
        refund_payment(self.shop.restaurant.owner, self.payment.id, "a try")

    def look(self) -> None:
        look = look_at_refunds(self.shop.fresh(self.payment))
        transact(lambda: apply_refunds_seen(look))

    def check(self) -> None:
        """What holds after every step."""
        rows = list(Refund.objects.filter(tenant=self.shop.tenant, payment=self.payment))
        held = sum(row.amount_minor for row in rows if row.status not in ("failed", "canceled"))
        assert self.shop.fresh(self.payment).refund_reserved_minor == held
        assert self.bank.made(self.charge) <= PAID
        asked = [row for row in rows if row.status == "created" and row.first_sent_at]
        assert len(asked) <= 1, "two lost answers could not be told apart"

    def ends(self) -> None:
        """Everything answers, queued refunds are made, and staff press where an alert asks them to."""
        self.bank.is_silent = False
        for _ in range(4):
            for one in self.bank.refunds:
                if one.state == RefundState.PENDING:
                    one.state = RefundState.SUCCEEDED
            for hours in (1, 30, 24 * 40):
                self.travel.shift(timedelta(hours=hours))
                sweep()
            self.look()
            if Refund.objects.filter(
                payment=self.payment, tenant=self.shop.tenant, status="created"
            ).exists():
                with suppress(Conflict):
                    self.press()
        rows = list(Refund.objects.filter(tenant=self.shop.tenant, payment=self.payment))
        assert [row.status for row in rows if row.status in OPEN_ROWS] == []
        ours = sum(row.amount_minor for row in rows if row.status == "succeeded")
        assert ours == self.bank.made(self.charge) <= PAID
        booked = LedgerEntry.objects.filter(tenant=self.shop.tenant, payment=self.payment)
        assert sum(booked.values_list("amount_minor", flat=True)) == PAID - ours


NOON = datetime(2027, 1, 1, 4, tzinfo=UTC)
numbers = iter(range(1_000_000))


@given(steps=STEPS)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_our_rows_end_equal_to_the_processors_sum(shop: FakeShop, steps: list[tuple[str, object]]) -> None:
    number = next(numbers)
    # A day each, because a table may start only so many payments in ten minutes.
    with time_machine.travel(NOON + timedelta(days=number), tick=True) as travel:
        Payment.objects.filter(tenant=shop.tenant).update(next_check_at=None)
        Refund.objects.filter(tenant=shop.tenant).update(next_check_at=None)
        shop.bank.is_silent = shop.bank.queues = False
        story = Story(shop, travel, number)
        for what, how in steps:
            story.happens(what, how)
            story.check()
        story.ends()
