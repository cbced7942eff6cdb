"""Health checks for monitoring: /healthz for liveness, /readyz for database, migrations and sweep."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from duitpos.kit import clock
from duitpos.kit.heartbeat import last_beat
from duitpos.kit.migrations import unapplied_migrations

SWEEP_LATE = timedelta(seconds=120)
"""The sweep runs every few seconds; after an error it pauses for a minute at most."""

_started_at = clock.now()
_migrated = False


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 as long as this process runs; checks nothing else. For a proxy that chooses a process."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when database, migrations and sweep are healthy, else 503 with the problems in JSON. For alarms."""
    answer: dict[str, Any] = {"database": "ok", "migrations": "ok"}
    is_ready = True
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        if not _is_migrated():
            answer["migrations"] = "missing"
            is_ready = False
    except DatabaseError:
        answer |= {"database": "no answer", "migrations": "unknown"}
        is_ready = False
    sweep = _sweep()
    answer |= {"sweep": sweep, "ready": is_ready and sweep["state"] != "late"}
    return JsonResponse(answer, status=200 if answer["ready"] else 503)


def _is_migrated() -> bool:
    """Cached once true, since it then stays true for this code."""
    global _migrated
    _migrated = _migrated or not unapplied_migrations()
    return _migrated


def _sweep() -> dict[str, Any]:
    """The last sweep's state and age. If there was none yet, it is late SWEEP_LATE after this process started."""
    last = last_beat("sweep")
    now = clock.now()
    if last is None:
        state = "late" if now - _started_at > SWEEP_LATE else "not seen yet"
        return {"state": state, "age_seconds": None}
    # A process that has just started gives the sweep the whole SWEEP_LATE before it reports it as late.
    state = "late" if now - max(last, _started_at) > SWEEP_LATE else "ok"
    return {"state": state, "age_seconds": max(0, round((now - last).total_seconds()))}
