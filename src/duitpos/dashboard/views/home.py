"""The dashboard's start URL."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from duitpos.dashboard.access import staff
from duitpos.domain.people.roles import Can, may
from duitpos.domain.people.staff import Staff


@require_safe
@staff()
def home(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Redirect to the member's main page."""
    sees_orders = may(staff.member.role, Can.SEE_ORDERS)
    return redirect("dashboard:orders" if sees_orders else "kitchen:pick", staff.tenant.slug)
