"""The dashboard's home page: today."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from duitpos.dashboard.access import staff
from duitpos.dashboard.page import page
from duitpos.dashboard.texts.get_paid import evidence_text, title_text
from duitpos.dashboard.views.disputes import shown_dispute
from duitpos.domain.people.roles import Can, may
from duitpos.domain.people.staff import Staff
from duitpos.domain.processor_accounts.setup_facts import guided_processor
from duitpos.domain.processor_accounts.setup_steps import Setup, Step
from duitpos.domain.sweep.unfinished import keep_unfinished
from duitpos.domain.today import today
from duitpos.kit.clock import now
from duitpos.models import Location


@dataclass(frozen=True, slots=True)
class Missing:
    """A step of the set-up that is not done. `view` is the page where it is done."""

    title: str
    text: str
    view: str


_SAID = 3
"""Disputes with their deadlines; the page of all disputes has the others."""
_PAGES = {Step.MENU: "dashboard:menu", Step.TABLES: "dashboard:add_table"}


@require_safe
@staff()
def home(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Show today; a cook, who sees no orders here, goes on to the kitchen."""
    if not may(staff.member.role, Can.SEE_ORDERS):
        return redirect("kitchen:pick", staff.tenant.slug)
    at = now()
    found = today(staff.member, at)
    first = found.sites[0].location
    context = {
        "today": found,
        "home": first,
        "waits": found.alerts or found.issues or found.calls or found.disputes,
        "disputes": [shown_dispute(one, first, at) for one in found.disputes[:_SAID]],
        "missing": _missing(found.setup, first) if found.setup else [],
        "has_no_menu": found.setup is not None and not found.setup.of(Step.MENU).is_done,
    }
    return page(request, staff, "dashboard/home.html", context, here="today")


@require_POST
@staff(Can.SET_UP_PAYMENTS)
def keep(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Keep a restaurant that has not taken an order yet for another thirty days."""
    if keep_unfinished(staff.member):
        messages.success(request, _("It is kept for another 30 days."))
    return redirect("dashboard:home", staff.tenant.slug)


def _missing(setup: Setup, site: Location) -> list[Missing]:
    processor = guided_processor().label
    return [
        Missing(
            title_text(state.step, processor),
            evidence_text(state, processor, site),
            _PAGES.get(state.step, "dashboard:get_paid"),
        )
        for state in setup.steps
        if not state.is_done
    ]
