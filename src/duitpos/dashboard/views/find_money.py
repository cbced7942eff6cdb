"""A guest says they paid: search for what became of the money, and ask the processor too."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from duitpos.dashboard.access import staff
from duitpos.dashboard.forms.payment_issues import FindForm
from duitpos.dashboard.page import page
from duitpos.dashboard.texts.became import NOTHING_FOUND, asked_texts, became_text
from duitpos.dashboard.texts.errors import error_text
from duitpos.domain.errors import TooMany
from duitpos.domain.payment_issues.ask import Asked, ask_processors, askable_processors
from duitpos.domain.payment_issues.find import FoundMoney, find_money
from duitpos.domain.people.roles import Can
from duitpos.domain.people.staff import Staff
from duitpos.domain.tenancy.find import locations
from duitpos.models import Location


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Can.CHECK_PAYMENT)
def find(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Search what is stored. POST: ask the processor too, then search again and show what it said."""
    sites = locations(staff.tenant)
    form = FindForm(request.POST if request.method == "POST" else request.GET, sites=sites)
    question = form.question()
    asked, notices = Asked(), list[tuple[str, str]]()
    if request.method == "POST" and form.is_valid():
        try:
            asked = ask_processors(staff.member, question)
        except TooMany as error:
            notices.append(("waiting", error_text(error)))
    rows = [] if form.errors else find_money(staff.tenant, sites, question, asked.shown)
    notices += asked_texts(asked, bool(rows))
    is_asked = form.is_valid() and (not question.is_empty or request.method == "POST")
    if is_asked and not rows and not notices:
        notices.append(("waiting", str(NOTHING_FOUND)))
    context = {
        "form": form,
        "rows": [(row, _sentence(row, row.location or sites[0])) for row in rows],
        "notices": notices,
        "is_asked": is_asked,
        "processors": askable_processors(staff.tenant),
        "home": sites[0],
    }
    return page(request, staff, "dashboard/find_money.html", context, here="payment_issues")


def _sentence(row: FoundMoney, place: Location) -> str:
    return became_text(row.answer, place.time_zone, place.locale)
