"""The disputes of guests' banks: the list, and one with what can be done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from duitpos.dashboard.access import staff
from duitpos.dashboard.page import page
from duitpos.dashboard.texts.disputes import (
    MOVEMENTS,
    STATES,
    can_be_answered,
    deadline_text,
    is_urgent,
    reason_words,
    steps_of,
)
from duitpos.domain.payments.disputes.read import dispute_details, disputes_page
from duitpos.domain.people.roles import Can
from duitpos.domain.people.staff import Staff
from duitpos.domain.tenancy.find import locations
from duitpos.kit.clock import now
from duitpos.models import Dispute, Location


@dataclass(frozen=True, slots=True)
class ShownDispute:
    """A dispute in words."""

    dispute: Dispute
    site: Location
    state: str
    reason: str
    deadline: str
    is_urgent: bool


@require_safe
@staff(Can.RESOLVE_ALERTS)
def disputes(request: HttpRequest, staff: Staff) -> HttpResponse:
    """List disputes, those that wait for an answer first."""
    text = request.GET.get("page", "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0
    rows, has_more = disputes_page(staff.tenant, number)
    home, at = locations(staff.tenant)[0], now()
    context = {
        "rows": [shown_dispute(row, home, at) for row in rows],
        "more": number + 1 if has_more else 0,
        "is_later": number > 0,
    }
    return page(request, staff, "dashboard/disputes.html", context, here="payment_issues")


@require_safe
@staff(Can.RESOLVE_ALERTS)
def dispute(request: HttpRequest, staff: Staff, dispute_id: UUID) -> HttpResponse:
    """Show a dispute, its money and what to do."""
    details = dispute_details(staff.tenant, dispute_id)
    row = shown_dispute(details.dispute, locations(staff.tenant)[0], now())
    context = {
        "row": row,
        "details": details,
        "steps": steps_of(details.dispute.status),
        "can_answer": can_be_answered(details.dispute),
        "movements": [(str(MOVEMENTS[one.kind]), one.amount) for one in details.movements],
    }
    return page(request, staff, "dashboard/dispute.html", context, here="payment_issues")


def shown_dispute(dispute: Dispute, home: Location, at: datetime) -> ShownDispute:
    """A dispute in words. Without a location of its own, times are in the first location's zone."""
    site = dispute.payment.location or home
    return ShownDispute(
        dispute,
        site,
        str(STATES[dispute.status]),
        reason_words(dispute),
        deadline_text(dispute, at, site.time_zone, site.locale),
        is_urgent(dispute, at),
    )
