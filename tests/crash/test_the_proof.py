"""The proof proved: it dies everywhere, and it notices what is broken on purpose."""

from __future__ import annotations

import pytest

from duitpos.domain.sweep import payments as sweep_payments
from duitpos.domain.sweep import sweep
from tests.crash.processes import World
from tests.crash.scenarios import SCENARIOS

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

START, RECEIVE, REFUND = "start, and nobody comes back", "receive", "refund"


def test_the_moments_are_those_of_the_work(world: World) -> None:
    moments = world.moments(SCENARIOS[START])
    called = moments.index("after call POST checkout/sessions")
    begins = [at for at, moment in enumerate(moments) if moment.startswith("after BEGIN")]
    commits = [at for at, moment in enumerate(moments) if moment == "after COMMIT"]
    # The order is stored, then Stripe is asked, then its answer is stored.
    assert len(begins) == len(commits) == 2
    assert begins[0] < moments.index("after INSERT duitpos_order") < commits[0] < called
    assert called < begins[1] < moments.index("after UPDATE duitpos_payment") < commits[1]


def test_a_new_statement_is_a_new_moment(world: World) -> None:
    scenario = SCENARIOS[START]
    seen = []
    for mutation in ("", "one more statement"):
        end, complaints = world.live(scenario, None, mutation)
        assert complaints == []
        seen.append(end.seen)
    before, after = seen
    assert len(after) > len(before)
    assert [moment for moment in after if moment != "after SELECT"] == before


def test_a_call_without_a_moment_is_refused(world: World) -> None:
    with pytest.raises(RuntimeError, match="an outbound call without a fail-point"):
        world.live(SCENARIOS[START], None, "by another way")


def test_without_a_transaction_a_death_leaves_silent_money(world: World) -> None:
    complaints = world.die_everywhere(SCENARIOS[RECEIVE], "without transactions")
    assert any("silent_money" in text for text in complaints)


def test_without_the_repeated_call_a_death_leaves_a_payment_stuck(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep_payments, "retry_start", lambda payment: None)
    complaints = world.die_everywhere(SCENARIOS[START])
    assert any("after call POST" in text and "stuck: payment" in text for text in complaints)


def test_without_the_second_look_a_death_leaves_a_refund_stuck(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep, "heal_refund", lambda refund: None)
    complaints = world.die_everywhere(SCENARIOS[REFUND])
    assert any("stuck: refund" in text for text in complaints)
