"""Alerts and their actions."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from duitpos.dashboard.access import staff
from duitpos.dashboard.forms.reasons import ActForm, LinkForm
from duitpos.dashboard.page import page
from duitpos.dashboard.texts.alerts import Offer, ShownAlert, done_text, must_say_why, shown_alert
from duitpos.dashboard.texts.errors import error_text
from duitpos.domain.alerts.offers import Action
from duitpos.domain.alerts.queries import PAGE
from duitpos.domain.errors import Code, Conflict, Forbidden, Gone, Invalid
from duitpos.domain.orders.queries import OrderRow, orders_page, waiting_orders
from duitpos.domain.orders.search import OrderFilters
from duitpos.domain.payments.disputes.read import payment_pages
from duitpos.domain.people.refund_limits import refund_right
from duitpos.domain.people.roles import Can
from duitpos.domain.people.staff import Staff
from duitpos.domain.staff_actions.offered import alert_for, alerts_for
from duitpos.domain.staff_actions.resolve_alert import act as do_it
from duitpos.domain.tenancy.find import locations
from duitpos.kit.money import Money
from duitpos.models.alert import AlertKind
from duitpos.web.forms import PlainForm

_SUSPECTED = (AlertKind.FRAUD_WARNING, AlertKind.PAYMENT_REVIEW)
"""Staff look at these payments at the processor, too."""


@require_safe
@staff(Can.RESOLVE_ALERTS)
def alerts(request: HttpRequest, staff: Staff) -> HttpResponse:
    """List open alerts in pages, those about money first."""
    text = request.GET.get("page", "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0
    rows = alerts_for(staff.tenant, refund_right(staff.member), limit=PAGE + 1, offset=number * PAGE)
    suspected = [row.alert.payment for row in rows[:PAGE] if row.alert.kind in _SUSPECTED]
    context = {
        "rows": [shown_alert(row) for row in rows[:PAGE]],
        "pages": payment_pages(staff.tenant, [payment for payment in suspected if payment]),
        "more": number + 1 if len(rows) > PAGE else 0,
        "is_later": number > 0,
        # Alerts without an order show times in the first location's time zone.
        "home": locations(staff.tenant)[0],
    }
    return page(request, staff, "dashboard/alerts.html", context, here="alerts")


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Can.RESOLVE_ALERTS)
def act(request: HttpRequest, staff: Staff, alert_id: UUID, action: str) -> HttpResponse:
    """Confirm (GET) and carry out (POST) an alert's action."""
    row, offer = _offer(staff, alert_id, action)
    form = _form(request, staff, row, offer)
    alerts_url = reverse("dashboard:alerts", args=[staff.tenant.slug])
    if request.method == "POST" and form.is_valid():
        order_id = form.cleaned_data.get("order")
        try:
            done = do_it(
                staff.member,
                alert_id,
                offer.action,
                form.cleaned_data.get("reason", ""),
                UUID(order_id) if order_id else None,
            )
        except (Conflict, Forbidden, Invalid) as error:
            form.add_error(None, error_text(error, _locale(row)))
        else:
            messages.success(request, f"{row.title}: {done_text(done, _locale(row))}")
            return redirect(alerts_url)
    context = {
        "form": form,
        "title": f"{offer.label}?",
        "facts": [fact for fact in (row.title + _amount(row), row.detail, offer.confirm) if fact],
        "do": offer.label,
        "back": alerts_url,
        "is_danger": offer.action in (Action.REFUND, Action.REFUND_DISHES),
    }
    return page(request, staff, "dashboard/question.html", context, here="alerts")


def _offer(staff: Staff, alert_id: UUID, action: str) -> tuple[ShownAlert, Offer]:
    found = alert_for(staff.tenant, refund_right(staff.member), alert_id)
    row = shown_alert(found) if found else None
    for offer in row.offers if row else ():
        if row and offer.action == action:
            return row, offer
    if found and found.not_yours and action in (Action.REFUND, Action.REFUND_DISHES):
        # Their limit was lowered after the page was made.
        raise found.not_yours
    raise Gone(Code.ALERT_UNKNOWN)


def _form(request: HttpRequest, staff: Staff, row: ShownAlert, offer: Offer) -> PlainForm:
    data = request.POST if request.method == "POST" else None
    if offer.action != Action.LINK:
        return ActForm(data, must_say_why=must_say_why(row.alert, offer.action))
    rows = waiting_orders(staff.tenant) + orders_page(staff.tenant, OrderFilters()).rows
    return LinkForm(data, orders=[(found.order.id, _order_label(found)) for found in rows])


def _order_label(row: OrderRow) -> str:
    total = Money(row.order.total_minor, row.order.currency).format(row.location.locale)
    name = row.order.label or _("not paid")
    table = _("table %(name)s") % {"name": row.table_name} if row.table_name else ""
    return " · ".join(part for part in (name, total, table, row.location.name) if part)


def _amount(row: ShownAlert) -> str:
    return f": {row.at_stake.format(_locale(row))}" if row.at_stake else ""


def _locale(row: ShownAlert) -> str:
    order = row.alert.order
    return order.location.locale if order else "en_MY"
