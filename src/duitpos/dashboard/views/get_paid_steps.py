"""What can be done on the set-up page itself: save a key, make the payment type and the webhook, refund the test."""

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
from duitpos.dashboard.forms.get_paid import ChooseTypeForm, KeysForm
from duitpos.dashboard.texts.errors import error_text
from duitpos.dashboard.texts.processors import finding_text
from duitpos.dashboard.texts.refunds import refund_text
from duitpos.dashboard.views.get_paid import setup_page
from duitpos.dashboard.views.processors import add_error, add_messages
from duitpos.domain.errors import Conflict, Invalid, Unavailable
from duitpos.domain.people.roles import Can
from duitpos.domain.people.staff import Staff
from duitpos.domain.processor_accounts.accounts import save_credentials
from duitpos.domain.processor_accounts.findings import Finding
from duitpos.domain.processor_accounts.first_key import choose_type, refund_test_payment, save_first_key
from duitpos.domain.processor_accounts.setup_facts import account_in_setup, guided_processor
from duitpos.domain.processor_accounts.view import field_views
from duitpos.domain.processor_accounts.webhooks.actions import set_up_webhook
from duitpos.models import ProcessorAccount


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@staff(Can.SET_UP_PAYMENTS)
def first_key(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Check the pasted key and save it."""
    if request.method != "POST":
        return _to_step(staff, "key")
    account = account_in_setup(staff.tenant)
    form = KeysForm(field_views(guided_processor(), account), request.POST, prefix="key")
    if form.is_valid():
        try:
            # The page's own steps say what is missing.
            add_messages(request, save_first_key(staff.member, form.values), is_short=True)
        except (Conflict, Invalid, Unavailable) as error:
            add_error(form, error)
        else:
            return _to_step(staff, "key")
    return setup_page(request, staff, key_form=form)


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Can.SET_UP_PAYMENTS)
def first_type(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Make the payment type, or offer an existing one."""
    form = ChooseTypeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            account = choose_type(staff.member, form.cleaned_data["type"])
        except (Conflict, Invalid) as error:
            messages.error(request, error_text(error))
        else:
            text = _("“%(name)s” is ready: with a key, guests can choose it.")
            messages.success(request, text % {"name": account.payment_type.name})
    elif form.is_bound:
        messages.error(request, _("Choose one of the payment types below."))
    return _to_step(staff, "type")


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@staff(Can.SET_UP_PAYMENTS)
def first_webhook(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Set the webhook up at the processor, or save what was pasted of one that was made by hand."""
    account = account_in_setup(staff.tenant)
    if request.method != "POST" or account is None:
        return _to_step(staff, "webhook")
    if "by_hand" not in request.POST:
        _install(request, staff, account)
        return _to_step(staff, "webhook")
    views = field_views(guided_processor(), account, verifies=True)
    form = KeysForm(views, request.POST, prefix="webhook")
    if form.is_valid():
        try:
            save_credentials(staff.member, account.id, form.values)
        except (Conflict, Invalid, Unavailable) as error:
            add_error(form, error)
        else:
            messages.success(request, _("Saved. The tick comes with the first signed delivery."))
            return _to_step(staff, "webhook")
    return setup_page(request, staff, webhook_form=form)


def _install(request: HttpRequest, staff: Staff, account: ProcessorAccount) -> None:
    label = guided_processor().label
    try:
        finding = set_up_webhook(staff.member, account.id)
    except Conflict as error:
        messages.error(request, error_text(error))
        return
    if finding is None:
        text = _("This cannot be done from here. Do it by hand: the address and the events are below.")
        messages.warning(request, text)
        return
    is_good = finding["code"] == Finding.WEBHOOK_INSTALLED
    (messages.success if is_good else messages.warning)(
        request, finding_text({**finding, "processor": label})
    )


@require_POST
@staff(Can.SET_UP_PAYMENTS)
def refund_test(request: HttpRequest, staff: Staff, payment_id: UUID) -> HttpResponse:
    """Refund the test payment."""
    try:
        refund = refund_test_payment(staff.member, payment_id, _("Test payment"))
    except Conflict as error:
        messages.error(request, error_text(error))
    else:
        messages.success(request, refund_text(refund))
    return _to_step(staff, "payment")


def _to_step(staff: Staff, step: str) -> HttpResponse:
    return redirect(reverse("dashboard:get_paid", args=[staff.tenant.slug]) + f"?at=step-{step}#step-{step}")
