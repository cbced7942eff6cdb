"""A payment type's processors: add one, save and check keys, remove one."""

from __future__ import annotations

from dataclasses import replace
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
    account_of,
    add_processor,
    check_account,
    remove_account,
    save_credentials,
)
from duitpos.domain.processor_accounts.credentials import CredentialsRefused
from duitpos.domain.processor_accounts.findings import Finding
from duitpos.domain.processor_accounts.types import TypeRow
from duitpos.domain.processor_accounts.view import processors_to_add
from duitpos.web.forms import PlainForm

ANCHOR = "?at=processors#processors"
"""Where the page opens, and where in it the message is."""


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Can.SET_UP_PAYMENTS)
def add_processor_to_type(request: HttpRequest, staff: Staff, type_id: UUID) -> HttpResponse:
    """Add the processor chosen in the dropdown."""
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
    return _to_processors(staff, type_id)


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@staff(Can.SET_UP_PAYMENTS)
def save_processors(request: HttpRequest, staff: Staff, type_id: UUID) -> HttpResponse:
    """Check pasted keys with the processor and save them. A blank field keeps the saved value."""
    row = row_of(staff, type_id)
    if request.method != "POST":
        return _to_processors(staff, type_id)
    forms = account_forms(staff, row, request.POST)
    for form in forms:
        one = _save(staff, form) if form.is_valid() else None
        if one is not None:
            _add_saved(request, form, one)
    if any(form.errors for form in forms):
        return edit_page(request, staff, row, accounts=forms)
    return _to_processors(staff, type_id)


def _save(staff: Staff, form: AccountForm) -> SavedAccount | None:
    """Save one account's form. On an error, return None; the form has the error."""
    try:
        return save_credentials(staff.member, form.view.account.id, form.values, form.api_base)
    except (Conflict, Invalid, Unavailable) as error:
        add_error(form, error)
    return None


def add_error(form: PlainForm, error: Conflict | Invalid | Unavailable) -> None:
    """Show why pasted keys were not saved, beside the field that it is about."""
    match error:
        case CredentialsRefused():
            for name, problem in error.problems.items():
                form.add_error(name if name in form.fields else None, problem_text(problem))
        case KeyRefused():
            form.add_error(error.field if error.field in form.fields else None, error_text(error))
        case _:
            form.add_error(None, error_text(error))


@require_POST
@staff(Can.SET_UP_PAYMENTS)
def check_processor(request: HttpRequest, staff: Staff, type_id: UUID, account_id: UUID) -> HttpResponse:
    """Check an account's key with the processor now."""
    row_with(staff, type_id, account_id)
    try:
        add_messages(request, check_account(staff.member, account_id))
    except Unavailable as error:
        messages.error(request, error_text(error))
    return _to_processors(staff, type_id)


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Can.SET_UP_PAYMENTS)
def remove_processor(request: HttpRequest, staff: Staff, type_id: UUID, account_id: UUID) -> HttpResponse:
    """Confirm (GET) and remove (POST) a processor account; one with payments is retired."""
    row = row_with(staff, type_id, account_id)
    back = reverse("dashboard:payment_type", args=[staff.tenant.slug, type_id]) + ANCHOR
    if request.method == "POST":
        messages.success(request, str(REMOVALS[remove_account(staff.member, account_id)]))
        return redirect(back)
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
        "back": back,
        "is_danger": True,
    }
    return page(request, staff, "dashboard/question.html", context, here="payment_types")


def row_with(staff: Staff, type_id: UUID, account_id: UUID) -> TypeRow:
    """The payment type that has this account. Raises Gone."""
    row = row_of(staff, type_id)
    if account_of(staff.tenant.id, account_id).payment_type_id != row.type.id:
        raise Gone(Code.ACCOUNT_UNKNOWN)
    return row


def _add_saved(request: HttpRequest, form: AccountForm, saved: SavedAccount) -> None:
    """Say exactly what was saved; whose the key is only if the key was among it."""
    given, is_address = form.given, form.api_base is not None
    names = [one.field.label for one in given] + ([_("Address")] if is_address else [])
    if names:
        text = _("%(account)s: saved %(fields)s.")
        messages.success(request, text % {"account": form.view.label, "fields": ", ".join(names)})
    elif saved.facts is not None:
        messages.success(request, _("%(account)s: nothing was changed.") % {"account": form.view.label})
    if saved.facts is not None and not is_address and all(one.field.verifies for one in given):
        rest = tuple(one for one in saved.findings if one["code"] != Finding.KEY_BELONGS_TO)
        saved = replace(saved, findings=rest)
    add_messages(request, saved)


def add_messages(request: HttpRequest, saved: SavedAccount, *, is_short: bool = False) -> None:
    """Show the findings of saved or checked keys on the next page; `is_short`: only whose the keys are."""
    first, rest = saved.findings[:1], () if is_short else saved.findings[1:]
    for finding in (*first, *rest):
        is_whose = finding["code"] in (Finding.KEY_BELONGS_TO, Finding.OTHER_ACCOUNT)
        is_good = (is_whose and saved.facts is not None) or finding["code"] == Finding.WEBHOOK_INSTALLED
        (messages.success if is_good else messages.warning)(request, finding_text(finding))


def _to_processors(staff: Staff, type_id: UUID) -> HttpResponse:
    return redirect(reverse("dashboard:payment_type", args=[staff.tenant.slug, type_id]) + ANCHOR)
