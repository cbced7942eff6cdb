"""Whatever happens in whatever order: every payment ends as one order or a refund that the restaurant can see."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, Verbosity, settings
from hypothesis.stateful import run_state_machine_as_test

from duitpos.domain.payments.advance import advance_payment
from duitpos.domain.payments.settlement import settle
from duitpos.domain.sweep import payments as sweep_payments
from duitpos.models import Payment
from tests.state_machine.machine import MoneyPath
from tests.state_machine.world import World
from tests.support.shop import ALL_EVENTS

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

EXAMPLES = int(os.environ.get("DUITPOS_STORIES", "0"))
"""More stories than a test run can afford: DUITPOS_STORIES=2000 looks for what nobody has thought of."""

COMMON = settings(
    stateful_step_count=14,
    deadline=None,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
    # Explaining costs as many stories again as finding.
    phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
)


def play(world: World, how: settings) -> None:
    machine = type("MoneyPath", (MoneyPath,), {"world": world})
    run_state_machine_as_test(machine, settings=how)


@pytest.mark.sqlite_only
def test_any_order_of_things(world: World) -> None:
    """Other stories at every run."""
    play(world, settings(COMMON, max_examples=EXAMPLES or 30))


@pytest.mark.postgres_only
def test_the_same_stories_on_postgresql(world: World) -> None:
    """The same stories at every run."""
    play(world, settings(COMMON, max_examples=EXAMPLES or 12, derandomize=True, database=None))


def _the_sweep_does_not_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep_payments, "fetch_and_settle", lambda *args, **kwargs: None)


def _every_notice_is_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    def unguarded(payment: Payment, froms: tuple[str, ...], to: str, **columns: Any) -> bool:
        advance_payment(payment, froms, to, **columns)
        return True

    monkeypatch.setattr(settle, "advance_payment", unguarded)


@pytest.mark.parametrize(
    "break_it, noticed", [(_the_sweep_does_not_ask, "stuck"), (_every_notice_is_the_first, "false_alarms")]
)
def test_what_is_broken_is_noticed(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    break_it: Callable[[pytest.MonkeyPatch], None],
    noticed: str,
) -> None:
    """The twins. If these stories end well, those above prove nothing."""
    break_it(monkeypatch)
    how = settings(
        COMMON,
        max_examples=200,
        derandomize=True,
        database=None,
        verbosity=Verbosity.quiet,
        phases=(Phase.generate,),
    )
    with pytest.raises(AssertionError, match=noticed):
        play(world, how)


def test_a_settle_without_its_guard_is_noticed_in_a_story_that_is_always_the_same(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Money comes late, and the news of it twice. Which stories Hypothesis tells hangs on the names of the rules."""
    _every_notice_is_the_first(monkeypatch)
    story = type("MoneyPath", (MoneyPath,), {"world": world})()
    story.open(ALL_EVENTS, 1)
    story.hear_wrongly_that_it_expired(0)
    story.next_delivery("as another event")
    story.pay(0, "a good card")
    with pytest.raises(AssertionError, match="silent_money"):
        story.teardown()


def test_the_same_story_ends_well_with_the_guard(world: World) -> None:
    story = type("MoneyPath", (MoneyPath,), {"world": world})()
    story.open(ALL_EVENTS, 1)
    story.hear_wrongly_that_it_expired(0)
    story.next_delivery("as another event")
    story.pay(0, "a good card")
    story.teardown()
