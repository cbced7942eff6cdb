"""Question f: how many requests are served while PostgreSQL restarts under load?

The real server with two workers. Order pages and the kitchen's poll, which query the database every time, are requested
before; PostgreSQL is restarted (fast), and 80 requests follow at once. Then it is stopped under load for two seconds.
The control repeats this without the check of pooled connections.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg

from bench.databases import database, server_folder
from bench.load import Report, run_load
from bench.pages import Cafe, board, get, open_cafe
from bench.plan import Plan, say
from bench.server import enter_production, prepare, running_server
from tests.support.postgres import _as, _owner, find_programs

AWAY = 2.0
AFTERWARDS = 80


def measure(plan: Plan) -> dict[str, Any]:
    """All figures of this question. Call it once per process, since it loads Django."""
    answer: dict[str, Any] = {"away_seconds": AWAY, "afterwards": AFTERWARDS}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="duitpos-bench-")))
        url = stack.enter_context(database("postgres", folder))
        enter_production(url, folder)
        prepare()
        cafe = open_cafe()
        from django.db import connections

        connections.close_all()
        server = _Server(url)
        stack.callback(server.stop, "immediate")
        for name in ("checked", "without"):
            os.environ["BENCH_WITHOUT"] = "check" if name == "without" else ""
            with running_server(plan.workers) as (port, _):
                answer[name] = _round(port, cafe, server, plan)
            say(f"restart, {name}: {answer[name]}")
    return answer


def _round(port: int, cafe: Cafe, server: _Server, plan: Plan) -> dict[str, Any]:
    requests = [board(cafe), get(f"/{cafe.slug}/o/no-such-order-of-ours/")]
    before = run_load(port, requests, plan.connections, plan.seconds)
    server.stop("fast")
    server.start()
    began = time.perf_counter()
    after = run_load(port, (requests * AFTERWARDS)[:AFTERWARDS], plan.connections, 30.0, once=True)
    lasted = time.perf_counter() - began
    during: list[Report] = []
    load = threading.Thread(
        target=lambda: during.append(run_load(port, requests, plan.connections, AWAY + 1.0))
    )
    load.start()
    time.sleep(0.5)
    server.stop("fast")
    time.sleep(AWAY)
    server.start()
    load.join()
    return {
        "before": before.statuses,
        "during": during[0].statuses,
        "during_p50_ms": round(during[0].p50_ms),
        "during_slowest_ms": round(during[0].slowest_ms),
        "after": after.statuses,
        "after_seconds": round(lasted, 2),
    }


class _Server:
    """Stops and starts the database server as an operator does."""

    def __init__(self, url: str) -> None:
        programs = find_programs()
        assert programs is not None
        self._url, self._data, self._program = url, server_folder(url), programs / "pg_ctl"
        self._port = url.rpartition(":")[2].partition("/")[0]

    def stop(self, how: str) -> None:
        """Stop the server; `fast` closes all client connections."""
        self._control("stop", "-m", how, check=how == "fast")

    def start(self) -> None:
        """Start the server and wait until it accepts connections."""
        self._control("start", "-o", f"-p {self._port}", "-l", str(self._data.parent / "server.log"))
        psycopg.connect(self._url, connect_timeout=10).close()

    def _control(self, *words: str, check: bool = True) -> None:
        subprocess.run(
            [str(self._program), "-D", str(self._data), "-w", *words],
            check=check,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            **_as(_owner()),
        )
