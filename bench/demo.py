"""Question: how long does `duitpos demo` take to start again, and how much memory do its processes use?

The database exists and has its restaurant: the first start, which makes them, is not measured.
"""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bench.figures import figure
from bench.machine import cpu_seconds, memory_mib
from bench.plan import Plan, say
from bench.server import ROOT, source_path

AIM_SECONDS = 4.0
AIM_MIB = 200.0
_PAGES = ("guest_url", "dashboard_url", "kitchen_url", "sandbox_url")
_VIEWS = 3
_START_SECONDS = 120.0


def measure(plan: Plan) -> dict[str, Any]:
    """Seconds until the guest's page answers, and the memory of all processes after some views of every page."""
    seconds: list[float] = []
    memory: list[float] = []
    spent: list[float] = []
    with tempfile.TemporaryDirectory(prefix="duitpos-bench-demo-") as folder:
        var, port = Path(folder), _free_port()
        with _demo(var, port) as process:
            places = _places(var, process)
        for turn in range(plan.demo_starts):
            began = time.monotonic()
            with _demo(var, port) as process:
                _await_page(places["guest_url"], process)
                seconds.append(time.monotonic() - began)
                spent.append(cpu_seconds(process.pid))
                _places(var, process)
                _await(lambda: b"worker started" in (var / "log" / "worker.log").read_bytes(), process)
                _view(places)
                memory.append(memory_mib(process.pid))
            say(
                f"demo, start {turn + 1} of {plan.demo_starts}: {seconds[-1]:.1f} s,"
                f" {spent[-1]:.1f} core-s, {memory[-1]:.0f} MiB"
            )
    return {
        "seconds": figure(seconds, "s").to_json(),
        "cpu": figure(spent, "core-s").to_json(),
        "aim_seconds": AIM_SECONDS,
        # 0 where the system does not tell.
        "memory": figure(memory, "MiB").to_json() if all(memory) else None,
        "aim_mib": AIM_MIB,
        "views": _VIEWS,
    }


@contextmanager
def _demo(var: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    environment = os.environ | {"PORT": str(port), "DUITPOS_VAR": str(var), "PYTHONPATH": source_path(ROOT)}
    for name in ("DEMO_HOST", "STRIPE_API_BASE", "DUITPOS_ENV", "DJANGO_SETTINGS_MODULE"):
        environment.pop(name, None)
    process = subprocess.Popen(
        [sys.executable, "-m", "duitpos.cli", "demo"],
        env=environment,
        cwd=var,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)


def _places(var: Path, process: subprocess.Popen[bytes]) -> dict[str, str]:
    """The demo's URLs, once it has said that it runs."""
    file = var / "demo.json"
    _await(file.exists, process)
    places: dict[str, str] = json.loads(file.read_text())
    return places


def _await_page(url: str, process: subprocess.Popen[bytes]) -> None:
    # The code of a table leads to its page.
    _await(lambda: _status(url) in (http.HTTPStatus.OK, http.HTTPStatus.FOUND), process)


def _await(is_done: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _START_SECONDS
    while not is_done():
        if process.poll() is not None or time.monotonic() > until:
            raise RuntimeError("The demo did not start: its output is above.")
        time.sleep(0.02)


def _view(places: dict[str, str]) -> None:
    statuses = {_status(places[page]) for _ in range(_VIEWS) for page in _PAGES}
    if not statuses <= {200, 302}:
        raise RuntimeError(f"The demo's pages answered {sorted(statuses)}.")


def _status(url: str) -> int:
    """The page's status; 0 while nothing listens."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    try:
        connection.request("GET", parts.path)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


def _free_port() -> int:
    """A free port whose next one is free as well: the sandbox takes it."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port: int = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port
