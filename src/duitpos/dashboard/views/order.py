"""One order: its lines, payments and timeline."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from duitpos.dashboard.access import staff
from duitpos.dashboard.attempts import shown_attempts
from duitpos.dashboard.page import page
from duitpos.dashboard.texts.alerts import shown_alert
from duitpos.dashboard.texts.orders import shown_timeline
from duitpos.domain.menus.stock_list import stock_of_items
from duitpos.domain.orders.advance import is_unpaid
from duitpos.domain.orders.counter_code import counter_code
from duitpos.domain.orders.states import KITCHEN
from duitpos.domain.orders.timeline import order_details
from duitpos.domain.people.refund_limits import refund_right
from duitpos.domain.people.roles import Can, may
from duitpos.domain.people.staff import Staff
from duitpos.domain.staff_actions.offered import alerts_for
from duitpos.domain.staff_actions.take_payment import waits_at_counter
from duitpos.web.texts.stock import how_long_labels


@require_safe
@staff(Can.SEE_ORDERS)
def order(request: HttpRequest, staff: Staff, order_id: UUID) -> HttpResponse:
    """Show an order, its alerts and its actions."""
    details = order_details(staff.tenant, order_id)
    sees_alerts, right = may(staff.member.role, Can.RESOLVE_ALERTS), refund_right(staff.member)
    guest_path = reverse("guest:order", args=[staff.tenant.slug, details.order.token])
    stock = stock_of_items(staff.tenant, details.order.location, {line.item_id for line in details.lines})
    sold_out = reverse("dashboard:sold_out", args=[staff.tenant.slug])
    context = {
        "lines": [(line, stock.get(line.item_id)) for line in details.lines],
        "stock_url": f"{sold_out}?{urlencode({'location': details.order.location.slug})}",
        "how_long": how_long_labels(),
        "details": details,
        "attempts": shown_attempts(details.payments, right, details.order.location.locale),
        "timeline": shown_timeline(details.timeline, details.order.location),
        "order": details.order,
        "location": details.order.location,
        "alerts": [shown_alert(row) for row in alerts_for(staff.tenant, right, order_id)]
        if sees_alerts
        else [],
        "can_cancel": details.order.status in KITCHEN or is_unpaid(details.order),
        "at_counter": waits_at_counter(details.order, [attempt.payment for attempt in details.payments]),
        "code": details.order.label or counter_code(details.order.id),
        "guest_url": settings.BASE_URL + guest_path,
    }
    return page(request, staff, "dashboard/order.html", context, here="orders")
