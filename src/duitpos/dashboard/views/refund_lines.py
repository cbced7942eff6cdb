"""What was a refund for that was made at the processor?"""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from duitpos.dashboard.access import staff
from duitpos.dashboard.forms.refund_part import RefundLinesForm
from duitpos.dashboard.page import page
from duitpos.dashboard.texts.errors import error_text
from duitpos.domain.errors import Conflict
from duitpos.domain.payments.refunds.say_lines import lines_question, say_lines
from duitpos.domain.people.roles import Can
from duitpos.domain.people.staff import Staff


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Can.RESOLVE_ALERTS)
def refund_lines(request: HttpRequest, staff: Staff, order_id: UUID, refund_id: UUID) -> HttpResponse:
    """Ask (GET) and store (POST)."""
    try:
        question = lines_question(staff.member, order_id, refund_id)
    except Conflict as error:
        messages.warning(request, error_text(error))
        return redirect("dashboard:order", staff.tenant.slug, order_id)
    order = question.refund.payment.order
    locale = order.location.locale if order else ""
    form = RefundLinesForm(
        request.POST or None, left=question.left, currency=question.refund.currency, locale=locale
    )
    if request.method == "POST" and form.is_valid():
        try:
            say_lines(staff.member, refund_id, form.cleaned_data["wanted"])
        except Conflict as error:
            form.add_error(None, error_text(error, locale))
        else:
            messages.success(request, _("Stored. Reports count these dishes as given back."))
            return redirect("dashboard:order", staff.tenant.slug, order_id)
    context = {"form": form, "order": order, "amount": question.refund.amount.format(locale)}
    return page(request, staff, "dashboard/refund_lines.html", context, here="orders")
