"""The error page for a DomainError: what happened, what was kept, what to do."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from duitpos.domain.errors import DomainError, Gone
from duitpos.domain.tenancy.find import tenant_by_slug
from duitpos.guest.banner import banners_of
from duitpos.guest.texts import problem_heading
from duitpos.models import Tenant
from duitpos.web.errors import STATUS
from duitpos.web.private import PRIVATE
from duitpos.web.texts import error_text


def problem_page(request: HttpRequest, error: DomainError, slug: str, guest_token: str) -> HttpResponse:
    """Show the error and a link to this phone's own order, so that an expired code never hides a paid order."""
    tenant = _tenant(slug)
    context = {
        "heading": problem_heading(error.kind),
        "message": error_text(error),
        "kind": error.kind.value,
        "tenant": tenant,
        "banners": banners_of(tenant, guest_token) if tenant else [],
    }
    response = render(request, "guest/problem.html", context, status=STATUS[error.kind])
    # It may show this phone's order.
    response["Cache-Control"] = PRIVATE
    return response


def _tenant(slug: str) -> Tenant | None:
    try:
        return tenant_by_slug(slug)
    except Gone:
        return None
