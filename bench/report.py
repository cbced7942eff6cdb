"""Writes bench/results/README.md from the JSON files in that folder."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from bench.figures import Figure
from bench.machine import QUIET
from bench.obstacles import of_confirms, of_menu
from bench.outages import Aim, of_hanging, of_restart, outage_aims

Json = dict[str, Any]

_INTRODUCTION = """\
# Measurements

Written by `make bench`; do not edit. Server, database, client and pgbench share one machine. A figure is the median of
several rounds, with the lowest and highest round in brackets; a ratio is computed within each round, so that both
values were measured at about the same time. On a busy machine the rates fall and the ratios change by a tenth or two:
compare ratios, and compare rates only with rates of the same run.
"""


def write_report(folder: Path) -> None:
    """Write README.md from the folder's JSON files. Questions without a file are left out."""
    files = {file.stem: json.loads(file.read_text()) for file in sorted(folder.glob("*.json"))}
    sections = {
        "confirm-postgres": _confirm_postgres,
        "confirm-sqlite": _confirm_sqlite,
        "menu": _menu,
        "orm": _orm,
        "hanging": of_hanging,
        "restart": of_restart,
    }
    results = {name: files[name] for name in sections if name in files}
    parts = [_INTRODUCTION, *_warnings(results), *_aims(results)]
    for name, result in results.items():
        parts += sections[name](result)
        parts += _machine(result)
    (folder / "README.md").write_text("\n".join(parts).rstrip() + "\n")


def _warnings(results: dict[str, Json]) -> Iterator[str]:
    quick = [name for name, result in results.items() if result["is_quick"]]
    busy = [name for name, result in results.items() if result["machine"]["was_busy"]]
    if quick:
        yield f"**A quick run ({', '.join(quick)}) only checks that the benchmark works; ignore its figures.**\n"
    if busy:
        yield (
            f"**Measured on a machine with other work ({', '.join(busy)}: load above {QUIET} per core before it began):"
            " expect better figures on an idle one.**\n"
        )


def _machine(result: Json) -> Iterator[str]:
    facts = result["machine"]
    libraries = ", ".join(f"{name} {number}" for name, number in facts["libraries"].items())
    disk = f"{facts['file_system'] or 'unknown'} file system, {facts['flush_ms']} ms to flush 8 KB"
    yield (
        f"Measured {facts['measured_at']}: {facts['cores']} cores ({facts['processor']}), {facts['memory_gib']} GiB,"
        f" {disk}, {facts['system']}, Python {facts['python']}, PostgreSQL {facts['postgresql']}, {libraries}."
        f" Load before the run began: {facts['load_before']} on {facts['cores']} cores.\n"
    )


def _aims(results: dict[str, Json]) -> Iterator[str]:
    yield "## Aims\n"
    yield _row(["aim", "", "measured", ""])
    yield _row(["---"] * 4)
    for aim in _all_aims(results):
        yield _row([aim.what, aim.aim, aim.reached, "reached" if aim.is_reached else "**missed**"])
    yield ""


def _all_aims(results: dict[str, Json]) -> Iterator[Aim]:
    if "confirm-postgres" in results:
        yield _at_least("confirms, of pgbench", results["confirm-postgres"]["of_pgbench"], 0.25)
    if "confirm-sqlite" in results:
        yield _at_least("confirms on SQLite", results["confirm-sqlite"]["confirms_per_second"], 400, "/s")
    if "menu" in results:
        menu = results["menu"]
        yield _at_least("menu page, of an empty view", menu["full"]["of_empty_view"], 0.8)
        yield _at_least(
            "menu page not modified (304), of an empty view", menu["not_modified"]["of_empty_view"], 0.8
        )
        view = menu["first_view"]
        sent, most = view["bytes"], view["budget_bytes"]
        yield Aim("a guest's first view", f"at most {most:,} bytes", f"{sent:,} bytes", sent <= most)

    yield from outage_aims(results)


def _at_least(what: str, plain: Json, aim: float, unit: str = "") -> Aim:
    return Aim(what, f"at least {aim:g} {unit}".strip(), _figure(plain), plain["median"] >= aim)


def _confirm_postgres(result: Json) -> Iterator[str]:
    plan, average = result["plan"], result["statements_per_confirm"]
    yield "## Confirmed orders, PostgreSQL\n"
    yield (
        f"Signed `checkout.session.completed` deliveries over {plan['connections']} kept-alive connections to"
        f" `duitpos web` (granian, {plan['workers']} workers, production settings); PostgreSQL with fsync. pgbench"
        f" runs the statements that nearly all of {result['confirms_recorded']} consecutive confirms sent (from the"
        f" server's log); {plan['connections']} clients, simple protocol, on the same server."
        " The empty view gets the same requests.\n"
    )
    columns = {f"{result['restaurants']} restaurants": result, "one restaurant": result["one_restaurant"]}
    yield from _rates_table(columns, plan, with_peer=True)
    yield (
        "\n`one restaurant`: every order of the load takes its number from the same row, so that commits wait for one"
        " another. CPU time is per confirm.\n"
    )
    yield (
        f"Statements per confirm, BEGIN and COMMIT included: {average['confirm']} under the full load,"
        f" {average['pgbench']} by pgbench.\n"
    )
    yield from _parts(result["parts_ms"])
    yield from of_confirms(result)
    yield "<details><summary>The statements of a warm confirm, from the server's log</summary>\n\n```sql"
    yield from (f"{statement};" for statement in result["statements"])
    yield "```\n"
    if result["statements_left_out"]:
        yield "Sent by only some confirms, so not by pgbench:\n\n```sql"
        for statement, share in result["statements_left_out"].items():
            yield f"{statement}; -- {share:.0%} of them"
        yield "```\n"
    yield "</details>\n"


def _confirm_sqlite(result: Json) -> Iterator[str]:
    yield "## Confirmed orders, SQLite\n"
    yield "The same load; one file, WAL, IMMEDIATE, synchronous=FULL: one writer at a time.\n"
    yield from _rates_table({f"{result['restaurants']} restaurants": result}, result["plan"], with_peer=False)
    yield ""
    yield from _parts(result["parts_ms"])
    yield from of_confirms(result)


def _rates_table(columns: dict[str, Json], plan: Json, with_peer: bool) -> Iterator[str]:
    connections = plan["connections"]
    rows = {
        "orders confirmed": "confirms_per_second",
        "pgbench, same statements": "pgbench_per_second",
        "**of pgbench** (aim 0.25)": "of_pgbench",
        "empty view": "empty_view_per_second",
        "of the empty view": "of_empty_view",
        f"p50 at {connections} connections": "p50",
        f"p99 at {connections} connections": "p99",
        "CPU time, web": "web_cpu",
        "CPU time, database": "database_cpu",
        "CPU time, load client": "client_cpu",
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
    yield "Cost of one confirm by part (one request at a time, in one process, average milliseconds):\n"
    yield _row(["part", "ms"])
    yield _row(["---", "---"])
    yield _row(
        [
            "HTTP: server, sockets, loopback (empty view over HTTP minus the next row)",
            _ms(parts["empty_view_one_connection"] - parts["framework"]),
        ]
    )
    yield _row(["Django and middleware (empty view in process)", _ms(parts["framework"])])
    yield _row(["signature, account's secret, parsing the event", _ms(parts["verify"])])
    yield _row(["building statements and rows, the domain's rules (Python)", _ms(parts["orm"])])
    waiting = f"{parts['statements']:.1f} statements and COMMIT (driver and database)"
    yield _row([waiting, _ms(parts["database"])])
    yield _row(["**whole, in process**", _ms(parts["whole"])])
    yield _row(["over HTTP, one connection (p50)", _ms(parts["one_connection"])])
    if "pgbench_one_client" in parts:
        yield _row(["pgbench, one client, the same statements", _ms(parts["pgbench_one_client"])])
    yield ""


def _menu(result: Json) -> Iterator[str]:
    plan = result["plan"]
    yield "## The menu page\n"
    yield (
        f"The demo's menu on PostgreSQL, {plan['workers']} workers, {plan['connections']} connections. `full`: a new"
        " phone, brotli. `304`: a phone that has the page. `scan`: the redirect from the table's code to the page."
        " `phone`: the stylesheet that sets a new phone's cookie. The empty view runs behind the same middleware.\n"
    )
    columns = {
        "empty view": result["empty_view"],
        "full": result["full"],
        "304": result["not_modified"],
        "scan": result["scan"],
        "phone": result["phone"],
    }
    yield _row(["", *columns])
    yield _row(["---"] * (1 + len(columns)))
    for label, name in (
        ("requests", "per_second"),
        ("p50", "p50"),
        ("p99", "p99"),
        ("**of the empty view** (aim 0.8 for full and 304)", "of_empty_view"),
    ):
        yield _row([label, *(_figure(column[name]) if name in column else "" for column in columns.values())])
    view = result["first_view"]
    yield (
        f"\nA guest's first view, bodies only (aim {view['budget_bytes']:,} bytes): **{view['bytes']:,} bytes** for a"
        f" current browser, {view['gzip_bytes']:,} for one that accepts only gzip.\n"
    )
    yield _row(["part", "current browser", "gzip only"])
    yield _row(["---"] * 3)
    for name, part in view["parts"].items():
        yield _row([name, f"{part['bytes']:,} ({part['encoding']})", f"{part['gzip']:,}"])
    yield ""
    yield from of_menu(result)


def _orm(result: Json) -> Iterator[str]:
    yield "## Precompiled statements compared with the ORM (decision 0009)\n"
    yield (
        "The same confirms in one process on PostgreSQL, in turn with `kit/statements.py` and with querysets in its"
        " place. CPU time of that process per confirm, without the database server's.\n"
    )
    yield _row(["", "per confirm"])
    yield _row(["---"] * 2)
    yield _row(["precompiled statements", _figure(result["made_once"])])
    yield _row(["the ORM", _figure(result["orm"])])
    yield _row(["ratio", _figure(result["orm_over_made_once"])])
    yield ""


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _figure(plain: Json) -> str:
    return str(Figure(**plain))


def _ms(value: float) -> str:
    return f"{value:.2f}"
