"""`duitpos web` as in production."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.operations.web import answer, starting_web, wait_for

pytestmark = [pytest.mark.slow, pytest.mark.pure]
STOPS_WITHIN = 15
"""Seconds: less than the 20 after which Granian kills a worker that did not stop."""


def children(pid: int) -> list[int]:
    listing = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True)
    return [int(word) for word in listing.stdout.split()]


def catches_sigterm(pid: int) -> bool:
    """Whether a process has a handler for it (Linux: /proc/<pid>/status)."""
    caught = re.search(r"SigCgt:\s*([0-9a-f]+)", Path(f"/proc/{pid}/status").read_text())
    assert caught
    return bool(int(caught[1], 16) >> (signal.SIGTERM - 1) & 1)


@pytest.fixture
def starting(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """The server just after its start, and its port."""
    with starting_web(tmp_path, DUITPOS_WEB_WORKERS="2") as started:
        yield started


@pytest.fixture
def web(starting: tuple[subprocess.Popen[bytes], int]) -> tuple[subprocess.Popen[bytes], int]:
    """The server once it answers, and its port. Its second worker may still be loading."""
    wait_for(starting[1])
    return starting


def test_it_serves_restarts_killed_workers_and_stops(web: tuple[subprocess.Popen[bytes], int]) -> None:
    process, port = web
    workers = children(process.pid)
    assert len(workers) == 2
    foreign = requests.get(f"http://127.0.0.1:{port}/healthz", headers={"Host": "evil.example"}, timeout=60)
    assert foreign.status_code == 400
    for worker in workers:
        os.kill(worker, signal.SIGKILL)
    until = time.monotonic() + 90
    while len(set(children(process.pid)) - set(workers)) < 2:
        assert time.monotonic() < until
        time.sleep(0.1)
    wait_for(port)
    process.send_signal(signal.SIGTERM)
    assert process.wait(STOPS_WITHIN) == 0
    assert answer(port) == 0


def test_workers_that_are_still_loading_stop_at_once(
    starting: tuple[subprocess.Popen[bytes], int],
) -> None:
    process, _ = starting
    until = time.monotonic() + 90
    while len(children(process.pid)) < 2:
        assert time.monotonic() < until
        time.sleep(0.02)
    assert not any(catches_sigterm(worker) for worker in children(process.pid)), "a loaded worker catches it"
    process.send_signal(signal.SIGTERM)
    assert process.wait(STOPS_WITHIN) == 0
