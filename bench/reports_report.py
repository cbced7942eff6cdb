"""The report's section on revenue reports."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bench.tables import Aim, row

Json = dict[str, Any]


def reports_aims(results: dict[str, Json]) -> Iterator[Aim]:
    """How long the slowest kind of report takes."""
    if "reports" not in results:
        return
    result = results["reports"]
    worst = max(one["p95_ms"] for one in result["reports"].values())
    aim = result["aim_ms"]
    yield Aim("a revenue report, 95 of 100", f"at most {aim:g} ms", f"{worst:g} ms", worst <= aim)


def of_reports(result: Json) -> Iterator[str]:
    """Every report, the growing history, and the job."""
    yield "## Revenue reports\n"
    yield (
        f"Totals of {result['orders']:,} orders: {result['locations']} locations, {result['days']} days. Each report by"
        " every dimension, several times, without the page around it; with it come the period before and the same"
        " weekdays.\n"
    )
    yield row(["period", "p50", f"p95 (aim {result['aim_ms']:g} ms)", "slowest", ""])
    yield row(["---"] * 5)
    for name, one in result["reports"].items():
        yield row(
            [name, f"{one['p50_ms']} ms", f"{one['p95_ms']} ms", one["slowest"], f"{one['slowest_ms']} ms"]
        )
    yield "\nOne month by dish, all locations, while the history grows:\n"
    yield row(["months of history", "p50", "p95"])
    yield row(["---"] * 3)
    for one in result["history"]:
        spent = one["month_by_item_ms"]
        yield row([str(one["months"]), f"{spent['p50_ms']} ms", f"{spent['p95_ms']} ms"])
    job = result["job_ms"]
    yield f"\nTo sum one day of a location with 137 orders takes {job['p50_ms']} ms (p95 {job['p95_ms']} ms).\n"
