"""Take the money for an order at the counter: the button "Paid"."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from duitpos.dashboard.access import staff
from duitpos.dashboard.forms.take_payment import TakePaymentForm
from duitpos.dashboard.page import page
from duitpos.dashboard.texts.errors import error_text
from duitpos.domain.errors import Code, Conflict, Invalid, Unavailable
from duitpos.domain.orders.timeline import OrderDetails, order_details
from duitpos.domain.people.roles import Can
from duitpos.domain.people.staff import Staff
from duitpos.domain.staff_actions.take_payment import (
    Receipt,
    take_payment,
    types_at_counter,
    waits_at_counter,
)


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Can.TAKE_PAYMENT)
def pay_order(request: HttpRequest, staff: Staff, order_id: UUID) -> HttpResponse:
    """Ask how it is paid (GET), and record that the money is here (POST)."""
    details = order_details(staff.tenant, order_id)
    types = types_at_counter(details.order)
    locale, back = details.order.location.locale, redirect("dashboard:order", staff.tenant.slug, order_id)
    form = TakePaymentForm(types, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        chosen = UUID(data["payment_type"])
        try:
            done = take_payment(
                staff.member, order_id, chosen, data.get("tendered", ""), data.get("reference", "")
            )
        except Invalid as error:
            form.add_error(
                "reference" if error.code == Code.SLIP_TOO_LONG else "tendered", error_text(error, locale)
            )
        except (Conflict, Unavailable) as error:
            messages.error(request, error_text(error, locale))
            return back
        else:
            messages.success(request, _paid_text(done, locale))
            return back
    elif not waits_at_counter(details.order, [attempt.payment for attempt in details.payments]):
        messages.warning(request, _("This order does not wait to be paid at the counter."))
        return back
    return page(request, staff, "dashboard/question.html", _context(staff, details, form), here="orders")


def _context(staff: Staff, details: OrderDetails, form: TakePaymentForm) -> dict[str, object]:
    order = details.order
    amount = {"amount": order.total.format(order.location.locale)}
    facts = [_("Press Paid when you have the money.")]
    if order.status == "held":
        facts.append(_("The order then goes to the kitchen."))
    if not form.fields["payment_type"].choices:  # type: ignore[attr-defined]
        facts = [
            _("No payment type is offered at the counter here. The owner sets that under Payment Types.")
        ]
    return {
        "form": form,
        "title": _("Take %(amount)s?") % amount,
        "facts": facts,
        "do": _("Paid %(amount)s") % amount,
        "back": reverse("dashboard:order", args=[staff.tenant.slug, order.id]),
    }


def _paid_text(done: Receipt, locale: str) -> str:
    words = {"amount": done.payment.moved.format(locale), "change": done.change.format(locale)}
    if done.change.minor:
        return _("Paid %(amount)s. Give back %(change)s.") % words
    return _("Paid %(amount)s.") % words
