"""The report's section on the demo."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bench.tables import Aim, at_most, row, shown

Json = dict[str, Any]


def demo_aims(results: dict[str, Json]) -> Iterator[Aim]:
    """How soon the demo is there, and how much memory it takes."""
    if "demo" not in results:
        return
    result = results["demo"]
    yield at_most("the demo's second start", result["seconds"], result["aim_seconds"], "s")
    if result["memory"]:
        yield at_most("memory of the whole demo", result["memory"], result["aim_mib"], "MiB")


def of_demo(result: Json) -> Iterator[str]:
    """Its second start and its memory."""
    yield "## The demo\n"
    yield (
        "`duitpos demo` once more, with its database from an earlier start, until the guest's page answers. Memory is"
        " the proportional set size of all its processes (what several share counts once), after the worker has begun"
        f" and every kind of page was viewed {result['views']} times.\n"
    )
    yield row(["", "measured"])
    yield row(["---"] * 2)
    yield row([f"until the page answers (aim {result['aim_seconds']:g} s)", shown(result["seconds"])])
    yield row(["CPU time until then", shown(result["cpu"])])
    memory = shown(result["memory"]) if result["memory"] else "not measured: this system has no /proc"
    yield row([f"memory (aim {result['aim_mib']:g} MiB)", memory])
    yield ""
