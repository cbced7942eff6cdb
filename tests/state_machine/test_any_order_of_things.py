"""Whatever happens in any order, every payment ends as one order or a refund that the restaurant can see."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, Verbosity, settings
from hypothesis.stateful import run_state_machine_as_test

from duitpos.domain.payments.advance import advance_payment
from duitpos.domain.payments.settlement import release_order, settle
from duitpos.domain.sweep import payments as sweep_payments
from duitpos.models import Payment
from duitpos.models.tenant import UnpaidOrders
from tests.state_machine.machine import MoneyPath, MoneyPathWithCounter
from tests.state_machine.world import World
from tests.support.shop import ALL_EVENTS

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

EXAMPLES = int(os.environ.get("DUITPOS_EXAMPLES", "0"))
"""Set DUITPOS_EXAMPLES=2000 to run many more sequences than a normal test run."""

COMMON = settings(
    stateful_step_count=14,
    deadline=None,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
    # Without the explain phase, which takes as long as finding a failure.
    phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
)


def run_machine(world: World, how: settings, rules: type[MoneyPath] = MoneyPathWithCounter) -> None:
    machine = type("MoneyPath", (rules,), {"world": world})
    run_state_machine_as_test(machine, settings=how)


@pytest.mark.sqlite_only
def test_any_order_of_things(world: World) -> None:
    """Different sequences at every run."""
    run_machine(world, settings(COMMON, max_examples=EXAMPLES or 30))


@pytest.mark.postgres_only
def test_the_same_sequences_on_postgresql(world: World) -> None:
    """The same sequences at every run."""
    run_machine(world, settings(COMMON, max_examples=EXAMPLES or 12, derandomize=True, database=None))


def _a_sweep_that_does_not_fetch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep_payments, "fetch_and_settle", lambda *args, **kwargs: None)


def _settle_without_its_guard(monkeypatch: pytest.MonkeyPatch) -> None:
    def unguarded(payment: Payment, froms: tuple[str, ...], to: str, **columns: Any) -> bool:
        advance_payment(payment, froms, to, **columns)
        return True

    monkeypatch.setattr(settle, "advance_payment", unguarded)


@pytest.mark.parametrize(
    "break_it, noticed",
    [(_a_sweep_that_does_not_fetch, "stuck"), (_settle_without_its_guard, "false_alarms")],
)
def test_bugs_are_noticed(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    break_it: Callable[[pytest.MonkeyPatch], None],
    noticed: str,
) -> None:
    """The counter-checks. If these sequences pass, those above prove nothing."""
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
        # Without the counter's rules, whose steps would take the place of those that show the bugs.
        run_machine(world, how, MoneyPath)


def test_a_settle_without_its_guard_is_noticed_in_a_fixed_sequence(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Money comes late, with two events. Random sequences depend on the rules' names, so this one is fixed."""
    _settle_without_its_guard(monkeypatch)
    machine = type("MoneyPath", (MoneyPath,), {"world": world})()
    machine.open(ALL_EVENTS, 1)
    machine.hear_wrongly_that_it_expired(0)
    machine.next_delivery("as another event")
    machine.pay(0, "a good card")
    with pytest.raises(AssertionError, match="silent_money"):
        machine.teardown()


def test_the_same_sequence_passes_with_the_guard(world: World) -> None:
    machine = type("MoneyPath", (MoneyPath,), {"world": world})()
    machine.open(ALL_EVENTS, 1)
    machine.hear_wrongly_that_it_expired(0)
    machine.next_delivery("as another event")
    machine.pay(0, "a good card")
    machine.teardown()


@pytest.mark.parametrize("is_guarded", [True, False])
def test_money_that_comes_twice_for_an_order_at_the_counter_is_noticed(
    world: World, monkeypatch: pytest.MonkeyPatch, is_guarded: bool
) -> None:
    """Staff take cash, and the online payment that had ended wrongly is paid too. Without the guard both count."""
    if not is_guarded:
        monkeypatch.setattr(release_order, "count_payment", lambda order, payment: True)
    machine = type("MoneyPath", (MoneyPathWithCounter,), {"world": world})()
    machine.open(ALL_EVENTS, 1)
    machine.send_unpaid(0, UnpaidOrders.AT_ONCE)
    machine.cook(0)
    machine.pay_online_after_all(0)
    machine.hear_wrongly_that_it_expired(0)
    machine.take_payment(0, "100")
    machine.pay(0, "a good card")
    if is_guarded:
        machine.teardown()
    else:
        with pytest.raises(AssertionError, match="silent_money"):
            machine.teardown()
