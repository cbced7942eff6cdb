"""One payment's own page: also of an attempt that never became an order, and of money without an order."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from duitpos.dashboard.access import staff
from duitpos.dashboard.attempts import shown_attempts
from duitpos.dashboard.page import page
from duitpos.dashboard.texts.orders import shown_timeline
from duitpos.domain.orders.timeline import payment_page
from duitpos.domain.people.refund_limits import refund_right
from duitpos.domain.people.roles import Can
from duitpos.domain.people.staff import Staff
from duitpos.domain.tenancy.find import locations


@require_safe
@staff(Can.SEE_ORDERS)
def payment(request: HttpRequest, staff: Staff, payment_id: UUID) -> HttpResponse:
    """Show an attempt with everything that happened to it."""
    found = payment_page(staff.tenant, payment_id)
    payment = found.attempt.payment
    # Money of an unknown order has no location: its times are those of the first one.
    place = payment.location or (found.order.location if found.order else locations(staff.tenant)[0])
    context = {
        "attempt": found.attempt,
        "row": shown_attempts([found.attempt], refund_right(staff.member), place.locale)[0],
        "payment": payment,
        "order": found.order,
        "timeline": shown_timeline(found.timeline, place),
        "zone": place.time_zone,
        "locale": place.locale,
    }
    return page(request, staff, "dashboard/payment.html", context, here="orders")
