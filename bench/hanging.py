"""Question e: are other pages served while 100 guests wait for a processor that hangs?

The real server with two workers, and a processor that accepts every connection and never responds. The menu and the
kitchen's poll are requested together, before and while the guests wait, with the limit and without it (the control).
"""

from __future__ import annotations

import os
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from bench.databases import database
from bench.load import Report, run_load
from bench.pages import Cafe, board, menu, open_cafe, presses
from bench.plan import Plan, say
from bench.server import enter_production, prepare, running_server

GUESTS = 100
AIM_MS = 1000.0
"""The aim for a menu or board page meanwhile."""


def measure(plan: Plan) -> dict[str, Any]:
    """All figures of this question. Call it once per process, since it loads Django."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="duitpos-bench-")))
        enter_production(stack.enter_context(database("postgres", folder)), folder)
        silent = stack.enter_context(_silent_processor())
        os.environ["DUITPOS_SANDBOX_URLS"] = silent
        prepare()
        cafe = open_cafe(silent)
        answer: dict[str, Any] = {"guests": GUESTS, "aim_ms": AIM_MS}
        for name in ("bounded", "without"):
            os.environ["BENCH_WITHOUT"] = "bound" if name == "without" else ""
            with running_server(plan.workers) as (port, _):
                answer[name] = _round(port, cafe, plan)
            say(f"hanging, {name}: {answer[name]}")
        return answer


def _round(port: int, cafe: Cafe, plan: Plan) -> dict[str, Any]:
    before = _pages(port, cafe, plan.seconds)
    pay: list[Report] = []
    requests = list(presses(cafe, GUESTS))
    waiting = threading.Thread(target=lambda: pay.append(run_load(port, requests, GUESTS, 60.0, once=True)))
    waiting.start()
    time.sleep(1.0)  # all calls have reached the processor
    during = _pages(port, cafe, plan.seconds)
    waiting.join()
    return {
        "before": before,
        "during": during,
        "guests": pay[0].statuses,
        "guests_p50_ms": round(pay[0].p50_ms),
        "guests_slowest_ms": round(pay[0].slowest_ms),
    }


def _pages(port: int, cafe: Cafe, seconds: float) -> dict[str, Any]:
    # Concurrently: after one load the processor calls have timed out, and a second load would not be affected.
    with ThreadPoolExecutor() as both:
        loads = {
            name: both.submit(run_load, port, [request], 4, seconds)
            for name, request in (("menu", menu(cafe)), ("board", board(cafe)))
        }
    return {name: _figures(load.result().only(200)) for name, load in loads.items()}


def _figures(report: Report) -> dict[str, float]:
    return {
        "requests": report.requests,
        "p50_ms": round(report.p50_ms, 1),
        "p99_ms": round(report.p99_ms, 1),
        "slowest_ms": round(report.slowest_ms, 1),
    }


@contextmanager
def _silent_processor() -> Iterator[str]:
    """A server that accepts connections and never responds; yields its URL."""
    server = socket.create_server(("127.0.0.1", 0), backlog=512)
    held: list[socket.socket] = []

    def take() -> None:
        while True:
            try:
                held.append(server.accept()[0])
            except OSError:
                return

    thread = threading.Thread(target=take, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
    finally:
        server.close()
        for connection in held:
            connection.close()
