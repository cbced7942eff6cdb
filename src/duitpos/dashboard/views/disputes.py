"""The disputes of guests' banks: the list, and one with what can be done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from duitpos.dashboard.access import staff
from duitpos.dashboard.evidence_pdf import Document
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
from duitpos.dashboard.texts.evidence import Evidence, evidence_of
from duitpos.domain.orders.timeline import order_details
from duitpos.domain.payments.disputes.read import dispute_details, disputes_page
from duitpos.domain.people.roles import Can
from duitpos.domain.people.staff import Staff
from duitpos.domain.tenancy.find import locations
from duitpos.kit.clock import now
from duitpos.models import Dispute, Location
from duitpos.ui.when import exactly


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


@require_safe
@staff(Can.RESOLVE_ALERTS)
def evidence(request: HttpRequest, staff: Staff, dispute_id: UUID) -> HttpResponse:
    """Download what is known of the disputed payment and its order, to send to the processor."""
    details = dispute_details(staff.tenant, dispute_id)
    payment, at = details.dispute.payment, now()
    site = payment.location or locations(staff.tenant)[0]
    order = order_details(staff.tenant, payment.order_id) if payment.order_id else None
    path = reverse("guest:receipt", args=[staff.tenant.slug, order.order.token]) if order else ""
    with translation.override("en"):
        said = evidence_of(staff.tenant, details.dispute, site, order, settings.BASE_URL + path)
        data = evidence_file(said, exactly(at, site.time_zone, site.locale), at)
    response = HttpResponse(data, content_type="application/pdf")
    name = f"{staff.tenant.slug}-evidence-{details.dispute.reference}.pdf"
    response["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=name) or "attachment"
    )
    response["Cache-Control"] = "private, no-store"
    return response


def evidence_file(said: Evidence, made: str, made_at: datetime) -> bytes:
    """The evidence as a PDF."""
    foot = _("%(title)s, made on %(time)s") % {"title": said.title, "time": made}
    document = Document(said.title, foot, made_at, said.all_text)
    document.facts(said.dispute)
    sections = (
        (_("The order"), said.order),
        (_("The payment"), said.payment),
        (_("Refunds"), said.refunds),
        (_("What happened"), said.timeline),
    )
    for heading, rows in sections:
        if any(value for _name, value in rows):
            document.heading(heading)
            document.facts(rows)
        if rows is said.order and said.lines:
            document.heading(_("The receipt"))
            document.amounts(said.lines, said.total)
    if said.terms:
        document.heading(_("How the order came about"))
        for text in said.terms:
            document.paragraph(text)
    return document.to_bytes()


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
