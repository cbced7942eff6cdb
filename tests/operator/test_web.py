"""`duitpos web` as in production."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import requests

from tests.operator.commands import duitpos, environment

pytestmark = pytest.mark.slow
STOPS_WITHIN = 15
"""Seconds: under the 20 after which granian kills a worker that did not listen."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def answer(port: int) -> int:
    """The status of /healthz; 0 when nobody answers."""
    try:
        response = requests.get(
            f"http://127.0.0.1:{port}/healthz", headers={"Host": "order.example.my"}, timeout=5
        )
    except requests.ConnectionError:
        return 0
    return response.status_code


def wait_for(port: int) -> None:
    until = time.monotonic() + 90
    while answer(port) != 200:
        assert time.monotonic() < until
        time.sleep(0.1)


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
    port = free_port()
    production = environment(
        tmp_path,
        DUITPOS_ENV="production",
        BASE_URL="https://order.example.my",
        PORT=str(port),
        DUITPOS_PROXY_COUNT="1",
    )
    del production["ALLOWED_HOSTS"]
    assert duitpos("manage", "migrate", "-v0", env=production).returncode == 0
    assert duitpos("manage", "collectstatic", "-v0", "--no-input", env=production).returncode == 0
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "duitpos.cli", "web"],
            env=production,
            stderr=log,
            stdout=log,
            process_group=0,
        )
    try:
        yield process, port
    finally:
        with suppress(ProcessLookupError):  # its workers too, when a test has failed
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.fixture
def web(starting: tuple[subprocess.Popen[bytes], int]) -> tuple[subprocess.Popen[bytes], int]:
    """The server when it answers, and its port. Its second worker may still be loading."""
    wait_for(starting[1])
    return starting


def test_it_serves_mends_itself_and_stops(web: tuple[subprocess.Popen[bytes], int]) -> None:
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
