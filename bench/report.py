"""The results as a page for people: bench/results/README.md, made from the JSON files beside it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from bench.figures import Figure

Json = dict[str, Any]

_INTRODUCTION = """\
# What was measured

Made by `make bench`; do not edit. Server, database, client and pgbench share this one machine. A figure is the median
of several rounds, with the lowest and highest round in brackets; a ratio is formed within each round, so that both
sides had the same minutes. On a machine with other work the rates fall and the ratios move by a tenth or two: compare
ratios, and compare rates only with rates of the same run.
"""


def write_report(folder: Path) -> None:
    """Write README.md from what is in the folder. A question that was never measured is left out."""
    results = {file.stem: json.loads(file.read_text()) for file in sorted(folder.glob("*.json"))}
    parts = [_INTRODUCTION, *_machine(results["machine"])]
    if "confirm-postgres" in results:
        parts += _confirm_postgres(results["confirm-postgres"])
    if "confirm-sqlite" in results:
        parts += _confirm_sqlite(results["confirm-sqlite"])
    if "menu" in results:
        parts += _menu(results["menu"])
    (folder / "README.md").write_text("\n".join(parts).rstrip() + "\n")


def _machine(facts: Json) -> Iterator[str]:
    libraries = ", ".join(f"{name} {number}" for name, number in facts["libraries"].items())
    yield (
        f"{facts['measured_at']}: {facts['cores']} cores ({facts['processor']}), {facts['memory_gib']} GiB,"
        f" {facts['system']}, Python {facts['python']}, PostgreSQL {facts['postgresql']}, {libraries}."
        f" Load before it began: {facts['load_before']} of {facts['cores']}."
    )
    if facts["is_quick"]:
        yield "\n**A quick run: it shows that the benchmark works, and its figures say nothing.**"
    yield ""


def _confirm_postgres(result: Json) -> Iterator[str]:
    yield "## Confirmed orders, PostgreSQL\n"
    yield (
        "Signed `checkout.session.completed` deliveries over 16 kept-alive connections to `duitpos web` (granian, 2"
        " workers, production settings); PostgreSQL with fsync. pgbench runs the statements that one confirm was seen"
        " to send (the server's log), 16 clients, simple protocol, on the same server. The empty view gets the same"
        " requests.\n"
    )
    columns = {f"{result['restaurants']} restaurants": result, "one restaurant": result["one_restaurant"]}
    yield from _rates_table(columns, with_peer=True)
    yield (
        "\n`one restaurant`: every order of the load takes its number from the same row, so that commits queue behind"
        " one another. Processor time is per confirm.\n"
    )
    yield from _parts(result["parts_ms"])
    yield "<details><summary>The statements of one confirm, as the server's log had them</summary>\n\n```sql"
    yield from (f"{statement};" for statement in result["statements"])
    yield "```\n\n</details>\n"


def _confirm_sqlite(result: Json) -> Iterator[str]:
    yield "## Confirmed orders, SQLite\n"
    yield "The same load; one file, WAL, IMMEDIATE, synchronous=FULL: one writer at a time.\n"
    yield from _rates_table({f"{result['restaurants']} restaurants": result}, with_peer=False)
    yield ""
    yield from _parts(result["parts_ms"])


def _rates_table(columns: dict[str, Json], with_peer: bool) -> Iterator[str]:
    rows = {
        "orders confirmed": "confirms_per_second",
        "pgbench, same statements": "pgbench_per_second",
        "**of pgbench** (aim 0.25)": "of_pgbench",
        "empty view": "empty_view_per_second",
        "of the empty view": "of_empty_view",
        "p50 at 16 connections": "p50",
        "p99 at 16 connections": "p99",
        "processor time, web": "web_cpu",
        "processor time, database": "database_cpu",
        "processor time, load client": "client_cpu",
    }
    if not with_peer:
        rows = {
            ("**orders confirmed** (aim 400/s)" if name == "confirms_per_second" else label): name
            for label, name in rows.items()
        }
    yield _row(["", *columns])
    yield _row(["---"] * (len(columns) + 1))
    for label, name in rows.items():
        if all(name in column for column in columns.values()):
            yield _row([label, *(_figure(column[name]) for column in columns.values())])


def _parts(parts: Json) -> Iterator[str]:
    yield "Cost of one confirm, part by part (one request at a time, in one process, milliseconds on average):\n"
    yield _row(["part", "ms"])
    yield _row(["---", "---"])
    yield _row(
        [
            "HTTP: server, sockets, loopback (empty view over HTTP less the next row)",
            _ms(parts["empty_view_one_connection"] - parts["framework"]),
        ]
    )
    yield _row(["Django and middleware (empty view in process)", _ms(parts["framework"])])
    yield _row(["signature, account's secret, reading the event", _ms(parts["verify"])])
    yield _row(["making statements and rows, the domain's rules (Python)", _ms(parts["orm"])])
    waiting = f"{parts['statements']:.1f} statements and COMMIT (driver and database)"
    yield _row([waiting, _ms(parts["database"])])
    yield _row(["**whole, in process**", _ms(parts["whole"])])
    yield _row(["over HTTP, one connection (p50)", _ms(parts["one_connection"])])
    if "pgbench_one_client" in parts:
        yield _row(["pgbench, one client, the same statements", _ms(parts["pgbench_one_client"])])
    yield ""


def _menu(result: Json) -> Iterator[str]:
    yield "## The menu page\n"
    yield (
        "The demo's menu on PostgreSQL, 2 workers, 16 connections. `full`: a new phone, gzip. `304`: a phone that has"
        " the page. The empty view runs behind the same middleware.\n"
    )
    columns = {"empty view": result["empty_view"], "full": result["full"], "304": result["not_modified"]}
    yield _row(["", *columns])
    yield _row(["---"] * 4)
    for label, name in (
        ("requests", "per_second"),
        ("p50", "p50"),
        ("p99", "p99"),
        ("**of the empty view** (aim 0.6)", "of_empty_view"),
    ):
        yield _row([label, *(_figure(column[name]) if name in column else "" for column in columns.values())])
    view = result["first_view"]
    yield (
        f"\nA guest's first view, bodies only (aim {view['budget_bytes']:,} bytes):"
        f" **{view['gzip_bytes']:,} bytes with gzip**, {view['brotli_bytes']:,} with brotli.\n"
    )
    yield _row(["part", "gzip", "brotli"])
    yield _row(["---"] * 3)
    for name, sizes in view["parts"].items():
        yield _row([name, f"{sizes['gzip']:,}", f"{sizes['brotli']:,}"])


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _figure(plain: Json) -> str:
    return str(Figure(**plain))


def _ms(value: float) -> str:
    return f"{value:.2f}"
