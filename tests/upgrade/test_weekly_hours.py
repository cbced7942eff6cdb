"""Migration 0037 there and back, on both databases: one pair of times becomes a week."""

from __future__ import annotations

from datetime import time

import pytest

from duitpos.domain.tenancy.week import every_day
from duitpos.kit.tenancy import across_tenants
from duitpos.models import Location
from tests.support.restaurant import a_location, a_restaurant
from tests.upgrade.steps import go_forward, go_to, model_at

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
BEFORE = ("duitpos", "0034_people")
PAIRS: dict[str, tuple[time | None, time | None]] = {
    "always": (None, None),
    "equal": (time(7), time(7)),
    "day": (time(8, 30), time(22)),
    "night": (time(18), time(2)),
    "to-midnight": (time(10), None),
    "from-midnight": (None, time(15, 45)),
}


def test_there_and_back() -> None:
    tenants = [a_restaurant("kopi").tenant, a_restaurant("teh").tenant]
    for tenant in tenants:
        for slug in PAIRS:
            a_location(tenant, slug)
        split = [[[480, 900], [1080, 1560]], [], *[[[0, 1440]]] * 5]
        a_location(tenant, "split", weekly_hours=split)
    try:
        go_to(BEFORE)
        former = model_at([BEFORE], "Location").objects
        with across_tenants("a test reads and writes every row"):
            kept = former.filter(slug="split").values_list("opens_at", "closes_at")
            assert list(kept) == [(time(8), time(2))] * 2
            for slug, (opens, closes) in PAIRS.items():
                assert former.filter(slug=slug).update(opens_at=opens, closes_at=closes) == 2
    finally:
        go_forward()
    for tenant in tenants:
        found = dict(Location.objects.filter(tenant=tenant).values_list("slug", "weekly_hours"))
        assert {slug: found[slug] for slug in PAIRS} == {slug: every_day(*PAIRS[slug]) for slug in PAIRS}
