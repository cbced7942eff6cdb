"""Report sections on a processor that hangs and a database that restarts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bench.tables import Aim

Json = dict[str, Any]


def outage_aims(results: dict[str, Json]) -> Iterator[Aim]:
    """The aims for outages of the processor and the database."""
    if "hanging" in results:
        during, most = results["hanging"]["bounded"]["during"], results["hanging"]["aim_ms"]
        for name in ("menu", "board"):
            slowest = during[name]["slowest_ms"]
            what = f"slowest {name} while a processor hangs"
            yield Aim(what, f"at most {most:,.0f} ms", f"{slowest:,.0f} ms", slowest <= most)
    if "restart" in results:
        after, count = results["restart"]["checked"]["after"], results["restart"]["afterwards"]
        served = sum(number for status, number in after.items() if status in ("200", "404"))
        what = "served right after a restart of PostgreSQL"
        yield Aim(what, f"{count} of {count}", f"{served} of {count}", served == count)


def of_hanging(result: Json) -> Iterator[str]:
    """Menus and boards while guests wait for a processor that never responds."""
    yield "## A processor that hangs\n"
    yield (
        f"{result['guests']} guests press Pay at once, and the processor accepts every call and never responds."
        " Meanwhile the menu and the kitchen's poll are requested together, over 4 connections each. `without`: without"
        " the limit on threads that may wait (decision 0012).\n"
    )
    yield "| | menu, p50 / p99 / slowest ms | board, p50 / p99 / slowest ms |"
    yield "| --- | --- | --- |"
    for name in ("bounded", "without"):
        for when in ("before", "during"):
            pages = result[name][when]
            cells = [
                f"{pages[page]['p50_ms']:,} / {pages[page]['p99_ms']:,} / {pages[page]['slowest_ms']:,}"
                for page in ("menu", "board")
            ]
            yield f"| {name}, {when} | {cells[0]} | {cells[1]} |"
    for name in ("bounded", "without"):
        told = result[name]
        yield (
            f"\nThe guests' responses, {name}: {_statuses(told['guests'])}; median {told['guests_p50_ms']:,} ms,"
            f" slowest {told['guests_slowest_ms']:,} ms."
        )
    yield ""


def of_restart(result: Json) -> Iterator[str]:
    """Requests served while PostgreSQL is restarted and while it is stopped."""
    yield "## PostgreSQL restarts under load\n"
    yield (
        "Order pages (404) and the kitchen's poll (200), which query the database every time. PostgreSQL is restarted"
        f" (fast), and {result['afterwards']} requests follow at once; then it is stopped under load for"
        f" {result['away_seconds']:g} seconds. `without`: pooled connections are not checked first (decision 0010).\n"
    )
    yield "| | before | right after a restart | while it is stopped | median / slowest ms then |"
    yield "| --- | --- | --- | --- | --- |"
    for name in ("checked", "without"):
        told = result[name]
        yield (
            f"| {name} | {_statuses(told['before'])} | {_statuses(told['after'])} in {told['after_seconds']:g} s |"
            f" {_statuses(told['during'])} | {told['during_p50_ms']:,} / {told['during_slowest_ms']:,} |"
        )
    yield ""


def _statuses(seen: dict[str, int]) -> str:
    return ", ".join(f"{number:,} × {status}" for status, number in sorted(seen.items()))
