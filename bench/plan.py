"""The sizes of a run: large enough for stable figures, small enough to end within minutes."""

from __future__ import annotations

import sys
from dataclasses import dataclass

REPEATED = 50
"""After so many deliveries one is repeated, as Stripe does."""


@dataclass(frozen=True)
class Plan:
    """Sizes of one run. Loads are bounded by a count or by seconds, whichever comes first."""

    rounds: int
    connections: int = 16
    workers: int = 2
    restaurants: int = 50
    confirms: int = 1600
    """Signed webhooks per round; each confirms one order."""
    confirm_seconds: float = 6.0
    """The time limit of a round of confirms."""
    one_restaurant_rounds: int = 3
    transactions: int = 2400
    """pgbench's transactions per round."""
    seconds: float = 2.5
    """The duration of one load of pages."""
    parts: int = 300
    """Confirms whose parts are measured in one process."""
    demo_starts: int = 3
    locations: int = 200
    """Locations whose revenue is reported, each with `report_days` of history."""
    report_days: int = 365
    counted: int = 400
    """Confirms whose statements are counted under the full load."""
    has_peer: bool = True
    """Whether the peer is measured too. Its installation takes about two minutes."""


FULL = Plan(rounds=5)
QUICK = Plan(
    rounds=1,
    restaurants=4,
    confirms=64,
    one_restaurant_rounds=1,
    transactions=64,
    seconds=0.3,
    parts=10,
    counted=64,
    demo_starts=1,
    locations=3,
    report_days=70,
    has_peer=False,
)


def say(words: str) -> None:
    """Print progress to standard error."""
    print(f"  {words}", file=sys.stderr, flush=True)
