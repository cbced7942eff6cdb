"""List, add, edit and delete payment types."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from duitpos.dashboard.access import staff
from duitpos.dashboard.forms.payment_types import (
    AccountForm,
    AddProcessorForm,
    EditPaymentTypeForm,
    NewPaymentTypeForm,
    PaymentTypeForm,
)
from duitpos.dashboard.page import page
from duitpos.dashboard.texts.errors import error_text
from duitpos.dashboard.texts.payment_issues import hidden_text
from duitpos.dashboard.texts.processors import state_text
from duitpos.domain.errors import Code, Conflict, Gone, Invalid
from duitpos.domain.payment_issues.known import Known, load_offers
from duitpos.domain.payment_issues.offer_check import why_hidden
from duitpos.domain.people.roles import Can
from duitpos.domain.people.staff import Staff
from duitpos.domain.processor_accounts.account_review import counts_of, stopped_types
from duitpos.domain.processor_accounts.offers import move_type, set_offers
from duitpos.domain.processor_accounts.switch import account_uses, is_choice
from duitpos.domain.processor_accounts.types import TypeRow, create_type, delete_type, edit_type, types_of
from duitpos.domain.processor_accounts.view import account_view, processors_to_add
from duitpos.domain.processor_accounts.webhooks.view import webhook_reports
from duitpos.domain.tenancy.find import locations
from duitpos.kit.clock import now
from duitpos.models import Location, PaymentType
from duitpos.models.payment_setup import AccountState
from duitpos.web.forms import PlainForm


@require_safe
@staff(Can.SET_UP_PAYMENTS)
def payment_types(request: HttpRequest, staff: Staff) -> HttpResponse:
    """List the payment types, and what guests choose from at each location."""
    rows, known = types_of(staff.tenant), load_offers(staff.tenant, now())
    context = {
        "rows": rows,
        "stopped": stopped_types(rows, counts_of(staff.tenant, rows)),
        "webhooks": webhook_reports(staff.tenant, rows),
        # A payment type belongs to all locations; show its times in the first one's time zone.
        "location": known.sites[0],
        "seen_at": [(site, _seen_at(known, site)) for site in known.sites],
    }
    return page(request, staff, "dashboard/payment_types.html", context, here="payment_types")


def _seen_at(known: Known, site: Location) -> tuple[list[str], list[str]]:
    """What guests choose from at a location, and why each of the other types is not among it."""
    names, reasons = [], []
    for kind in known.types:
        why = hidden_text(why_hidden(known, kind, site), known.sites[0])
        if why:
            reasons.append(why)
        else:
            names.append(kind.shown_name)
    return names, reasons


@require_http_methods(["POST"])
@staff(Can.SET_UP_PAYMENTS)
def move_payment_type(request: HttpRequest, staff: Staff, type_id: UUID) -> HttpResponse:
    """Move a type one place up or down, for guests and staff."""
    moved = move_type(staff.member, type_id, up=request.POST.get("to") == "up")
    messages.success(request, _("%(name)s moved.") % {"name": moved.name})
    return redirect("dashboard:payment_types", staff.tenant.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Can.SET_UP_PAYMENTS)
def add_payment_type(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Add a payment type; an online one continues to its processors."""
    form = NewPaymentTypeForm(request.POST or None, initial={"is_active": True})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = create_type(staff.member, data["code"], data["name"], data["is_active"], data["kind"])
        except (Conflict, Invalid) as error:
            _add_error(form, error)
        else:
            messages.success(
                request, _("%(name)s (%(code)s) added.") % {"name": made.name, "code": made.code}
            )
            if made.is_online:
                return redirect("dashboard:payment_type", staff.tenant.slug, made.id)
            return redirect("dashboard:payment_types", staff.tenant.slug)
    return page(request, staff, "dashboard/payment_type_form.html", {"form": form}, here="payment_types")


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Can.SET_UP_PAYMENTS)
def payment_type(request: HttpRequest, staff: Staff, type_id: UUID) -> HttpResponse:
    """Edit code, name and active; the processors are below."""
    row = row_of(staff, type_id)
    before = {"code": row.type.code, "name": row.type.name, "is_active": row.type.is_active}
    sent = request.POST if request.method == "POST" else None
    form = EditPaymentTypeForm(row.type, locations(staff.tenant), sent)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            saved = edit_type(
                staff.member, type_id, data["code"], data["name"], data["is_active"], data["guest_name"]
            )
            set_offers(staff.member, row.type, form.offers)
        except (Conflict, Invalid) as error:
            _add_error(form, error)
        else:
            messages.success(request, _saved_text(before, saved, is_changed=form.has_changed()))
            return redirect("dashboard:payment_type", staff.tenant.slug, type_id)
    return edit_page(request, staff, row, form)


def edit_page(
    request: HttpRequest,
    staff: Staff,
    row: TypeRow,
    form: PaymentTypeForm | None = None,
    accounts: Sequence[AccountForm] | None = None,
    adding: AddProcessorForm | None = None,
) -> HttpResponse:
    """Render the edit form with its processors, also after an error in one of the forms."""
    known = load_offers(staff.tenant, now())
    sites = known.sites
    uses = account_uses(staff.tenant.id, row.type.id)
    shown = {"processors": row.type.is_online, "accounts": is_choice(uses)}
    context = {
        "row": row,
        # Where in the page a message is: beside what was saved, in the flow.
        "said_at": at if shown.get(at := request.GET.get("at", "")) else "",
        # A payment type belongs to all locations; show its times in the first one's time zone.
        "location": sites[0],
        "form": form or EditPaymentTypeForm(row.type, sites),
        "accounts": account_forms(staff, row) if accounts is None else accounts,
        "counts": counts_of(staff.tenant, [row]),
        "webhooks": webhook_reports(staff.tenant, [row]),
        "seen_at": [(site, hidden_text(why_hidden(known, row.type, site), sites[0])) for site in sites],
        # A single account in use is all on the form above.
        "uses": [(use, state_text(use.account)) for use in uses] if is_choice(uses) else [],
        "adding": adding or AddProcessorForm(processors_to_add(row.accounts)),
    }
    return page(request, staff, "dashboard/payment_type.html", context, here="payment_types")


def account_forms(staff: Staff, row: TypeRow, data: object = None) -> list[AccountForm]:
    """A form for each account that is not retired."""
    return [
        AccountForm(account_view(account, settings.BASE_URL, staff.tenant.slug), data)
        for account in row.accounts
        if account.state != AccountState.RETIRED
    ]


def row_of(staff: Staff, type_id: UUID) -> TypeRow:
    """The payment type with its accounts. Raises Gone."""
    for row in types_of(staff.tenant):
        if row.type.id == type_id:
            return row
    raise Gone(Code.TYPE_UNKNOWN)


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Can.SET_UP_PAYMENTS)
def delete_payment_type(request: HttpRequest, staff: Staff, type_id: UUID) -> HttpResponse:
    """Delete a payment type that was never used; for a used one, show why it cannot be deleted."""
    row = row_of(staff, type_id)
    form = PlainForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            delete_type(staff.member, type_id)
        except Conflict as error:
            form.add_error(None, error_text(error))
        else:
            messages.success(request, _("%(name)s deleted.") % {"name": row.type.name})
            return redirect("dashboard:payment_types", staff.tenant.slug)
    facts = [_("It disappears from checkout and from this list.")]
    if row.accounts:
        facts.append(_("The keys saved with it are deleted too."))
    context = {
        "form": form,
        "title": _("Delete %(name)s (%(code)s)?") % {"name": row.type.name, "code": row.type.code},
        "facts": facts,
        "do": _("Delete"),
        "back": reverse("dashboard:payment_type", args=[staff.tenant.slug, type_id]),
        "is_danger": True,
    }
    return page(request, staff, "dashboard/question.html", context, here="payment_types")


def _add_error(form: PaymentTypeForm, error: Conflict | Invalid) -> None:
    form.add_error("name" if error.code == Code.TYPE_NAME_WRONG else "code", error_text(error))


def _saved_text(before: dict[str, object], now: PaymentType, *, is_changed: bool) -> str:
    changes = []
    if before["code"] != now.code:
        changes.append(_("code is now %(code)s") % {"code": now.code})
    if before["name"] != now.name:
        changes.append(_("name is now %(name)s") % {"name": now.name})
    if before["is_active"] != now.is_active:
        changes.append(_("now active") if now.is_active else _("now inactive: nobody can choose it"))
    if not is_changed:
        return _("Saved; nothing was different.")
    if not changes:
        return _("%(name)s saved.") % {"name": now.name}
    return _("%(name)s saved: %(changes)s.") % {"name": now.name, "changes": ", ".join(changes)}
