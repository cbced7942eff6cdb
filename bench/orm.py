"""Question c: how much do precompiled statements save compared with the ORM (decision 0009)?

Only `kit/statements.py` is replaced: the domain's functions run unchanged, in turn with its statements and with
equivalent querysets. The figure is this process's CPU time, without the database server and without waiting.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from bench.databases import database
from bench.figures import figure
from bench.plan import Plan, say
from bench.server import enter_production, prepare

_KEPT = "DO NOTHING"


def measure(plan: Plan) -> dict[str, Any]:
    """CPU time per confirm both ways, as JSON values. Call it once per process, since it loads Django."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="duitpos-bench-")))
        enter_production(stack.enter_context(database("postgres", folder)), folder)
        prepare()
        return _compare(plan)


def _compare(plan: Plan) -> dict[str, Any]:
    from django.core.wsgi import get_wsgi_application

    from bench.parts import confirm, delivery_of
    from bench.restaurants import FIRST_ORDER, open_restaurants, seat_guests

    application, restaurants = get_wsgi_application(), open_restaurants(4)
    made_once: list[float] = []
    by_orm: list[float] = []
    for turn in range(plan.rounds + 1):
        for seen, way in ((made_once, None), (by_orm, through_the_orm)):
            first = FIRST_ORDER + (2 * turn + (way is not None)) * 100_000
            deliveries = [delivery_of(guest) for guest in seat_guests(restaurants, first, plan.parts)]
            with way() if way else ExitStack():
                began = time.process_time()
                for delivery in deliveries:
                    confirm(application, delivery)
                seen.append((time.process_time() - began) / len(deliveries) * 1000)
        if turn:
            say(
                f"round {turn} of {plan.rounds}: {made_once[-1]:.2f} core-ms a confirm, {by_orm[-1]:.2f} by the ORM"
            )
    # The first turn of each only fills caches and compiles statements.
    ours, theirs = made_once[1:], by_orm[1:]
    return {
        "made_once": figure(ours, "core-ms").to_json(),
        "orm": figure(theirs, "core-ms").to_json(),
        "orm_over_made_once": figure(
            [other / mine for mine, other in zip(ours, theirs, strict=True)]
        ).to_json(),
    }


@contextmanager
def through_the_orm() -> Iterator[None]:
    """Replace insert, update and Prepared of kit/statements.py by querysets."""
    from duitpos.kit import statements

    instead: dict[str, Callable[..., Any]] = {"insert": _insert, "update": _update}
    with ExitStack() as stack:
        for module in [module for name, module in sys.modules.items() if name.startswith("duitpos.domain.")]:
            for name, way in instead.items():
                if getattr(module, name, None) is getattr(statements, name):
                    stack.enter_context(patch.object(module, name, way))
        stack.enter_context(patch.object(statements.Prepared, "rows", _rows))
        yield


def _insert(rows: Sequence[Any], on_conflict: str = "", returning: str = "") -> Any:
    manager = type(rows[0])._default_manager
    if returning:
        return _count_up(rows[0], returning)
    if on_conflict and on_conflict != _KEPT:
        manager.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["tenant", "location", "business_date"],
            update_fields=["marked_at"],
        )
    else:
        manager.bulk_create(rows, ignore_conflicts=bool(on_conflict))
    return None


def _count_up(row: Any, column: str) -> Any:
    """Insert or increment the day's row, and return the new value: two statements, where `insert` needs one."""
    from django.db.models import F

    names = {"tenant_id", "location_id", "business_date", "is_test"}
    mine = type(row)._default_manager.filter(**{name: getattr(row, name) for name in names})
    if not mine.update(**{column: F(column) + 1}):
        row.save(force_insert=True)
    return mine.values_list(column, flat=True).get()


def _update(model: Any, columns: dict[str, Any], **where: Any) -> int:
    wanted = {f"{name}__in" if isinstance(value, tuple) else name: value for name, value in where.items()}
    return int(model._default_manager.filter(**wanted).update(**columns))


def _rows(prepared: Any, *values: Any) -> list[Any]:
    return list(prepared._build(*values))
