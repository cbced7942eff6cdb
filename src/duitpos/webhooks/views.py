"""The webhook view: passes the raw body to `receive` and returns its status code."""

from __future__ import annotations

from uuid import UUID

import structlog
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from duitpos.domain.errors import Gone
from duitpos.domain.payments.events.receive import receive
from duitpos.domain.tenancy.find import tenant_by_slug
from duitpos.web.body_cap import is_length

log = structlog.get_logger(__name__)
MOST_BYTES = 256 * 1024
"""Processors' events are a few KB; anything larger is refused before it is read."""


@csrf_exempt  # authenticated by the signature over the raw body
@require_POST
def deliver(
    request: HttpRequest, tenant: str, processor: str, account_id: UUID | None = None
) -> HttpResponse:
    """One delivery: 200 stored, 400 not trusted, 404 no such restaurant, 413 too large, 500 or 503 to be retried.

    A body without a length gets 411 from web/body_cap.py before it comes here.
    """
    if not is_length(request.META.get("CONTENT_LENGTH") or "", MOST_BYTES):
        return HttpResponse("too large", status=413, content_type="text/plain")
    body = request.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        return HttpResponse("too large", status=413, content_type="text/plain")
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        restaurant = tenant_by_slug(tenant)
    except Gone:
        return HttpResponse("unknown", status=404, content_type="text/plain")
    except (OperationalError, InterfaceError):
        log.exception("webhook_database_unavailable")
        return HttpResponse("database", status=503, content_type="text/plain")
    received = receive(restaurant, processor, body, headers, account_id)
    answer = received.answer
    return HttpResponse(
        answer.body or received.outcome, status=received.status, content_type=answer.content_type
    )
