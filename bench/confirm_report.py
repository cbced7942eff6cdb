"""The report's sections on confirmed orders."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bench.obstacles import of_confirms
from bench.plan import REPEATED
from bench.tables import Aim, at_least, at_most, row, shown

Json = dict[str, Any]

_OF_ONE, _OF_BEFORE = 0.45, 0.9
_WEB_MS, _DATABASE_MS = 2.5, 2.0
_OVER_EARLIER, _OVER_PEER = 2.0, 3.0
"""The aims."""

_LOAD = {
    "orders confirmed": "confirms_per_second",
    "p50": "p50",
    "p99": "p99",
    "CPU time, web": "web_cpu",
    "CPU time, database": "database_cpu",
    "CPU time, load client": "client_cpu",
}


def confirm_aims(results: dict[str, Json]) -> Iterator[Aim]:
    """Rates compared with what else ran in the same rounds, and CPU time."""
    if "confirm-postgres" in results:
        result = results["confirm-postgres"]
        yield at_least(
            "confirms, of pgbench with the one statement", result["of_pgbench_one_statement"], _OF_ONE
        )
        yield at_least(
            "confirms, of pgbench with the statements before", result["of_pgbench_before"], _OF_BEFORE
        )
        yield at_most("a confirm's CPU time, web", result["web_cpu"], _WEB_MS, "core-ms")
        yield at_most("a confirm's CPU time, database", result["database_cpu"], _DATABASE_MS, "core-ms")
        if "peer" in result:
            yield at_least(
                f"confirms, of {result['peer']['version']}", result["peer"]["ours_over_it"], _OVER_PEER
            )
    if "earlier" in results.get("confirm-sqlite", {}):
        earlier = results["confirm-sqlite"]["earlier"]
        yield at_least(
            f"confirms on SQLite, of commit {earlier['commit']}", earlier["ours_over_it"], _OVER_EARLIER
        )


def of_postgres(result: Json) -> Iterator[str]:
    """Confirms on PostgreSQL, pgbench, the peer."""
    plan, sent = result["plan"], result["statements_per_confirm"]
    yield "## Confirmed orders, PostgreSQL\n"
    yield (
        f"Signed `checkout.session.completed` deliveries over {plan['connections']} kept-alive connections to"
        f" `duitpos web` (granian, {result['workers']} workers, production settings); PostgreSQL with fsync."
        f" After {REPEATED} deliveries one is repeated, as Stripe does: it is not counted as a confirm, but its CPU"
        " time is."
        " The empty view gets the same requests.\n"
    )
    yield (
        f"pgbench confirms other orders on the same server with {plan['connections']} clients, in two ways:"
        " `one statement` is the confirm's own (decision 0019), prepared, a transaction by itself; `before` is what a"
        " confirm sent before that decision ([the script](../samples/confirm_before.sql)), one after another, not"
        " prepared.\n"
    )
    columns = {f"{result['restaurants']} restaurants": result, "one restaurant": result["one_restaurant"]}
    yield from _rates_table(columns, plan)
    yield (
        "\n`one restaurant`: every order of the load takes its number from the same row, so that commits wait for one"
        " another. CPU time is per confirm.\n"
    )
    yield (
        f"Statements per confirm, BEGIN and COMMIT included: {sent['confirm']} under the full load, without repetitions"
        f" (pgbench: {sent['one_statement']} and {sent['before']}).\n"
    )
    yield from _earlier(result)
    yield from _peer(result)
    yield from _parts(result["parts_ms"])
    yield from of_confirms(result)


def of_sqlite(result: Json) -> Iterator[str]:
    """Confirms on SQLite."""
    yield "## Confirmed orders, SQLite\n"
    yield (
        "The same load; one web process; one file, WAL, IMMEDIATE, synchronous=FULL: one writer at a time.\n"
    )
    yield from _rates_table({f"{result['restaurants']} restaurants": result}, result["plan"])
    yield ""
    yield from _earlier(result)
    yield from _parts(result["parts_ms"])
    yield from of_confirms(result)


def of_paths_postgres(result: Json) -> Iterator[str]:
    """One statement compared with the general path."""
    yield "## One statement compared with the general path, PostgreSQL (decision 0019)\n"
    yield (
        "The same confirms in one process, in turn as they are and with the statement switched off. CPU time of that"
        " process and of the database server per confirm.\n"
    )
    yield from _paths(result, "one statement")


def of_paths_sqlite(result: Json) -> Iterator[str]:
    """A few statements compared with the general path."""
    yield "## A few statements compared with the general path, SQLite (decision 0019)\n"
    yield "The same on SQLite, which cannot write inside WITH: the statement's parts one after another.\n"
    yield from _paths(result, "its parts one after another")


def _paths(result: Json, name: str) -> Iterator[str]:
    yield row(["", "per confirm"])
    yield row(["---"] * 2)
    yield row([name, shown(result["few_statements"])])
    yield row(["the general path", shown(result["general_path"])])
    yield row(["ratio", shown(result["general_over_few"])])
    yield ""


def _rates_table(columns: dict[str, Json], plan: Json) -> Iterator[str]:
    connections = plan["connections"]
    rows = {
        "orders confirmed": "confirms_per_second",
        "pgbench, one statement": "pgbench_one_statement",
        f"**of that** (aim {_OF_ONE:g})": "of_pgbench_one_statement",
        "pgbench, before": "pgbench_before",
        f"**of that** (aim {_OF_BEFORE:g}) ": "of_pgbench_before",
        "empty view": "empty_view_per_second",
        "of the empty view": "of_empty_view",
        f"p50 at {connections} connections": "p50",
        f"p99 at {connections} connections": "p99",
        "CPU time, web": "web_cpu",
        "CPU time, database": "database_cpu",
        "CPU time, load client": "client_cpu",
    }
    yield row(["", *columns])
    yield row(["---"] * (len(columns) + 1))
    for label, name in rows.items():
        if all(name in column for column in columns.values()):
            yield row([label.strip(), *(shown(column[name]) for column in columns.values())])


def _earlier(result: Json) -> Iterator[str]:
    if "earlier" not in result:
        return
    earlier = result["earlier"]
    yield f"Compared with commit {earlier['commit']}, whose server got the same load in the same rounds:\n"
    yield from _compared(result, earlier, f"commit {earlier['commit']}")


def _peer(result: Json) -> Iterator[str]:
    if "peer" not in result:
        yield "The peer was left out: this was a quick run, or it could not be installed.\n"
        return
    peer = result["peer"]
    yield (
        f"Compared with {peer['version']}, whose server got the same deliveries in the same rounds"
        " ([bench/peers](../peers/shop)): it verifies the signature, stores the event and makes one order row. It has"
        " no middleware to speak of, never asks Stripe, and knows no restaurants, numbers, ledger or outbox.\n"
    )
    yield from _compared(result, peer, str(peer["version"]))


def _compared(result: Json, other: Json, name: str) -> Iterator[str]:
    yield row(["", "now", name])
    yield row(["---"] * 3)
    for label, key in _LOAD.items():
        if key in result and key in other:
            yield row([label, shown(result[key]), shown(other[key])])
    yield row(["**rate, compared with it**", shown(other["ours_over_it"]), ""])
    yield ""


def _parts(parts: Json) -> Iterator[str]:
    yield "Cost of one confirm by part (one request at a time, in one process, average milliseconds):\n"
    yield row(["part", "ms"])
    yield row(["---", "---"])
    yield row(
        [
            "HTTP: server, sockets, loopback (empty view over HTTP minus the next row)",
            _ms(parts["empty_view_one_connection"] - parts["framework"]),
        ]
    )
    yield row(["Django and middleware (empty view in process)", _ms(parts["framework"])])
    yield row(["signature, account's secret, parsing the event", _ms(parts["verify"])])
    yield row(["building the parameters, the domain's rules (Python)", _ms(parts["rules"])])
    waiting = f"{parts['statements']:.1f} statements and the commit (driver and database)"
    yield row([waiting, _ms(parts["database"])])
    yield row(["**whole, in process**", _ms(parts["whole"])])
    yield row(["over HTTP, one connection (p50)", _ms(parts["one_connection"])])
    for label, name in (("the one statement", "one_statement"), ("the statements before", "before")):
        if f"pgbench_{name}_one_client" in parts:
            yield row([f"pgbench, one client, {label}", _ms(parts[f"pgbench_{name}_one_client"])])
    yield ""


def _ms(value: float) -> str:
    return f"{value:.2f}"
