"""The processors at the foot of a payment type: add one, save keys, ask whose they are, remove one."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from duitpos.dashboard.access import staff
from duitpos.dashboard.forms.payment_types import AccountForm, AddProcessorForm
from duitpos.dashboard.page import page
from duitpos.dashboard.texts.errors import error_text
from duitpos.dashboard.texts.processors import REMOVALS, finding_text, problem_text
from duitpos.dashboard.views.payment_types import account_forms, edit_page, row_of
from duitpos.domain.errors import Code, Conflict, Gone, Invalid, Unavailable
from duitpos.domain.people.roles import Can
from duitpos.domain.people.staff import Staff
from duitpos.domain.processor_accounts.accounts import (
    KeyRefused,
    SavedAccount,
    add_processor,
    check_account,
    remove_account,
    save_credentials,
)
from duitpos.domain.processor_accounts.credentials import CredentialsRefused
from duitpos.domain.processor_accounts.types import TypeRow
from duitpos.domain.processor_accounts.view import processors_to_add
from duitpos.web.forms import PlainForm

FOOT = "#processors"


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Can.SET_UP_PAYMENTS)
def add_processor_to_type(request: HttpRequest, staff: Staff, type_id: UUID) -> HttpResponse:
    """The dropdown's Add."""
    row = row_of(staff, type_id)
    form = AddProcessorForm(
        processors_to_add(row.accounts), request.POST if request.method == "POST" else None
    )
    if request.method != "POST" or not form.is_valid():
        return edit_page(request, staff, row, adding=form)
    try:
        add_processor(staff.member, type_id, form.cleaned_data["processor"])
    except (Conflict, Invalid) as error:
        form.add_error("processor", error_text(error))
        return edit_page(request, staff, row, adding=form)
    return _foot(staff, type_id)


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@staff(Can.SET_UP_PAYMENTS)
def save_processors(request: HttpRequest, staff: Staff, type_id: UUID) -> HttpResponse:
    """Save Processors: what was pasted is checked with the processor; blank keeps the old."""
    row = row_of(staff, type_id)
    if request.method != "POST":
        return _foot(staff, type_id)
    forms = account_forms(staff, row, request.POST)
    saved = [_save(staff, form) for form in forms if form.is_valid()]
    for one in saved:
        if one is not None:
            _say(request, one)
    if any(form.errors for form in forms):
        return edit_page(request, staff, row, accounts=forms)
    return _foot(staff, type_id)


def _save(staff: Staff, form: AccountForm) -> SavedAccount | None:
    """None when it was refused: then the form says why."""
    try:
        return save_credentials(staff.member, form.view.account.id, form.values, form.api_base)
    except CredentialsRefused as refused:
        for name, problem in refused.problems.items():
            form.add_error(name if name in form.fields else None, problem_text(problem))
    except KeyRefused as refused:
        form.add_error(refused.field, error_text(refused))
    except (Conflict, Invalid, Unavailable) as error:
        form.add_error(None, error_text(error))
    return None


@require_POST
@staff(Can.SET_UP_PAYMENTS)
def check_processor(request: HttpRequest, staff: Staff, type_id: UUID, account_id: UUID) -> HttpResponse:
    """Ask the processor now whose key it is."""
    _row_with(staff, type_id, account_id)
    try:
        _say(request, check_account(staff.member, account_id))
    except Unavailable as error:
        messages.error(request, error_text(error))
    return _foot(staff, type_id)


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Can.SET_UP_PAYMENTS)
def remove_processor(request: HttpRequest, staff: Staff, type_id: UUID, account_id: UUID) -> HttpResponse:
    """Take a processor away; one that payments need is retired."""
    row = _row_with(staff, type_id, account_id)
    home = reverse("dashboard:payment_type", args=[staff.tenant.slug, type_id]) + FOOT
    if request.method == "POST":
        messages.success(request, str(REMOVALS[remove_account(staff.member, account_id)]))
        return redirect(home)
    context = {
        "form": PlainForm(),
        "title": _("Remove the processor from %(name)s?") % {"name": row.type.name},
        "facts": [
            _("Guests can no longer pay with it, and its keys are deleted."),
            _(
                "If payments were made with it, the keys are kept: those payments may still come in or be refunded."
            ),
        ],
        "do": _("Remove"),
        "back": home,
        "is_danger": True,
    }
    return page(request, staff, "dashboard/question.html", context, here="payment_types")


def _row_with(staff: Staff, type_id: UUID, account_id: UUID) -> TypeRow:
    """The type, if that account is one of its own; Gone."""
    row = row_of(staff, type_id)
    if account_id not in (account.id for account in row.accounts):
        raise Gone(Code.ACCOUNT_UNKNOWN)
    return row


def _say(request: HttpRequest, saved: SavedAccount) -> None:
    first, rest = saved.findings[:1], saved.findings[1:]
    for finding in first:
        (messages.success if saved.facts else messages.warning)(request, finding_text(finding))
    for finding in rest:
        messages.warning(request, finding_text(finding))


def _foot(staff: Staff, type_id: UUID) -> HttpResponse:
    return redirect(reverse("dashboard:payment_type", args=[staff.tenant.slug, type_id]) + FOOT)
