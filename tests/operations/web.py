"""`duitpos web` in a separate process, as in production."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import requests

from tests.operations.commands import duitpos, environment
from tests.support.signals import default_signals

HOST = "order.example.my"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def answer(port: int) -> int:
    """The status of /healthz; 0 when the connection fails."""
    try:
        response = requests.get(f"http://127.0.0.1:{port}/healthz", headers={"Host": HOST}, timeout=5)
    except requests.ConnectionError:
        return 0
    return response.status_code


def wait_for(port: int) -> None:
    until = time.monotonic() + 90
    while answer(port) != 200:
        assert time.monotonic() < until
        time.sleep(0.1)


@contextmanager
def starting_web(var: Path, **more: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """The server just after its start, and its port. `more` is added to its environment."""
    port = free_port()
    production = environment(
        var,
        DUITPOS_ENV="production",
        BASE_URL=f"https://{HOST}",
        PORT=str(port),
        DUITPOS_PROXY_COUNT="1",
        **more,
    )
    del production["ALLOWED_HOSTS"]
    assert duitpos("manage", "migrate", "-v0", env=production).returncode == 0
    assert duitpos("manage", "collectstatic", "-v0", "--no-input", env=production).returncode == 0
    with (var / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "duitpos.cli", "web"],
            env=production,
            stderr=log,
            stdout=log,
            process_group=0,
            preexec_fn=default_signals,
        )
    try:
        yield process, port
    finally:
        with suppress(ProcessLookupError):  # its workers too, when a test has failed
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
