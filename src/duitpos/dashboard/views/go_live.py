"""Go live: new payments use a live account, and back to test mode."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from duitpos.dashboard.access import staff
from duitpos.dashboard.forms.get_paid import LiveKeysForm
from duitpos.dashboard.page import page
from duitpos.dashboard.texts.errors import error_text
from duitpos.dashboard.texts.get_paid import evidence_text, title_text
from duitpos.dashboard.views.processors import add_error, add_messages
from duitpos.domain.errors import Code, Conflict, Invalid, Unavailable
from duitpos.domain.people.roles import Can
from duitpos.domain.people.staff import Staff
from duitpos.domain.processor_accounts.setup_facts import account_in_setup, guided_processor, read_setup
from duitpos.domain.processor_accounts.setup_steps import judge
from duitpos.domain.processor_accounts.switch import (
    back_to_test,
    count_test_orders,
    former_test_account,
)
from duitpos.domain.processor_accounts.switch import go_live as use_live_keys
from duitpos.domain.processor_accounts.view import field_views
from duitpos.kit.clock import now


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@staff(Can.SET_UP_PAYMENTS)
def go_live(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Explain what going live does (GET), and do it with the pasted live keys (POST)."""
    account = account_in_setup(staff.tenant)
    # Without the account: what is saved is a test key, which is no hint for the live one.
    views = field_views(guided_processor(), None)
    if request.method != "POST" or account is None:
        return _page(request, staff, LiveKeysForm(views))
    form = LiveKeysForm(views, request.POST, asks_other="live-is_other_meant" in request.POST)
    if form.is_valid():
        is_other_meant = bool(form.cleaned_data.get("is_other_meant"))
        try:
            saved = use_live_keys(staff.member, account.id, form.values, is_other_meant=is_other_meant)
        except (Conflict, Invalid, Unavailable) as error:
            if error.code == Code.LIVE_KEY_OF_ANOTHER:
                form.ask_other()
            _add_error(form, error)
        else:
            add_messages(request, saved)
            return redirect("dashboard:go_live", staff.tenant.slug)
    return _page(request, staff, form)


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Can.SET_UP_PAYMENTS)
def to_test(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Have new payments use the test account again."""
    account = account_in_setup(staff.tenant)
    if request.method == "POST" and account is not None and account.is_live:
        try:
            back_to_test(staff.member, account.id)
        except (Conflict, Unavailable) as error:
            messages.error(request, error_text(error))
        else:
            messages.success(request, _("Test mode: no real orders are taken until you go live again."))
    return redirect("dashboard:go_live", staff.tenant.slug)


def _add_error(form: LiveKeysForm, error: Conflict | Invalid | Unavailable) -> None:
    """Beside the key, where it is about the key."""
    if error.code in (Code.TEST_KEY_TO_GO_LIVE, Code.LIVE_KEY_OF_ANOTHER, Code.LIVE_KEY_MISSING):
        form.add_error(form.names[0], error_text(error))
    else:
        add_error(form, error)


def _page(request: HttpRequest, staff: Staff, form: LiveKeysForm) -> HttpResponse:
    known, processor = read_setup(staff.tenant), guided_processor()
    setup, site = judge(known, now()), known.site
    former = former_test_account(known.account) if setup.is_live and known.account else None
    context = {
        "setup": setup,
        "account": known.account,
        "former": former,
        "form": form,
        "processor": processor.label,
        "guide": processor.guide,
        "test_orders": count_test_orders(staff.tenant.id),
        "missing": [
            (title_text(one.step, processor.label), evidence_text(one, processor.label, site))
            for one in setup.steps
            if not one.is_done
        ],
        "location": site,
    }
    return page(request, staff, "dashboard/get_paid/go_live.html", context, here="get_paid")
