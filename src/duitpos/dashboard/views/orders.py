"""The list of orders, its polled part, and the orders that wait for payment."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response, patch_cache_control
from django.views.decorators.http import require_safe

from duitpos.dashboard.access import staff
from duitpos.dashboard.forms.filters import STATES, ListQuery, read_filters
from duitpos.dashboard.page import page, rights
from duitpos.dashboard.views.disputes import ShownDispute, shown_dispute
from duitpos.domain.alerts.queries import alert_count
from duitpos.domain.orders.queries import (
    OrdersPage,
    orders_page,
    orders_version,
    payments_without_order,
    unknown_phones_waiting,
    waiting_orders,
)
from duitpos.domain.payments.disputes.read import disputes_to_answer
from duitpos.domain.people.roles import Can, may
from duitpos.domain.people.staff import Staff
from duitpos.domain.processor_accounts.types import types_of
from duitpos.domain.tables.calls import calls_version, open_calls
from duitpos.domain.tables.find import tables_of
from duitpos.domain.tenancy.find import locations
from duitpos.kit.clock import now
from duitpos.models import Location, ServiceCall
from duitpos.ui.words import ORDER

_SAID = 3
"""Disputes named above the orders; the page of all disputes has the others."""


@require_safe
@staff(Can.SEE_ORDERS)
def orders(request: HttpRequest, staff: Staff) -> HttpResponse:
    """List orders, newest first, in pages."""
    sites = locations(staff.tenant)
    query = read_filters(request.GET, sites)
    # Read the version before the rows, so that the next poll fetches changes made in between.
    calls = _calls(staff, query)
    version = _version(staff, query, calls)
    found = orders_page(staff.tenant, query.filters, before=query.before)
    context = {
        **_rows(staff, query, found, version),
        "strays": payments_without_order(staff.tenant, query.filters.text) if not query.before else [],
        "home": sites[0],
        "calls": calls,
        "disputes": _disputes(staff, sites),
        "sites": sites,
        "states": [(state, ORDER["held" if state == "waiting" else state].word) for state in STATES],
    }
    return page(request, staff, "dashboard/orders.html", context, here="orders")


@require_safe
@staff(Can.SEE_ORDERS)
def orders_live(request: HttpRequest, staff: Staff) -> HttpResponse:
    """The rows only, for polling: 304 after one query when nothing has changed."""
    query = read_filters(request.GET, locations(staff.tenant) if request.GET.get("location") else [])
    calls = _calls(staff, query)
    version = _version(staff, query, calls)
    not_modified = get_conditional_response(request, etag=f'"{version}"')
    if not_modified is not None and not_modified.status_code == 304:
        not_modified["ETag"] = f'"{version}"'
        return _private(not_modified)
    found = orders_page(staff.tenant, query.filters)
    renews = may(staff.member.role, Can.RESOLVE_ALERTS)
    context = {
        **_rows(staff, query, found, version),
        "calls": calls,
        "staff": staff,
        "can": rights(staff),
        "renews_count": renews,
        "alert_count": alert_count(staff.tenant) if renews else 0,
    }
    response = render(request, "dashboard/_orders.html", context)
    response["ETag"] = f'"{version}"'
    return _private(response)


@require_safe
@staff(Can.SEE_ORDERS)
def waiting(request: HttpRequest, staff: Staff) -> HttpResponse:
    """List held orders, so that staff can find and check one when a guest says "I paid!"."""
    context = {"rows": waiting_orders(staff.tenant), "unknown_phones": unknown_phones_waiting(staff.tenant)}
    return page(request, staff, "dashboard/waiting.html", context, here="orders")


def _disputes(staff: Staff, sites: list[Location]) -> list[ShownDispute]:
    """Disputes that wait for an answer, for those who may decide about them."""
    if not may(staff.member.role, Can.RESOLVE_ALERTS):
        return []
    return [shown_dispute(row, sites[0], now()) for row in disputes_to_answer(staff.tenant)[:_SAID]]


def _next_step(staff: Staff) -> dict[str, Any]:
    """The setup state of a new restaurant: its first table, and whether guests can pay."""
    ready = [
        row for row in types_of(staff.tenant) if row.type.is_active and row.type.is_online and not row.problem
    ]
    return {"first_table": next(iter(tables_of(staff.tenant)), None), "is_payable": bool(ready)}


def _rows(staff: Staff, query: ListQuery, found: OrdersPage, version: str) -> dict[str, Any]:
    is_new = not found.rows and not query.is_narrowed and not query.before
    return {
        "is_new": is_new,
        **(_next_step(staff) if is_new else {}),
        "filters": query,
        "rows": found.rows,
        "version": version,
        "query": query.query(),
        "older": query.query(found.last) if found.last else "",
    }


def _calls(staff: Staff, query: ListQuery) -> list[ServiceCall]:
    return open_calls(staff.tenant, query.location.id if query.location else None)


def _version(staff: Staff, query: ListQuery, calls: list[ServiceCall]) -> str:
    """The version of the rows and the calls. It changes every minute, so that "5 min ago" stays true."""
    rows = orders_version(staff.tenant, query.filters)
    return f"{rows}-{calls_version(calls)}-{int(now().timestamp()) // 60}"


def _private(response: HttpResponse) -> HttpResponse:
    patch_cache_control(response, private=True, no_cache=True)
    return response
