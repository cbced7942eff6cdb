"""Cancel an order, with a confirmation page."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from duitpos.dashboard.access import staff
from duitpos.dashboard.forms.reasons import CancelForm
from duitpos.dashboard.page import page
from duitpos.dashboard.texts.errors import error_text
from duitpos.dashboard.texts.refunds import refund_text
from duitpos.domain.errors import Unavailable
from duitpos.domain.orders.attempts import AttemptDetails
from duitpos.domain.orders.timeline import OrderDetails, order_details
from duitpos.domain.payments.refunds.refund_result import is_bad_news
from duitpos.domain.people.roles import Can
from duitpos.domain.people.staff import Staff
from duitpos.domain.staff_actions.cancel_order import Canceled
from duitpos.domain.staff_actions.cancel_order import cancel_order as cancel
from duitpos.kit.money import Money


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Can.CANCEL_ORDER)
def cancel_order(request: HttpRequest, staff: Staff, order_id: UUID) -> HttpResponse:
    """Confirm (GET), with the consequences for the money, and cancel (POST)."""
    details = order_details(staff.tenant, order_id)
    amount = _refundable_text(details)
    form = CancelForm(request.POST or None, amount=amount)
    if request.method == "POST" and form.is_valid():
        refund = bool(form.cleaned_data.get("refund"))
        try:
            done = cancel(staff.member, order_id, form.cleaned_data["reason"], refund=refund)
        except Unavailable as error:
            form.add_error(None, error_text(error))
        else:
            kept = "" if refund else _money_text(details, [one for one in details.payments if one.has_money])
            messages.success(request, _canceled_text(details, kept))
            _add_refund_messages(request, details, done)
            return redirect("dashboard:order", staff.tenant.slug, order_id)
    name = details.order.label
    context = {
        "form": form,
        "title": _("Cancel order %(number)s?") % {"number": name} if name else _("Cancel this order?"),
        "facts": _facts(details, amount),
        "do": _("Cancel the order"),
        "back": reverse("dashboard:order", args=[staff.tenant.slug, order_id]),
        "is_danger": True,
    }
    return page(request, staff, "dashboard/question.html", context, here="orders")


def _refundable_text(details: OrderDetails) -> str:
    """The amount that can be refunded, formatted; empty when there is none."""
    return _money_text(details, [attempt for attempt in details.payments if attempt.can_refund])


def _money_text(details: OrderDetails, attempts: list[AttemptDetails]) -> str:
    """What is left of these payments together, formatted; empty for none."""
    parts = [attempt.refundable for attempt in attempts]
    if not parts:
        return ""
    total = sum((part.minor for part in parts), 0)
    return Money(total, parts[0].currency).format(details.order.location.locale)


def _facts(details: OrderDetails, amount: str) -> list[str]:
    if details.order.status == "held":
        return [
            _("Its payment page is closed first, so that nobody pays for what is canceled."),
            _("The guest's page says that it was canceled and nothing was charged."),
        ]
    facts = [_("It disappears from the kitchen board; the guest's page says that it was canceled.")]
    if amount:
        facts.append(_("%(amount)s has been paid for it.") % {"amount": amount})
    for attempt in details.payments:
        if attempt.no_refund:
            facts.append(_("%(amount)s has been paid for it.") % {"amount": _money_text(details, [attempt])})
            facts.append(error_text(attempt.no_refund, details.order.location.locale))
    return facts


def _canceled_text(details: OrderDetails, kept: str) -> str:
    """`kept`: the money that is still here and is not being refunded; empty for none."""
    words = {"number": details.order.label, "amount": kept}
    if not kept:
        return _("Order %(number)s canceled.") % words if details.order.label else _("Order canceled.")
    if details.order.label:
        return (
            _("Order %(number)s canceled. %(amount)s is still here: it is under “Needs attention”.") % words
        )
    return _("Order canceled. %(amount)s is still here: it is under “Needs attention”.") % words


def _add_refund_messages(request: HttpRequest, details: OrderDetails, done: Canceled) -> None:
    """Show each refund's result, so that a failed refund does not look like a pending one."""
    for refund in done.refunds:
        text = refund_text(refund, details.order.location.locale)
        (messages.error if is_bad_news(refund) else messages.success)(request, text)
    for why in done.not_refunded:
        messages.error(request, error_text(why, details.order.location.locale))
