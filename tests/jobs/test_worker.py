"""The worker process: outbox, sweeps, heartbeat, a clean end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import caches
from django.core.cache.backends.filebased import FileBasedCache
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from duitpos.jobs import worker
from duitpos.jobs.lanes import Lanes
from duitpos.kit.heartbeat import last_beat
from duitpos.models import OutboxEntry, WebhookEvent
from tests.domain.sweep.rows import a_past
from tests.operations.commands import environment
from tests.support.signals import HANG, default_signals

ROOT = Path(__file__).resolve().parents[2]


def wait_until(is_so: Callable[[], bool], seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until, "it took too long"
        time.sleep(0.1)


@pytest.fixture(autouse=True)
def _no_beat_yet() -> None:
    caches["shared"].clear()


class Stuck(Lanes):
    """Its oldest work has waited for so many seconds."""

    waited = 0.0

    def longest(self) -> float:
        return self.waited


@pytest.mark.django_db
def test_a_sweep_sends_a_heartbeat_unless_its_work_is_stuck() -> None:
    with Stuck(1) as lanes:
        lanes.waited = worker.STUCK_SECONDS
        worker.sweep_once(lanes)
        assert last_beat("sweep") is None
        lanes.waited = worker.STUCK_SECONDS - 1
        worker.sweep_once(lanes)
        assert last_beat("sweep") is not None


def test_a_failed_look_sends_no_heartbeat(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise RuntimeError

    monkeypatch.setattr(worker, "accounts_with_due_work", fail)
    with Lanes(1) as lanes, pytest.raises(RuntimeError):
        worker.sweep_once(lanes)
    assert last_beat("sweep") is None


@pytest.mark.parametrize(
    "connections,sandboxes,threads",
    [(20, 0, 2), (30, 0, 4), (20, 3, 1), (25, 3, 2), (5, 0, 1), (1, 0, 1), (200, 0, 4)],
)
def test_all_threads_together_fit_the_pool_of_connections(
    monkeypatch: pytest.MonkeyPatch, connections: int, sandboxes: int, threads: int
) -> None:
    """One processor, its sandboxes, the counter, mails to guests, mails to owners and details: a lane each."""
    monkeypatch.setitem(connection.settings_dict, "OPTIONS", {"pool": {"max_size": connections}})
    monkeypatch.setattr(settings, "SANDBOX_URLS", [f"http://127.0.0.1:{port}" for port in range(sandboxes)])
    assert worker.lane_threads() == threads
    assert threads == 1 or threads * (5 + sandboxes) + worker.LOOPS <= connections


@pytest.mark.parametrize("value", ["0", "often"])
def test_a_wrong_pause_is_named(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("DUITPOS_SWEEP_SECONDS", value)
    with pytest.raises(ImproperlyConfigured, match="DUITPOS_SWEEP_SECONDS"):
        worker.sweep_seconds()


@pytest.mark.slow
@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
def test_it_works_and_ends_on_a_signal(database_url: str, tmp_path: Path, end: signal.Signals) -> None:
    past = a_past()
    tenant = past.tenant
    event = past.event(91)
    receipt = past.receipt(past.paid(1), is_due=False)
    OutboxEntry.objects.filter(tenant=tenant, id=receipt.id).update(due_at=receipt.created_at)
    env = environment(
        tmp_path,
        DATABASE_URL=database_url,
        DUITPOS_SWEEP_SECONDS="1",
        PYTHONPATH=os.pathsep.join([str(ROOT), str(ROOT / "src")]),
    )
    shared = FileBasedCache(str(tmp_path / "cache"), {})
    log = (tmp_path / "log").open("wb")
    process = subprocess.Popen(
        [sys.executable, "-m", "duitpos.cli", "worker"], env=env, stderr=log, preexec_fn=default_signals
    )
    try:
        wait_until(lambda: shared.get("heartbeat:sweep") is not None)
        wait_until(lambda: OutboxEntry.objects.get(tenant=tenant, id=receipt.id).outcome == "sent")
        first = shared.get("heartbeat:sweep")
        wait_until(lambda: shared.get("heartbeat:sweep") > first)
        wait_until(lambda: WebhookEvent.objects.get(tenant=tenant, id=event.id).body == "")
        process.send_signal(end)
        assert process.wait(HANG) == 0
        assert "worker stopped" in (tmp_path / "log").read_text()
        assert "Traceback" not in (tmp_path / "log").read_text()
    finally:
        process.kill()
        process.wait()
        log.close()
