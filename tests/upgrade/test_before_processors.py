"""A database from before processors were interchangeable opens and works after the upgrade.

Made by the code at migration 0014: one order paid, one paid and refunded, one waiting at the processor, one declined.
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.operations.commands import duitpos, environment

pytestmark = [pytest.mark.pure, pytest.mark.slow]
HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What opened_0014.py found after the migration."""
    folder = tmp_path_factory.mktemp("upgraded")
    file = folder / "old.sqlite3"
    with sqlite3.connect(file) as database:
        database.executescript((HERE / "migration_0014.sql").read_text(encoding="utf-8"))
    database.close()
    env = environment(
        folder / "var",
        DATABASE_URL=f"sqlite:///{file}",
        DUITPOS_SANDBOX_URLS="http://127.0.0.1:50313",
        PYTHONPATH=os.pathsep.join([str(ROOT), str(ROOT / "src")]),
    )
    (folder / "var" / "static").mkdir(parents=True)
    migrated = duitpos("manage", "migrate", "--verbosity=0", env=env)
    assert migrated.returncode == 0, migrated.stderr
    opened = subprocess.run(
        [sys.executable, str(HERE / "opened_0014.py")], env=env, capture_output=True, text=True, timeout=120
    )
    assert opened.returncode == 0, opened.stderr
    return json.loads(opened.stdout.splitlines()[-1])


def test_every_page_opens(seen: Any) -> None:
    assert seen["not served"] == {}


def test_payments_keep_their_ids_and_pages(seen: Any) -> None:
    assert seen["ids"] == [["payment_intent"], ["payment_intent"], [], []]
    assert seen["named on the page"] == [True, True]
    assert all(page.startswith("http://127.0.0.1:50313/c/pay/cs_test_") for page in seen["pages"])


def test_a_payment_is_found_by_its_old_ids(seen: Any) -> None:
    assert seen["found by id"] == [True, True]


def test_what_was_asked_is_asked_again_unchanged(seen: Any) -> None:
    """A start call that is repeated after the upgrade must be the same, or the processor refuses its key."""
    assert all(url.endswith("?session_id={CHECKOUT_SESSION_ID}") for url in seen["success urls"])


def test_keys_are_readable(seen: Any) -> None:
    assert seen["keys"] == ["sk_test_sandbox", "whsec_4Xk0yJzWq2bVn8RtLpE6sHcA1uDfGm3o"]
    assert seen["previous"] == ["whsec_of_last_year_1234567890"]


def test_payment_types_keep_their_codes(seen: Any) -> None:
    assert seen["types"] == {"CASH": "cash", "STRIPE": "online"}


def test_the_outbox_is_run_without_the_former_queue(seen: Any) -> None:
    assert seen["queue"] == []
    assert seen["outbox"] == 2
    assert seen["receipts"] == [["sent", 1]] * 2
