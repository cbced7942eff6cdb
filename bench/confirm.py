"""Question a: how many orders are confirmed per second, and what does one confirm cost?

Each round measures in turn signed webhooks to a real server, an empty view on the same server, and pgbench with the
statements of a warm confirm on the same database.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.databases import database, server_folder
from bench.figures import Figure, figure
from bench.load import Report, run_load
from bench.machine import cpu_seconds
from bench.plan import Plan, say
from bench.server import enter_production, prepare, running_server
from tests.support.postgres import find_programs

if TYPE_CHECKING:  # it loads Django, which is set up later
    from bench.statements import Recording

Guests = Sequence[Any]


@dataclass
class _Rounds:
    """The reports of one database's rounds, in order."""

    confirms: list[Report] = field(default_factory=list)
    empties: list[Report] = field(default_factory=list)
    pgbench: list[float] = field(default_factory=list)
    web_cpu: list[float] = field(default_factory=list)
    database_cpu: list[float] = field(default_factory=list)


def measure(kind: str, plan: Plan) -> dict[str, Any]:
    """All figures for one database, as JSON values. Call it once per process, since it loads Django."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="duitpos-bench-")))
        url = stack.enter_context(database(kind, folder))
        enter_production(url, folder)
        prepare()
        port, pid = stack.enter_context(running_server(plan.workers))
        return _Question(kind, plan, url, port, pid).answer()


class _Question:
    def __init__(self, kind: str, plan: Plan, url: str, port: int, pid: int) -> None:
        from bench import restaurants

        self.plan, self.url, self.port, self.pid, self.kind = plan, url, port, pid, kind
        self.is_postgres = kind == "postgres"
        self.restaurants = restaurants.open_restaurants(plan.restaurants)
        self._first = count(restaurants.FIRST_ORDER, 100_000)
        self.programs = find_programs()

    def guests(self, number: int, restaurants: Sequence[int] | None = None) -> Guests:
        """New guests on the payment page. Every call uses new order numbers."""
        from bench.restaurants import seat_guests

        return seat_guests(restaurants or self.restaurants, next(self._first), number)

    def answer(self) -> dict[str, Any]:
        """Warm up, measure the rounds, and measure the parts of one confirm."""
        warm = max(200, 4 * len(self.restaurants)) if self.plan.confirms > 200 else 4 * len(self.restaurants)
        self.confirm(self.guests(warm))
        recording = self.record() if self.is_postgres else None
        script = self.script(recording, self.restaurants)
        self.analyze()
        many = self.rounds(self.plan.rounds, self.restaurants, script)
        answer = _results(many) | {"restaurants": len(self.restaurants)}
        if recording:
            alone = self.restaurants[:1]
            one = self.rounds(self.plan.one_restaurant_rounds, alone, self.script(recording, alone))
            answer["one_restaurant"] = _results(one)
            answer |= self.statements(recording)
        answer["parts_ms"] = self.parts(script)
        return answer

    def rounds(self, number: int, restaurants: Sequence[int], script: str) -> _Rounds:
        seen = _Rounds()
        for turn in range(number):
            guests = self.guests(self.plan.confirms, restaurants)
            empty = run_load(self.port, self.empty(guests[:32]), self.plan.connections, self.plan.seconds)
            seen.empties.append(empty.only(200, "ok"))
            web, base = cpu_seconds(self.pid), self.database_cpu()
            report = self.confirm(guests)
            seen.web_cpu.append((cpu_seconds(self.pid) - web) / report.requests * 1000)
            seen.database_cpu.append((self.database_cpu() - base) / report.requests * 1000)
            seen.confirms.append(report)
            if script:
                seen.pgbench.append(self.pgbench(script, restaurants, self.plan.connections)[0])
            beside = f", pgbench {seen.pgbench[-1]:.0f}/s" if script else ""
            say(
                f"{self.kind}, {len(restaurants)} restaurants, round {turn + 1} of {number}:"
                f" {report.per_second:.0f} confirms/s, empty view {empty.per_second:.0f}/s{beside}"
            )
        return seen

    def confirm(self, guests: Guests) -> Report:
        """Deliver every guest's event once, until the round's time is up."""
        return self._deliver(guests, self.plan.connections)

    def _deliver(self, guests: Guests, connections: int) -> Report:
        from bench.deliveries import deliveries

        load = run_load(self.port, deliveries(guests), connections, self.plan.confirm_seconds, once=True)
        return load.only(200, "settled")

    def empty(self, guests: Guests) -> list[bytes]:
        """The same requests to the empty view, which ignores them."""
        from bench.deliveries import deliveries

        return deliveries(guests, "/bench/empty/")

    def record(self) -> Recording:
        """Record the statements of confirms of a few restaurants that all workers have served before (warm)."""
        from bench.deliveries import deliveries
        from bench.load import one_by_one
        from bench.statements import record

        few = self.restaurants[:4]
        self.confirm(self.guests(max(200, len(few) * 8), few))  # every worker caches them
        guests = self.guests(self.plan.recorded, few)
        requests = deliveries(guests)

        def deliver(mark: Callable[[], None]) -> None:
            said = one_by_one(self.port, requests, mark)
            if said != {"settled": len(guests)}:
                raise RuntimeError(f"Expected {len(guests)} times settled, got {said}.")

        return record(self.url, guests, deliver)

    def script(self, recording: Recording | None, restaurants: Sequence[int]) -> str:
        """pgbench's script for orders of these restaurants; empty without a recording."""
        from bench.statements import script_of

        return script_of(recording, len(restaurants)) if recording else ""

    def statements(self, recording: Recording) -> dict[str, Any]:
        """The recorded statements, and their number per confirm and in pgbench."""
        from bench.statements import executed, readable

        guests = self.guests(self.plan.counted)
        answered: list[int] = []

        def load(mark: Callable[[], None]) -> None:
            mark()
            answered.append(self.confirm(guests).requests)

        (sent,) = executed(self.url, load)
        return {
            "statements": [readable(statement) for statement in recording.statements],
            "statements_left_out": recording.left_out,
            "confirms_recorded": recording.confirms,
            "statements_per_confirm": {
                "confirm": round(len(sent) / answered[0], 2),
                "pgbench": len(recording.statements),
            },
        }

    def pgbench(self, script: str, restaurants: Sequence[int], clients: int) -> tuple[float, float]:
        """Confirm with pgbench; returns transactions per second and average latency. RuntimeError for missing rows."""
        from bench.restaurants import PAYMENT, row_id
        from bench.statements import pgbench
        from duitpos.models import Payment

        assert self.programs is not None
        # Odd, so that clients in lockstep never use the same restaurant.
        each = max(2, self.plan.transactions // self.plan.connections) | 1
        guests = self.guests(each * clients, restaurants)
        rates = pgbench(self.programs, self.url, script, guests[0].order, clients, each)
        ids = [row_id(PAYMENT, guest.order) for guest in guests]
        tenants = {row_id(1, guest.restaurant) for guest in guests}
        done = Payment.objects.filter(tenant_id__in=tenants, id__in=ids, status="succeeded").count()
        if done != len(guests):
            raise RuntimeError(f"pgbench confirmed {done} of {len(guests)} orders.")
        return rates

    def parts(self, script: str) -> dict[str, float]:
        """Milliseconds of each part of a confirm, with one request at a time."""
        from dataclasses import asdict

        from bench.parts import take_apart

        number = self.plan.parts
        guests = self.guests(number)
        empty = run_load(self.port, self.empty(guests), 1, self.plan.seconds).only(200, "ok")
        alone = self._deliver(guests, 1)
        parts = {name: round(value, 3) for name, value in asdict(take_apart(self.guests(number))).items()}
        over_http = {
            "one_connection": round(alone.p50_ms, 3),
            "empty_view_one_connection": round(empty.p50_ms, 3),
        }
        if script:
            over_http["pgbench_one_client"] = self.pgbench(script, self.restaurants, 1)[1]
        return parts | over_http

    def analyze(self) -> None:
        """Run ANALYZE, since autovacuum has had no time to in this new database."""
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")

    def database_cpu(self) -> float:
        """CPU seconds of the database server so far; 0 for SQLite, whose CPU time is the web server's."""
        if not self.is_postgres:
            return 0.0
        pid = (server_folder(self.url) / "postmaster.pid").read_text().split()[0]
        return cpu_seconds(int(pid))


def _results(rounds: _Rounds) -> dict[str, Any]:
    rates = [report.per_second for report in rounds.confirms]
    figures: dict[str, Figure] = {
        "confirms_per_second": figure(rates, "/s"),
        "p50": figure([report.p50_ms for report in rounds.confirms], "ms"),
        "p99": figure([report.p99_ms for report in rounds.confirms], "ms"),
        "empty_view_per_second": figure([report.per_second for report in rounds.empties], "/s"),
        "of_empty_view": figure(_ratios(rates, [report.per_second for report in rounds.empties])),
        "web_cpu": figure(rounds.web_cpu, "core-ms"),
        "client_cpu": figure(
            [report.client_cpu_seconds / report.requests * 1000 for report in rounds.confirms], "core-ms"
        ),
    }
    if rounds.pgbench:
        figures["pgbench_per_second"] = figure(rounds.pgbench, "/s")
        figures["of_pgbench"] = figure(_ratios(rates, rounds.pgbench))
        figures["database_cpu"] = figure(rounds.database_cpu, "core-ms")
    return {name: value.to_json() for name, value in figures.items()}


def _ratios(ours: Sequence[float], theirs: Sequence[float]) -> list[float]:
    """The ratio of each round, whose two values were measured at about the same time."""
    return [mine / other for mine, other in zip(ours, theirs, strict=True)]


if __name__ == "__main__":
    import json
    import sys

    from bench import plan as plans

    print(json.dumps(measure(sys.argv[1], getattr(plans, sys.argv[2])), indent=1))
