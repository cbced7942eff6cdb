"""Question c: what does confirming in one statement save compared with the general path (decision 0019)?

The same confirms in one process, in turn with `confirm()` and with it switched off: the general path handles them then.
The figures are the CPU time of that process and of the PostgreSQL server; SQLite runs in the process.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from pathlib import Path
from typing import Any
from unittest.mock import patch

from bench.databases import database, server_folder
from bench.figures import figure
from bench.machine import cpu_seconds
from bench.plan import Plan, say
from bench.server import enter_production, prepare


def measure(kind: str, plan: Plan) -> dict[str, Any]:
    """CPU time per confirm both ways, as JSON values. Call it once per process, since it loads Django."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="duitpos-bench-")))
        url = stack.enter_context(database(kind, folder))
        enter_production(url, folder)
        prepare()
        return _compare(plan, _spent(url) if kind == "postgres" else time.process_time)


def _compare(plan: Plan, spent: Callable[[], float]) -> dict[str, Any]:
    from django.core.wsgi import get_wsgi_application

    from bench.parts import confirm, delivery_of
    from bench.restaurants import FIRST_ORDER, open_restaurants, seat_guests

    application, restaurants = get_wsgi_application(), open_restaurants(4)
    ways: dict[str, Callable[[], AbstractContextManager[None]]] = {
        "few_statements": nullcontext,
        "general_path": _general_path,
    }
    seen: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(plan.rounds + 1):
        for place, (name, way) in enumerate(ways.items()):
            guests = seat_guests(restaurants, FIRST_ORDER + (2 * turn + place) * 100_000, plan.parts)
            deliveries = [delivery_of(guest) for guest in guests]
            with way():
                began = spent()
                for delivery in deliveries:
                    confirm(application, delivery)
                seen[name].append((spent() - began) / len(deliveries) * 1000)
        if turn:
            shown = ", ".join(f"{name} {costs[-1]:.2f}" for name, costs in seen.items())
            say(f"round {turn} of {plan.rounds}, core-ms a confirm: {shown}")
    # The first turn of each only fills caches and prepares statements.
    few, general = (costs[1:] for costs in seen.values())
    return {
        "few_statements": figure(few, "core-ms").to_json(),
        "general_path": figure(general, "core-ms").to_json(),
        "general_over_few": figure(
            [other / mine for mine, other in zip(few, general, strict=True)]
        ).to_json(),
    }


def _spent(url: str) -> Callable[[], float]:
    """CPU seconds of this process and of the database server."""
    server = int((server_folder(url) / "postmaster.pid").read_text().split()[0])
    return lambda: time.process_time() + cpu_seconds(server)


@contextmanager
def _general_path() -> Iterator[None]:
    from duitpos.domain.payments.events import receive

    with patch.object(receive, "confirm", lambda verified: False):
        yield
