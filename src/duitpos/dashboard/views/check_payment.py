"""The "check payment now" button."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from duitpos.dashboard.access import staff
from duitpos.dashboard.texts.errors import error_text
from duitpos.dashboard.texts.orders import check_text
from duitpos.dashboard.views.refund import attempt_of
from duitpos.domain.errors import Unavailable
from duitpos.domain.people.roles import Can
from duitpos.domain.people.staff import Staff
from duitpos.domain.staff_actions.check_payment import check_now

_BACK = {"waiting": "dashboard:waiting", "issues": "dashboard:payment_issues"}
"""The lists that have the button, besides the order's own page."""


@require_POST
@staff(Can.CHECK_PAYMENT)
def check_payment(request: HttpRequest, staff: Staff, order_id: UUID, payment_id: UUID) -> HttpResponse:
    """Fetch the payment from the processor, settle it and show the result."""
    attempt_of(staff, order_id, payment_id)
    try:
        messages.success(request, check_text(check_now(staff.member, payment_id)))
    except Unavailable as error:
        messages.error(request, error_text(error))
    if (back := request.POST.get("back")) in _BACK:
        return redirect(_BACK[back], staff.tenant.slug)
    return redirect("dashboard:order", staff.tenant.slug, order_id)
