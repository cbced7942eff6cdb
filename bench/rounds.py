"""What the rounds of `confirm` collect, and its figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.figures import Figure, figure
from bench.load import Report


@dataclass(frozen=True)
class Confirms:
    """One load of deliveries, and the CPU seconds that it took."""

    report: Report
    number: int
    """Confirmed orders; the other deliveries are repetitions."""
    web_seconds: float
    database_seconds: float

    @property
    def per_second(self) -> float:
        """Confirmed orders per second."""
        return self.number / self.report.seconds

    def per_confirm(self, seconds: float) -> float:
        """CPU time in milliseconds per confirmed order."""
        return seconds / self.number * 1000


@dataclass
class Rounds:
    """The loads of one database's rounds, in order; empty for what was left out."""

    ours: list[Confirms] = field(default_factory=list)
    earlier: list[Confirms] = field(default_factory=list)
    peer: list[Confirms] = field(default_factory=list)
    empties: list[Report] = field(default_factory=list)
    pgbench: dict[str, list[float]] = field(default_factory=dict)
    """Transactions per second of each script."""

    def figures(self) -> dict[str, Any]:
        """All figures, as JSON values."""
        rates = [one.per_second for one in self.ours]
        empties = [report.per_second for report in self.empties]
        figures = _of_load(self.ours) | {
            "empty_view_per_second": figure(empties, "/s"),
            "of_empty_view": figure(_ratios(rates, empties)),
        }
        for name, seen in self.pgbench.items():
            figures[f"pgbench_{name}"] = figure(seen, "/s")
            figures[f"of_pgbench_{name}"] = figure(_ratios(rates, seen))
        answer: dict[str, Any] = {name: value.to_json() for name, value in figures.items()}
        for name, loads in (("earlier", self.earlier), ("peer", self.peer)):
            if loads:
                other = _of_load(loads) | {
                    "ours_over_it": figure(_ratios(rates, [one.per_second for one in loads]))
                }
                answer[name] = {key: value.to_json() for key, value in other.items()}
        return answer


def _of_load(loads: Sequence[Confirms]) -> dict[str, Figure]:
    figures = {
        "confirms_per_second": figure([one.per_second for one in loads], "/s"),
        "p50": figure([one.report.p50_ms for one in loads], "ms"),
        "p99": figure([one.report.p99_ms for one in loads], "ms"),
        "web_cpu": figure([one.per_confirm(one.web_seconds) for one in loads], "core-ms"),
        "client_cpu": figure([one.per_confirm(one.report.client_cpu_seconds) for one in loads], "core-ms"),
    }
    if any(one.database_seconds for one in loads):
        figures["database_cpu"] = figure([one.per_confirm(one.database_seconds) for one in loads], "core-ms")
    return figures


def _ratios(ours: Sequence[float], theirs: Sequence[float]) -> list[float]:
    """The ratio of each round, whose two values were measured at about the same time."""
    return [mine / other for mine, other in zip(ours, theirs, strict=True)]
