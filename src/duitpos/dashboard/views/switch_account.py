"""Choose which of a payment type's accounts takes new payments, and retire one."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from duitpos.dashboard.access import staff
from duitpos.dashboard.page import page
from duitpos.dashboard.texts.errors import error_text
from duitpos.dashboard.views.processors import row_with
from duitpos.domain.errors import Conflict, Unavailable
from duitpos.domain.people.roles import Can
from duitpos.domain.people.staff import Staff
from duitpos.domain.processor_accounts.accounts import account_of
from duitpos.domain.processor_accounts.switch import account_name, retire, use_account
from duitpos.web.forms import PlainForm

ANCHOR = "?at=accounts#accounts"


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Can.SET_UP_PAYMENTS)
def switch_account(request: HttpRequest, staff: Staff, type_id: UUID, account_id: UUID) -> HttpResponse:
    """Confirm (GET) and switch new payments to this account (POST)."""
    row = row_with(staff, type_id, account_id)
    account = account_of(staff.tenant.id, account_id)
    back = reverse("dashboard:payment_type", args=[staff.tenant.slug, type_id]) + ANCHOR
    if request.method == "POST":
        try:
            use_account(staff.member, account_id)
        except (Conflict, Unavailable) as error:
            messages.error(request, error_text(error))
        else:
            text = _("New payments of %(type)s use %(account)s.")
            messages.success(request, text % {"type": row.type.name, "account": account_name(account)})
        return redirect(back)
    mode = (
        _("It is a live account: real money moves.")
        if account.is_live
        else _("It is a test account: no real money moves, and no real orders are taken.")
    )
    context = {
        "form": PlainForm(),
        "title": _("Use %(account)s for new payments?") % {"account": account_name(account)},
        "facts": [
            mode,
            _("The account in use now is retired: payments made with it still come in and can be refunded."),
        ],
        "do": _("Use for new payments"),
        "back": back,
        "is_danger": False,
    }
    return page(request, staff, "dashboard/question.html", context, here="payment_types")


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Can.SET_UP_PAYMENTS)
def retire_account(request: HttpRequest, staff: Staff, type_id: UUID, account_id: UUID) -> HttpResponse:
    """Confirm (GET) and retire this account (POST)."""
    row = row_with(staff, type_id, account_id)
    account = account_of(staff.tenant.id, account_id)
    back = reverse("dashboard:payment_type", args=[staff.tenant.slug, type_id]) + ANCHOR
    if request.method == "POST":
        try:
            retire(staff.member, account_id)
        except Conflict as error:
            messages.error(request, error_text(error))
        else:
            text = _("%(account)s takes no new payments.")
            messages.success(request, text % {"account": account_name(account)})
        return redirect(back)
    context = {
        "form": PlainForm(),
        "title": _("Retire %(account)s?") % {"account": account_name(account)},
        "facts": [
            _("Guests can no longer choose %(type)s, until another account is in use.")
            % {"type": row.type.name},
            _("Its keys are kept: payments made with it still come in and can be refunded."),
        ],
        "do": _("Retire"),
        "back": back,
        "is_danger": True,
    }
    return page(request, staff, "dashboard/question.html", context, here="payment_types")
