"""An account's webhook: its state with the evidence, what was found, and what the owner can do about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from duitpos.dashboard.access import staff
from duitpos.dashboard.page import page
from duitpos.dashboard.texts.errors import error_text
from duitpos.dashboard.texts.webhook import (
    MADE,
    STATES,
    WORDS,
    compared,
    found_text,
    path_rows,
    path_text,
    state_words,
)
from duitpos.dashboard.views.payment_types import row_of
from duitpos.domain.errors import Code, Conflict, Gone, Unavailable
from duitpos.domain.people.roles import Can
from duitpos.domain.people.staff import Staff
from duitpos.domain.processor_accounts.webhooks.actions import (
    remove_old_endpoints,
    repair_webhook,
    rotate_secret,
    send_test_event,
    set_healing,
)
from duitpos.domain.processor_accounts.webhooks.judge import WebhookFinding
from duitpos.domain.processor_accounts.webhooks.view import webhook_view
from duitpos.domain.tenancy.find import locations
from duitpos.models import Membership, ProcessorAccount

ACTIONS: Mapping[str, Callable[[Membership, UUID], object]] = {
    "repair": repair_webhook,
    "test": send_test_event,
    "rotate": rotate_secret,
    "remove": remove_old_endpoints,
    "heal": partial(set_healing, heals_itself=True),
    "leave": partial(set_healing, heals_itself=False),
}


@require_safe
@staff(Can.SET_UP_PAYMENTS)
def webhook(request: HttpRequest, staff: Staff, type_id: UUID, account_id: UUID) -> HttpResponse:
    """Show a webhook. While a test event is awaited, the page asks again."""
    row = row_of(staff, type_id)
    view = webhook_view(staff.member, _account_in(row.accounts, account_id))
    home = locations(staff.tenant)[0]
    zone, locale = home.time_zone, home.locale
    context = {
        "row": row,
        "view": view,
        "state_text": STATES[view.report.state],
        "meaning": WORDS[view.report.state][0],
        "word": state_words(view.report, zone, locale),
        "bad": [found_text(one, zone, locale) for one in view.bad],
        "addresses": [
            compared(one["url"], one["ours"])
            for one in view.bad
            if one["code"] in (WebhookFinding.WRONG_ADDRESS, WebhookFinding.WRONG_ADDRESS_BY_HAND)
        ],
        "paths": path_rows(view.found_by),
        "path_text": path_text(view.found_by),
        "notes": [found_text(one, zone, locale) for one in view.notes],
        "location": home,
    }
    return page(request, staff, "dashboard/webhook.html", context, here="payment_types")


@require_POST
@staff(Can.SET_UP_PAYMENTS)
def webhook_action(
    request: HttpRequest, staff: Staff, type_id: UUID, account_id: UUID, action: str
) -> HttpResponse:
    """Do one of ACTIONS."""
    account = _account_in(row_of(staff, type_id).accounts, account_id)
    work = ACTIONS.get(action)
    if work is None:
        raise Http404
    try:
        work(staff.member, account.id)
        messages.success(request, str(MADE[action]))
    except (Conflict, Unavailable) as error:
        messages.error(request, error_text(error))
    return redirect("dashboard:webhook", staff.tenant.slug, type_id, account_id)


def _account_in(accounts: tuple[ProcessorAccount, ...], account_id: UUID) -> ProcessorAccount:
    """The account of this payment type. Raises Gone."""
    found = next((one for one in accounts if one.id == account_id), None)
    if found is None:
        raise Gone(Code.ACCOUNT_UNKNOWN)
    return found
