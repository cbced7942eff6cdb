"""Refund everything, dishes or an amount: choose, read what it gives back, confirm."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from duitpos.dashboard.access import staff
from duitpos.dashboard.forms.refund_part import AMOUNT, DISHES, RefundPartForm
from duitpos.dashboard.page import page
from duitpos.dashboard.texts.errors import error_text
from duitpos.dashboard.views.refund import add_refund_message, attempt_of, destination_text, why_nothing
from duitpos.domain.errors import Conflict, Forbidden
from duitpos.domain.payments.refunds.refund import refund_payment, whole_price
from duitpos.domain.payments.refunds.refund_part import part_price, refund_amount, refund_lines
from duitpos.domain.payments.refunds.refunded_lines import lines_left
from duitpos.domain.people.refund_limits import refund_right
from duitpos.domain.people.roles import Can
from duitpos.domain.people.staff import Staff
from duitpos.kit.ids import secret_token
from duitpos.kit.money import Money
from duitpos.models import Payment, Refund


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Can.REFUND)
def refund_part(request: HttpRequest, staff: Staff, order_id: UUID, payment_id: UUID) -> HttpResponse:
    """Choose (GET), review (POST), and refund (POST with `confirm`)."""
    order, attempt = attempt_of(staff, order_id, payment_id)
    right = refund_right(staff.member)
    right.require_any(attempt.refundable.currency)
    locale, payment = order.location.locale, attempt.payment
    is_confirmed = "confirm" in request.POST
    if not is_confirmed and not attempt.can_refund:
        messages.warning(request, why_nothing(attempt, locale))
        return redirect("dashboard:order", staff.tenant.slug, order_id)
    form = _form(request, payment, locale)
    above = right.refusal(attempt.refundable)
    context: dict[str, Any] = {
        "form": form,
        "order": order,
        "left": attempt.refundable,
        "above": error_text(above, locale) if above else "",
        "chosen": form["what"].value() or (DISHES if form.line_names else AMOUNT),
        "destination": destination_text(attempt),
    }
    if request.method == "POST" and form.is_valid():
        wanted = form.cleaned_data["wanted"]
        try:
            if is_confirmed:
                add_refund_message(request, _refund(staff, payment_id, form), order)
                return redirect("dashboard:order", staff.tenant.slug, order_id)
            context["amount"] = _price(staff, payment_id, form).format(locale)
            context["is_all"] = form.cleaned_data["is_all"]
            context["dishes"] = [
                f"{wanted[line.id]} × {line.name}" for line, _left in lines_left(payment) if line.id in wanted
            ]
        except (Conflict, Forbidden) as error:
            if is_confirmed:
                messages.error(request, error_text(error, locale))
                return redirect("dashboard:order", staff.tenant.slug, order_id)
            form.add_error(None, error_text(error, locale))
    elif is_confirmed and form.errors:
        # The dishes that were chosen are not offered any more: after a double click, the refund is on the order's page.
        messages.warning(request, _("This order has changed meanwhile. Look at its refunds first."))
        return redirect("dashboard:order", staff.tenant.slug, order_id)
    return page(request, staff, "dashboard/refund_part.html", context, here="orders")


def _form(request: HttpRequest, payment: Payment, locale: str) -> RefundPartForm:
    return RefundPartForm(
        request.POST or None,
        left=lines_left(payment),
        currency=payment.moved.currency,
        locale=locale,
        initial={"form_key": secret_token()},
    )


def _price(staff: Staff, payment_id: UUID, form: RefundPartForm) -> Money:
    if form.cleaned_data["is_all"]:
        return whole_price(staff.member, payment_id)
    minor, wanted = form.cleaned_data["minor"], form.cleaned_data["wanted"]
    return part_price(staff.member, payment_id, minor, wanted)


def _refund(staff: Staff, payment_id: UUID, form: RefundPartForm) -> Refund:
    minor, wanted, why = form.cleaned_data["minor"], form.cleaned_data["wanted"], form.why()
    if form.cleaned_data["is_all"]:
        return refund_payment(staff.member, payment_id, why.text, why.code)
    if minor is not None:
        return refund_amount(staff.member, payment_id, minor, why)
    return refund_lines(staff.member, payment_id, wanted, why)
