"""Writes bench/results/README.md from the JSON files in that folder."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.confirm_report import (
    confirm_aims,
    of_paths_postgres,
    of_paths_sqlite,
    of_postgres,
    of_sqlite,
)
from bench.demo_report import demo_aims, of_demo
from bench.machine import QUIET
from bench.obstacles import of_menu
from bench.outages import of_hanging, of_restart, outage_aims
from bench.reports_report import of_reports, reports_aims
from bench.tables import Aim, at_least, row, shown

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
        "confirm-postgres": of_postgres,
        "confirm-sqlite": of_sqlite,
        "paths-postgres": of_paths_postgres,
        "paths-sqlite": of_paths_sqlite,
        "menu": _menu,
        "demo": of_demo,
        "hanging": of_hanging,
        "restart": of_restart,
        "reports": of_reports,
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
    yield row(["aim", "", "measured", ""])
    yield row(["---"] * 4)
    for aim in _all_aims(results):
        yield row([aim.what, aim.aim, aim.reached, "reached" if aim.is_reached else "**missed**"])
    yield ""


def _all_aims(results: dict[str, Json]) -> Iterator[Aim]:
    yield from confirm_aims(results)
    if "menu" in results:
        menu = results["menu"]
        yield at_least("menu page, of an empty view", menu["full"]["of_empty_view"], 0.8)
        yield at_least(
            "menu page not modified (304), of an empty view", menu["not_modified"]["of_empty_view"], 0.8
        )
        view = menu["first_view"]
        sent, most = view["bytes"], view["budget_bytes"]
        yield Aim("a guest's first view", f"at most {most:,} bytes", f"{sent:,} bytes", sent <= most)
    yield from demo_aims(results)
    yield from outage_aims(results)
    yield from reports_aims(results)


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
    yield row(["", *columns])
    yield row(["---"] * (1 + len(columns)))
    for label, name in (
        ("requests", "per_second"),
        ("p50", "p50"),
        ("p99", "p99"),
        ("**of the empty view** (aim 0.8 for full and 304)", "of_empty_view"),
    ):
        yield row([label, *(shown(column[name]) if name in column else "" for column in columns.values())])
    view = result["first_view"]
    yield (
        f"\nA guest's first view, bodies only (aim {view['budget_bytes']:,} bytes): **{view['bytes']:,} bytes** for a"
        f" current browser, {view['gzip_bytes']:,} for one that accepts only gzip.\n"
    )
    yield row(["part", "current browser", "gzip only"])
    yield row(["---"] * 3)
    for name, part in view["parts"].items():
        yield row([name, f"{part['bytes']:,} ({part['encoding']})", f"{part['gzip']:,}"])
    yield ""
    yield from of_menu(result)
