"""Day closes: their list, a business day before and after it is closed, its PDF, and which are mailed."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from duitpos.dashboard.access import staff
from duitpos.dashboard.forms.day_close import DayCloseForm, DayCloseMailForm
from duitpos.dashboard.page import page
from duitpos.dashboard.texts.errors import error_text
from duitpos.domain.errors import Code, Conflict, Gone, Invalid
from duitpos.domain.people.roles import Can
from duitpos.domain.people.staff import Staff
from duitpos.domain.reporting.day_close import state as days
from duitpos.domain.reporting.day_close.close_day import Drawer, close_day
from duitpos.domain.reporting.day_close.corrections import corrections_of, days_to_correct
from duitpos.domain.reporting.day_close.figures import Figures, Part
from duitpos.domain.reporting.day_close.mail_setting import set_day_close_mail
from duitpos.domain.reporting.day_close.state import DayState, day_state, look_at
from duitpos.domain.tenancy.find import location_of, locations
from duitpos.kit.clock import now
from duitpos.kit.money import Money
from duitpos.kit.pdf_sheet import pdf_of
from duitpos.models import DayClose, Location
from duitpos.web.day_close.sheet import close_sheet, day_name, preview_sheet

LISTED = 92
"""Day closes on the page: a quarter. Others are found by their address."""
_DAY = re.compile(r"2\d{3}-\d\d-\d\d", re.ASCII)


@require_safe
@staff(Can.SEE_REPORTS)
def day_closes(request: HttpRequest, staff: Staff) -> HttpResponse:
    """List a location's days that are not closed, and its day closes."""
    sites = locations(staff.tenant)
    wanted = request.GET.get("location", "")
    site = next((one for one in sites if one.slug == wanted), sites[0])
    at = now()
    today = days.today(site, at)
    context = {
        "sites": sites,
        "site": site,
        "open": [
            (
                one.business_date.isoformat(),
                day_name(one.business_date, site.locale),
                one.business_date == today,
            )
            for one in days.days_not_closed(site, at)
        ],
        "closes": [(one, day_name(one.business_date, site.locale)) for one in days.day_closes(site, LISTED)],
        "to_correct": [
            (one.business_date.isoformat(), day_name(one.business_date, site.locale))
            for one in days_to_correct(site).order_by("business_date")
        ],
        "mail": DayCloseMailForm(initial={"mail": site.day_close_mail}),
    }
    return page(request, staff, "dashboard/day_closes.html", context, here="reports")


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Can.SEE_REPORTS)
def day_close(request: HttpRequest, staff: Staff, location: str, day: str) -> HttpResponse:
    """Show a business day. POST closes it."""
    site = location_of(staff.tenant, location)
    state = day_state(site, _date(day), now())
    form = DayCloseForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        answer = _close(request, staff, state, form)
        if answer is not None:
            return answer
    elif state.close is not None:
        return _closed(request, staff, state, state.close)
    return _to_close(request, staff, state, form)


def _close(request: HttpRequest, staff: Staff, state: DayState, form: DayCloseForm) -> HttpResponse | None:
    """Close the day. None: what was typed is wrong, as the form says then."""
    data, site = form.cleaned_data, state.location
    try:
        drawer = Drawer(data["opening"], data["counted"], data["note"])
        done = close_day(staff.member, site, state.business_date, data["changes"], drawer)
    except Invalid as error:
        form.add_error("note" if error.code == Code.DRAWER_NOTE_TOO_LONG else "counted", error_text(error))
        return None
    except Conflict as error:
        messages.error(request, error_text(error))
    else:
        said = _("Closed as %(number)s.") if done.is_new else _("It was closed already, as %(number)s.")
        (messages.success if done.is_new else messages.warning)(request, said % {"number": done.close.label})
    return redirect("dashboard:day_close", staff.tenant.slug, site.slug, state.business_date.isoformat())


def _closed(request: HttpRequest, staff: Staff, state: DayState, close: DayClose) -> HttpResponse:
    since = corrections_of(close)
    context = {
        **_about(state),
        "close": close,
        "sheet": close_sheet(close, staff.tenant.name, since),
        "is_changed": bool(since),
    }
    return page(request, staff, "dashboard/day_close.html", context, here="reports")


def _to_close(request: HttpRequest, staff: Staff, state: DayState, form: DayCloseForm) -> HttpResponse:
    state, figures, items = look_at(state.location, state.business_date, now())
    form.initial["changes"] = state.changes
    context = {
        **_about(state),
        "sheet": preview_sheet(state, figures, staff.tenant.name, items.without_order),
        "items": items,
        "is_over": state.is_over,
        "ends_at": state.ends_at,
        "cash": _cash(figures, state.location),
        "form": form,
    }
    return page(request, staff, "dashboard/day_close.html", context, here="reports")


def _about(state: DayState) -> dict[str, Any]:
    return {
        "site": state.location,
        "day": state.business_date.isoformat(),
        "day_name": day_name(state.business_date, state.location.locale),
    }


def _cash(figures: Figures, site: Location) -> str:
    return Money(figures.total(site.currency, Part.CASH).net, site.currency).format(site.locale)


@require_safe
@staff(Can.SEE_REPORTS)
def day_close_file(request: HttpRequest, staff: Staff, location: str, day: str) -> HttpResponse:
    """Download a day close as PDF, as its page shows it."""
    site = location_of(staff.tenant, location)
    close = day_state(site, _date(day), now()).close
    if close is None:
        raise Gone(Code.DAY_UNKNOWN)
    data = pdf_of(close_sheet(close, staff.tenant.name, corrections_of(close)))
    response = HttpResponse(data, content_type="application/pdf")
    name = f"{staff.tenant.slug}-{site.slug}-{close.business_date}-{close.label}.pdf"
    response["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=name) or "attachment"
    )
    return response


@require_POST
@staff(Can.SET_UP_REPORTS)
def day_close_mail(request: HttpRequest, staff: Staff, location: str) -> HttpResponse:
    """Say which day closes are mailed to the owners."""
    site = location_of(staff.tenant, location)
    set_day_close_mail(staff.member, site, request.POST.get("mail", ""))
    messages.success(request, _("Saved. It counts for the days that are closed from now on."))
    answer = redirect("dashboard:day_closes", staff.tenant.slug)
    answer["Location"] += f"?location={site.slug}"
    return answer


def _date(text: str) -> date:
    """The business day in the address. Gone for anything else."""
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise Gone(Code.DAY_UNKNOWN)
