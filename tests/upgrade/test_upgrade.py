"""A database of an earlier version can be used after an upgrade."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.operations.commands import duitpos, environment

pytestmark = [pytest.mark.pure, pytest.mark.slow]
HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
WRITTEN = """
    UPDATE duitpos_attention SET detail = 'MYR 24.00 moved, “MYR 25.00” was asked for.';
    UPDATE duitpos_payment SET failure = 'Stripe refuses the request.' WHERE status = 'failed';
    UPDATE duitpos_payment SET last_problem = 'Stripe does not answer.' WHERE status = 'pending';
    UPDATE duitpos_processoraccount SET problem = 'The key was refused.', start_problem = 'Not in your country.';
    UPDATE duitpos_refund SET failure = 'The card has expired.', status = 'failed';
    UPDATE duitpos_duework SET outcome = 'SMTPServerDisconnected: gone' WHERE done_at IS NULL;
"""
"""Sentences as the version before kept them."""


def test_a_database_from_before_alerts_and_outbox_can_be_used(tmp_path: Path) -> None:
    """Made by the code at migration 0007: an order served, one refunded, one unpaid, one paid after it was canceled."""
    file = tmp_path / "old.sqlite3"
    with sqlite3.connect(file) as database:
        database.executescript((HERE / "migration_0007.sql").read_text(encoding="utf-8"))
        database.executescript(WRITTEN)
    database.close()
    env = environment(
        tmp_path / "var",
        DATABASE_URL=f"sqlite:///{file}",
        DUITPOS_SANDBOX_URLS="http://127.0.0.1:12111",
        PYTHONPATH=os.pathsep.join([str(ROOT), str(ROOT / "src")]),
    )
    (tmp_path / "var" / "static").mkdir(parents=True)
    migrated = duitpos("manage", "migrate", "--verbosity=0", env=env)
    assert migrated.returncode == 0, migrated.stderr
    opened = subprocess.run(
        [sys.executable, str(HERE / "opened.py")], env=env, capture_output=True, text=True, timeout=120
    )
    assert opened.returncode == 0, opened.stderr
    seen = json.loads(opened.stdout.splitlines()[-1])
    assert seen == {
        "not served": {},
        "not shown": [],
        "retried because": {"said": "SMTPServerDisconnected: gone"},
        "alert": "order_canceled",
        "alerts afterwards": 0,
        "orders": ["placed", "placed", "held", "placed"],
        "outbox": 1,
        "outbox undone": 0,
    }
