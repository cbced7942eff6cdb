"""The page about a processor account: whose it is, and what its owner should know."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from duitpos.dashboard.access import staff
from duitpos.dashboard.page import page
from duitpos.dashboard.texts.account import finding_groups
from duitpos.dashboard.texts.errors import error_text
from duitpos.dashboard.texts.processors import finding_text, owner_text
from duitpos.domain.errors import Conflict, Unavailable
from duitpos.domain.people.roles import Can
from duitpos.domain.people.staff import Staff
from duitpos.domain.processor_accounts.account_review import account_review
from duitpos.domain.processor_accounts.accounts import check_account


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Can.SET_UP_PAYMENTS)
def account(request: HttpRequest, staff: Staff, type_id: UUID, account_id: UUID) -> HttpResponse:
    """Show what is known of the account; POST asks the processor now."""
    review = account_review(staff.tenant, type_id, account_id)
    if request.method == "POST":
        return _check_now(request, staff, type_id, account_id)
    zone, locale = review.location.time_zone, review.location.locale
    context = {
        "about": review,
        "owner": owner_text(review.owner) if review.account.checked_at else "",
        "groups": finding_groups(review.findings, zone, locale),
    }
    return page(request, staff, "dashboard/account.html", context, here="payment_types")


def _check_now(request: HttpRequest, staff: Staff, type_id: UUID, account_id: UUID) -> HttpResponse:
    """Ask the processor. A key that waited may belong to another account: then that one's page comes next."""
    try:
        saved = check_account(staff.member, account_id)
    except (Conflict, Unavailable) as error:
        messages.error(request, error_text(error))
    else:
        account_id = saved.account.id
        if saved.facts is None:
            messages.warning(request, finding_text(saved.findings[0]))
        else:
            messages.success(request, _("Asked just now."))
    return redirect("dashboard:account", staff.tenant.slug, type_id, account_id)
