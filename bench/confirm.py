"""Question a: how many orders are confirmed per second, and what does one confirm cost?

Each round measures in turn an empty view and signed webhooks, both on a real server, and on PostgreSQL pgbench with the
statements of a confirm; then the same deliveries to an earlier version of DuitPOS (with --against) and to the
peer, each in a web server of its own on the same database server.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.databases import database, server_folder
from bench.load import Report, run_load
from bench.machine import cpu_seconds
from bench.plan import Plan, say
from bench.rounds import Confirms, Rounds
from bench.server import enter_production, prepare, running_server
from tests.support.postgres import find_programs

if TYPE_CHECKING:  # they load Django, which is set up later
    from bench.earlier import Earlier
    from bench.peers.dj_stripe import Peer
    from bench.pgbench import Script

Guests = Sequence[Any]
WORKERS = {"postgres": 2, "sqlite": 1}
"""The defaults of `duitpos web`."""


def measure(kind: str, plan: Plan, against: Path | None = None) -> dict[str, Any]:
    """All figures for one database, as JSON values. Call it once per process, since it loads Django."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="duitpos-bench-")))
        url = stack.enter_context(database(kind, folder))
        enter_production(url, folder)
        prepare()
        from bench.earlier import running_earlier
        from bench.peers.dj_stripe import running_peer

        port, pid = stack.enter_context(running_server(WORKERS[kind]))
        question = _Question(kind, plan, url, port, pid)
        question.earlier = stack.enter_context(running_earlier(against, folder))
        if kind == "postgres" and plan.has_peer:
            question.peer = stack.enter_context(running_peer(url, folder, WORKERS[kind]))
        return question.answer()


class _Question:
    earlier: Earlier | None = None
    peer: Peer | None = None

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
        # Enough for every connection of every worker to have prepared the statement.
        warm = min(640, self.plan.confirms)
        self.confirm(self.guests(warm))
        scripts = self.scripts() if self.is_postgres else {}
        self.analyze()
        others = self.others()
        for load in others.values():
            load(self.guests(warm))
        answer = self.rounds(self.plan.rounds, self.restaurants, scripts, others).figures()
        answer |= {"restaurants": len(self.restaurants), "workers": WORKERS[self.kind]}
        if self.is_postgres:
            alone = self.rounds(self.plan.one_restaurant_rounds, self.restaurants[:1], scripts, {})
            answer["one_restaurant"] = alone.figures()
            answer["statements_per_confirm"] = {
                "confirm": self.statements(),
                **{name: script.statements for name, script in scripts.items()},
            }
        if self.earlier:
            answer["earlier"]["commit"] = self.earlier.commit
        if self.peer:
            answer["peer"]["version"] = self.peer.version
        answer["parts_ms"] = self.parts(scripts)
        return answer

    def scripts(self) -> dict[str, Script]:
        """pgbench's scripts."""
        from bench.pgbench import before, one_statement

        return {"one_statement": one_statement(self.guests(1)[0]), "before": before()}

    def others(self) -> dict[str, Callable[[Guests], Confirms]]:
        """The other web servers that get the load in each round."""
        others: dict[str, Callable[[Guests], Confirms]] = {}
        if self.earlier:
            earlier = self.earlier
            others["earlier"] = lambda guests: self.confirm(guests, earlier.port, earlier.pid)
        if self.peer:
            others["peer"] = self.confirm_by_peer
        return others

    def rounds(
        self,
        number: int,
        restaurants: Sequence[int],
        scripts: dict[str, Script],
        others: dict[str, Callable[[Guests], Confirms]],
    ) -> Rounds:
        """Measure everything in turn, `number` times."""
        seen = Rounds(pgbench={name: [] for name in scripts})
        for turn in range(number):
            guests = self.guests(self.plan.confirms, restaurants)
            empty = run_load(self.port, self.empty(guests[:32]), self.plan.connections, self.plan.seconds)
            seen.empties.append(empty.only(200, "ok"))
            seen.ours.append(self.confirm(guests))
            rates = {"confirms": seen.ours[-1].per_second, "empty view": empty.per_second}
            for name, script in scripts.items():
                seen.pgbench[name].append(self.pgbench(script, restaurants, self.plan.connections)[0])
                rates[f"pgbench {name}"] = seen.pgbench[name][-1]
            for name, load in others.items():
                loads: list[Confirms] = getattr(seen, name)
                loads.append(load(self.guests(self.plan.confirms, restaurants)))
                rates[name] = loads[-1].per_second
            shown = ", ".join(f"{name} {rate:.0f}/s" for name, rate in rates.items())
            say(f"{self.kind}, {len(restaurants)} restaurants, round {turn + 1} of {number}: {shown}")
        return seen

    def confirm(self, guests: Guests, port: int = 0, pid: int = 0) -> Confirms:
        """Deliver every guest's event, with repetitions, until the round's time is up; to our server unless named."""
        from bench.deliveries import deliveries, with_repetitions

        requests = with_repetitions(deliveries(guests))
        load, web, base = self._load(port or self.port, pid or self.pid, requests)
        if set(load.words) - {"settled", "duplicate"}:
            raise RuntimeError(f"Expected settled or duplicate only, got {load.words}.")
        return Confirms(load, load.words["settled"], web, base)

    def confirm_by_peer(self, guests: Guests) -> Confirms:
        """Deliver the same to the peer."""
        from bench.deliveries import deliveries, with_repetitions

        assert self.peer is not None
        before = self.peer.orders()
        requests = with_repetitions(deliveries(guests, self.peer.path))
        load, web, base = self._load(self.peer.port, self.peer.pid, requests)
        return Confirms(load, self.peer.orders() - before, web, base)

    def _load(self, port: int, pid: int, requests: Sequence[bytes]) -> tuple[Report, float, float]:
        """The report, and the CPU seconds of the web server and the database server."""
        web, base = cpu_seconds(pid), self.database_cpu()
        load = run_load(port, requests, self.plan.connections, self.plan.confirm_seconds, once=True)
        return load.only(200), cpu_seconds(pid) - web, self.database_cpu() - base

    def empty(self, guests: Guests) -> list[bytes]:
        """The same requests to the empty view, which ignores them."""
        from bench.deliveries import deliveries

        return deliveries(guests, "/bench/empty/")

    def statements(self) -> float:
        """Statements per confirm under the full load, without repetitions."""
        from bench.deliveries import deliveries
        from bench.statements import count_statements

        requests = deliveries(self.guests(self.plan.counted))
        confirmed: list[int] = []

        def work() -> None:
            load = run_load(
                self.port, requests, self.plan.connections, self.plan.confirm_seconds, once=True
            ).only(200, "settled")
            confirmed.append(load.requests)

        return round(count_statements(self.url, work) / confirmed[0], 2)

    def pgbench(self, script: Script, restaurants: Sequence[int], clients: int) -> tuple[float, float]:
        """Confirm with pgbench; returns transactions per second and average latency. RuntimeError for missing rows."""
        from bench.pgbench import Orders, run_pgbench
        from bench.restaurants import PAYMENT, row_id
        from duitpos.models import Payment

        assert self.programs is not None
        # Odd, so that clients in lockstep never use the same restaurant.
        each = max(2, self.plan.transactions // self.plan.connections) | 1
        guests = self.guests(each * clients, restaurants)
        orders = Orders(guests[0].order, each, clients, len(restaurants))
        rates = run_pgbench(self.programs, self.url, script, orders)
        ids = [row_id(PAYMENT, guest.order) for guest in guests]
        tenants = {row_id(1, guest.restaurant) for guest in guests}
        done = Payment.objects.filter(
            tenant_id__in=tenants, id__in=ids, status="succeeded", order__status="placed"
        ).count()
        if done != len(guests):
            raise RuntimeError(f"pgbench confirmed {done} of {len(guests)} orders.")
        return rates

    def parts(self, scripts: dict[str, Script]) -> dict[str, float]:
        """Milliseconds of each part of a confirm, with one request at a time."""
        from bench.deliveries import deliveries
        from bench.parts import take_apart

        number = self.plan.parts
        guests = self.guests(number)
        empty = run_load(self.port, self.empty(guests), 1, self.plan.seconds).only(200, "ok")
        alone = run_load(self.port, deliveries(guests), 1, self.plan.confirm_seconds, once=True)
        parts = {name: round(value, 3) for name, value in asdict(take_apart(self.guests(number))).items()}
        over_http = {
            "one_connection": round(alone.only(200, "settled").p50_ms, 3),
            "empty_view_one_connection": round(empty.p50_ms, 3),
        }
        for name, script in scripts.items():
            over_http[f"pgbench_{name}_one_client"] = self.pgbench(script, self.restaurants, 1)[1]
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
