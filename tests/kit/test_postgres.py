"""While the database is unavailable, one caller at a time waits for the pool, not each of them."""

from __future__ import annotations

import copy
from collections.abc import Iterator

import psycopg
import pytest
from django.db import OperationalError, connection

from duitpos.kit.postgres import base
from duitpos.kit.postgres.base import AGAIN, DatabaseWrapper, Gate

REFUSED = "a moment ago"


def test_while_it_is_unavailable_one_caller_per_second_tries() -> None:
    seconds = 100.0
    gate = Gate(lambda: seconds)
    gate.enter()
    gate.close()
    with pytest.raises(psycopg.OperationalError, match=REFUSED):
        gate.enter()
    seconds += AGAIN
    gate.enter()
    with pytest.raises(psycopg.OperationalError, match=REFUSED):
        gate.enter()


def test_when_it_is_available_again_all_callers_may() -> None:
    gate = Gate()
    gate.close()
    gate.open()
    for _ in range(3):
        gate.enter()


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> Iterator[DatabaseWrapper]:
    """A database whose server does not run, with its own pool."""
    settings = copy.deepcopy(connection.settings_dict)
    settings.update(HOST="127.0.0.1", PORT="1", CONN_MAX_AGE=0)
    settings["OPTIONS"]["pool"] = {"min_size": 0, "max_size": 1, "timeout": 0.5}
    monkeypatch.setattr(base, "gate", Gate())
    wrapper = DatabaseWrapper(settings, "away")
    yield wrapper
    wrapper.close_pool()


@pytest.mark.django_db
@pytest.mark.postgres_only
@pytest.mark.filterwarnings("ignore")  # the pool logs why it has no connection
def test_after_a_failure_the_next_caller_fails_at_once(away: DatabaseWrapper) -> None:
    with pytest.raises(OperationalError, match="couldn't get a connection"):
        away.ensure_connection()
    with pytest.raises(OperationalError, match=REFUSED):
        away.ensure_connection()
