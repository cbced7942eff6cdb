"""/healthz and /readyz."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from duitpos.kit import clock
from duitpos.kit.heartbeat import beat
from duitpos.operations import health

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_beat_yet() -> None:
    caches["shared"].clear()


@pytest.fixture
def long_ago(monkeypatch: pytest.MonkeyPatch) -> None:
    """This process has been running for a while."""
    monkeypatch.setattr(health, "_started_at", clock.now() - timedelta(hours=1))


def test_healthz_makes_no_query(client: Client) -> None:
    with CaptureQueriesContext(connection) as asked:
        response = client.get("/healthz")
    assert response.status_code == 200
    assert not asked.captured_queries
    assert client.post("/healthz").status_code == 405


def test_readyz_gives_the_sweeps_age(client: Client, long_ago: None) -> None:
    beat("sweep")
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {
        "database": "ok",
        "migrations": "ok",
        "sweep": {"state": "ok", "age_seconds": 0},
        "ready": True,
    }


def test_a_late_sweep_is_an_alarm(client: Client, long_ago: None, monkeypatch: pytest.MonkeyPatch) -> None:
    beat("sweep")
    later = clock.now() + timedelta(seconds=121)
    monkeypatch.setattr(clock, "now", lambda: later)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["sweep"]["state"] == "late"
    assert response.json()["sweep"]["age_seconds"] in (120, 121)


def test_a_worker_that_never_ran_is_an_alarm(client: Client, long_ago: None) -> None:
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["sweep"] == {"state": "late", "age_seconds": None}


def test_just_after_the_start_no_sweep_is_needed(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_started_at", clock.now())
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json()["sweep"]["state"] == "not seen yet"


def test_missing_migrations_are_an_alarm(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_migrated", False)
    monkeypatch.setattr(health, "unapplied_migrations", lambda: 2)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["migrations"] == "missing"
    monkeypatch.setattr(health, "unapplied_migrations", lambda: 0)
    assert client.get("/readyz").json()["migrations"] == "ok"


def test_an_unavailable_database_is_an_alarm(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import OperationalError

    def gone() -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(connection, "cursor", gone)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["database"] == "no answer"
