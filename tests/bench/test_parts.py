"""The parts of the benchmark that could mislead: what is repeated, and what pgbench is given."""

from __future__ import annotations

import pytest

from bench.deliveries import with_repetitions
from bench.pgbench import _values, before
from bench.plan import REPEATED
from bench.restaurants import Pending

pytestmark = pytest.mark.pure

GUEST = Pending(100_000_000_007, 200_000_000_003)


def test_the_first_of_every_fifty_deliveries_is_repeated() -> None:
    requests = [str(number).encode() for number in range(2 * REPEATED + 7)]
    sent = with_repetitions(requests)
    assert sent[REPEATED] == requests[0]
    assert sent[2 * REPEATED + 1] == requests[REPEATED]
    assert len(sent) == len(requests) + 2


def test_pgbench_confirms_another_order_every_time_with_new_ids() -> None:
    sql, variables = _values(
        {
            "payment": "00000009-0000-7000-8000-100000000007",
            "places": '[{"id": "00000002-0000-7000-8000-200000000003", "hours_version": 1}]',
            "ledger_id": "01a218f0-e093-7eee-bceb-f583bb380ace",
            "event_id": "01a218f0-e093-7eee-bceb-f583bb380acf",
            "is_test": None,
            "guest_email": "o'hara@example.com",
            "body": "100000000007",
        },
        GUEST,
    )
    assert sql["payment"] == "('00000009-0000-7000-8000-'::text || :k::text)"
    assert sql["places"].startswith("""('[{"id": "00000002-0000-7000-8000-'::text || :t::text || '",""")
    assert sql["ledger_id"] == "('c0000000-0000-7000-8000-'::text || :k::text)"
    assert sql["event_id"] == "('c0000001-0000-7000-8000-'::text || :k::text)"
    assert (sql["is_test"], sql["guest_email"]) == ("NULL", ":p_guest_email")
    assert variables == {"p_guest_email": "o'hara@example.com", "p_body": "100000000007"}


def test_the_statements_before_are_one_transaction() -> None:
    script = before()
    assert (script.protocol, script.statements) == ("simple", 15)
    assert script.text.rstrip().endswith("COMMIT;")
