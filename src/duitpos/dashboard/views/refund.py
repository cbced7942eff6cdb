"""Refund a payment, with a confirmation page."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from duitpos.dashboard.access import staff
from duitpos.dashboard.forms.reasons import ReasonForm
from duitpos.dashboard.page import page
from duitpos.dashboard.texts.errors import error_text
from duitpos.dashboard.texts.refunds import refund_text
from duitpos.domain.errors import Code, Conflict, Forbidden, Gone
from duitpos.domain.orders.attempts import AttemptDetails
from duitpos.domain.orders.timeline import order_details
from duitpos.domain.payments.refunds.refund import refund_payment
from duitpos.domain.people.refund_limits import refund_right
from duitpos.domain.people.roles import Can
from duitpos.domain.people.staff import Staff
from duitpos.models import Order, Refund
from duitpos.models.payment_setup import PaymentKind
from duitpos.models.refund import RefundStatus


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Can.REFUND)
def refund(request: HttpRequest, staff: Staff, order_id: UUID, payment_id: UUID) -> HttpResponse:
    """Confirm (GET), with amount and consequences, and refund (POST)."""
    order, attempt = attempt_of(staff, order_id, payment_id)
    right = refund_right(staff.member)
    right.require_any(attempt.refundable.currency)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            add_refund_message(
                request, refund_payment(staff.member, payment_id, form.cleaned_data["reason"]), order
            )
        except (Conflict, Forbidden) as error:
            messages.error(request, error_text(error, order.location.locale))
        return redirect("dashboard:order", staff.tenant.slug, order_id)
    above = right.refusal(attempt.refundable)
    if above or not attempt.can_refund:
        messages.warning(request, why_nothing(attempt, order.location.locale, above))
        return redirect("dashboard:order", staff.tenant.slug, order_id)
    amount = attempt.refundable.format(order.location.locale)
    is_cash = attempt.payment.account.processor == PaymentKind.CASH
    context = {
        "form": form,
        "title": (_("Give %(amount)s back from the till?") if is_cash else _("Refund %(amount)s?"))
        % {"amount": amount},
        "facts": [
            destination_text(attempt),
            _("The guest's page says so at once. This cannot be taken back."),
            _("The order itself stays as it is. To stop it too, cancel the order instead."),
        ],
        "do": (_("Give %(amount)s back from the till") if is_cash else _("Refund %(amount)s"))
        % {"amount": amount},
        "back": reverse("dashboard:order", args=[staff.tenant.slug, order_id]),
        "is_danger": True,
    }
    return page(request, staff, "dashboard/question.html", context, here="orders")


def why_nothing(attempt: AttemptDetails, locale: str, above: Forbidden | None = None) -> str:
    """Why nothing of a payment can be refunded from here, or not all of it for who is `above` their limit."""
    why_not = attempt.no_refund or (above if attempt.has_money else None)
    return error_text(why_not, locale) if why_not else _("There is nothing left to refund of this payment.")


def destination_text(attempt: AttemptDetails) -> str:
    """Where the money goes, and when it is there."""
    return _counter_text(attempt) if attempt.payment.account.is_manual else _bank_text(attempt.method)


def _counter_text(attempt: AttemptDetails) -> str:
    if attempt.payment.account.processor == PaymentKind.CASH:
        return _("Give the money to the guest, then press the button. It is recorded as given back at once.")
    return _("Give it back with the terminal or the e-wallet first. It is recorded as given back at once.")


def _bank_text(method: str) -> str:
    if method:
        return _("The money goes back to %(method)s. The bank may take 5 to 10 days to show it.") % {
            "method": method
        }
    return _("The money goes back the way it was paid. The bank may take 5 to 10 days to show it.")


def attempt_of(staff: Staff, order_id: UUID, payment_id: UUID) -> tuple[Order, AttemptDetails]:
    """The order and its payment with this id. Raises Gone."""
    details = order_details(staff.tenant, order_id)
    for attempt in details.payments:
        if attempt.payment.id == payment_id:
            return details.order, attempt
    raise Gone(Code.PAYMENT_UNKNOWN)


def add_refund_message(request: HttpRequest, made: Refund, order: Order) -> None:
    """Say on the next page what became of a refund."""
    text = refund_text(made, order.location.locale)
    if made.status in (RefundStatus.SUCCEEDED, RefundStatus.PENDING):
        messages.success(request, text)
    elif made.status == RefundStatus.FAILED:
        messages.error(request, text)
    else:
        messages.warning(request, text)
