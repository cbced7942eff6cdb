"""Call staff or ask for the bill: /<tenant>/t/<token>/call/."""

from __future__ import annotations

from hashlib import blake2b

from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods

from duitpos.domain.orders.guest_view import latest_order_of
from duitpos.domain.tables.calls import call as call_staff
from duitpos.domain.tables.calls import calls_of
from duitpos.guest.access import Visit, guest_page, visit_of
from duitpos.guest.cookies import guest_token_for_start, remember_guest
from duitpos.guest.same_site import BUTTON_SECONDS, Sender, sender_of
from duitpos.guest.texts import call_state_text
from duitpos.models import Table


@guest_page
@require_http_methods(["GET", "HEAD", "POST"])
def call(request: HttpRequest, tenant: str, token: str) -> HttpResponse:
    """Two buttons, and what became of the table's calls: 304 while nothing changed. POST: call."""
    visit = visit_of(request, tenant, token)
    if request.method != "POST":
        return _page(request, visit)
    is_unknown = sender_of(request, tenant) is Sender.UNKNOWN
    if is_unknown and not _is_signed(visit.table, str(request.POST.get("signed", ""))):
        return _page(request, visit)
    guest_token = guest_token_for_start(request, tenant)
    call_staff(visit.tenant, visit.table, str(request.POST.get("kind", "")), guest_token)
    response = HttpResponseRedirect(request.path, status=303)
    remember_guest(response, visit.tenant, guest_token)
    return response


def _page(request: HttpRequest, visit: Visit) -> HttpResponse:
    calls = calls_of(visit.tenant, visit.table)
    state = repr([(one.id, one.acknowledged_at, get_language()) for one in calls])
    etag = f'"{blake2b(state.encode(), digest_size=9).hexdigest()}"'
    if etag in request.META.get("HTTP_IF_NONE_MATCH", ""):
        response: HttpResponse = HttpResponseNotModified()
    else:
        has_orders = visit.guest_token and latest_order_of(visit.tenant, visit.guest_token) is not None
        context = {
            "tenant": visit.tenant,
            "table": visit.table,
            "calls": [(call_state_text(one), "ok" if one.acknowledged_at else "attention") for one in calls],
            "signed": _signer(visit.table).sign("call"),
            "has_orders": has_orders,
        }
        response = render(request, "guest/call.html", context)
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    return response


def _is_signed(table: Table, signed: str) -> bool:
    """Whether our page of this table made the button in the last hour (same_site.py says when that is asked)."""
    try:
        return _signer(table).unsign(signed[:200], max_age=BUTTON_SECONDS) == "call"
    except BadSignature:
        return False


def _signer(table: Table) -> TimestampSigner:
    return TimestampSigner(salt=f"duitpos.call.{table.token}")
