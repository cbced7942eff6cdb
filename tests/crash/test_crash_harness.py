"""Tests of the crash tests: they crash at every step, and they notice bugs introduced on purpose."""

from __future__ import annotations

import pytest

from duitpos.domain.sweep import payments as sweep_payments
from duitpos.domain.sweep import sweep
from tests.crash.counter_scenarios import COUNTER_SCENARIOS
from tests.crash.processes import World
from tests.crash.scenarios import SCENARIOS

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

START, RECEIVE, REFUND = "start, and the guest leaves", "receive, in the general path", "refund"


def test_the_moments_are_those_of_the_work(world: World) -> None:
    steps = world.steps(SCENARIOS[START])
    called = steps.index("after call POST checkout/sessions")
    begins = [at for at, step in enumerate(steps) if step.startswith("after BEGIN")]
    commits = [at for at, step in enumerate(steps) if step == "after COMMIT"]
    # The order is stored, then Stripe is called, then its response is stored.
    assert len(begins) == len(commits) == 2
    assert begins[0] < steps.index("after INSERT duitpos_order") < commits[0] < called
    assert called < begins[1] < steps.index("after UPDATE duitpos_payment") < commits[1]


def test_a_new_statement_is_a_new_moment(world: World) -> None:
    scenario = SCENARIOS[START]
    seen = []
    for mutation in ("", "extra statement"):
        end, problems = world.run_scenario(scenario, None, mutation)
        assert problems == []
        seen.append(end.seen)
    before, after = seen
    assert len(after) > len(before)
    assert [step for step in after if step != "after SELECT"] == before


def test_a_call_without_a_moment_is_refused(world: World) -> None:
    with pytest.raises(RuntimeError, match="an outbound call without a fail-point"):
        world.run_scenario(SCENARIOS[START], None, "unhooked call")


def test_without_a_transaction_a_crash_leaves_silent_money(world: World) -> None:
    problems = world.crash_everywhere(SCENARIOS[RECEIVE], "without transactions")
    assert any("silent_money" in text for text in problems)


def test_without_a_transaction_a_crash_leaves_cash_that_nobody_sees(world: World) -> None:
    scenario = COUNTER_SCENARIOS["Paid, cooked"]
    problems = list(world.crash_everywhere(scenario, "taken without a transaction"))
    assert any("silent_money: staff took" in text for text in problems)
    assert any("sums: payments" in text for text in problems)


def test_without_the_retry_a_crash_leaves_a_payment_stuck(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep_payments, "retry_start", lambda payment: None)
    problems = world.crash_everywhere(SCENARIOS[START])
    assert any("after call POST" in text and "stuck: payment" in text for text in problems)


def test_without_the_refund_check_a_crash_leaves_a_refund_stuck(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep, "heal_refund", lambda refund: None)
    problems = world.crash_everywhere(SCENARIOS[REFUND])
    assert any("stuck: refund" in text for text in problems)
