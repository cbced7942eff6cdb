"""The worker process: tasks, sweeps, heartbeat, a clean end."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.cache import caches
from django.core.cache.backends.filebased import FileBasedCache
from django.core.exceptions import ImproperlyConfigured
from django_tasks_db.models import DBTaskResult

from duitpos.domain.payments.outbox.run import run_outbox_soon
from duitpos.jobs import worker
from duitpos.kit.heartbeat import last_beat
from duitpos.models import WebhookEvent
from tests.domain.sweep.rows import a_past
from tests.operations.commands import environment
from tests.support.signals import HANG, default_signals


def wait_until(is_so: Callable[[], bool], seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until, "it took too long"
        time.sleep(0.1)


@pytest.fixture(autouse=True)
def _no_beat_yet() -> None:
    caches["shared"].clear()


def test_a_successful_sweep_sends_a_heartbeat(monkeypatch: pytest.MonkeyPatch) -> None:
    swept = []
    monkeypatch.setattr(worker, "sweep", lambda: swept.append(1))
    worker.sweep_once()
    assert swept == [1]
    assert last_beat("sweep") is not None


def test_a_failed_sweep_sends_no_heartbeat(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise RuntimeError

    monkeypatch.setattr(worker, "sweep", fail)
    with pytest.raises(RuntimeError):
        worker.sweep_once()
    assert last_beat("sweep") is None


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
    task = run_outbox_soon.enqueue(str(tenant.id))
    env = environment(tmp_path, DATABASE_URL=database_url, DUITPOS_SWEEP_SECONDS="1")
    shared = FileBasedCache(str(tmp_path / "cache"), {})
    log = (tmp_path / "log").open("wb")
    process = subprocess.Popen(
        [sys.executable, "-m", "duitpos.cli", "worker"], env=env, stderr=log, preexec_fn=default_signals
    )
    try:
        wait_until(lambda: shared.get("heartbeat:sweep") is not None)
        wait_until(lambda: DBTaskResult.objects.get(id=task.id).status == "SUCCESSFUL")
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
