"""Change many prices at once: choose, look at the preview, apply."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from duitpos.dashboard.access import staff
from duitpos.dashboard.forms.menu_prices import PricesForm
from duitpos.dashboard.forms.pages import Pager, number_in
from duitpos.dashboard.page import page
from duitpos.dashboard.texts.menu_prices import EFFECTS, changed_text, meanwhile_text
from duitpos.domain.menus.edit.bulk_prices import (
    PriceRow,
    apply_change,
    choices_of,
    pack,
    preview,
    unpack,
)
from duitpos.domain.menus.edit.price_rules import APPLIED
from duitpos.domain.people.roles import Can
from duitpos.domain.people.staff import Staff
from duitpos.domain.tenancy.find import locations

PAGE = 100
"""Rows of a page."""


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Can.EDIT_MENU)
def menu_prices(request: HttpRequest, staff: Staff) -> HttpResponse:
    """The form; with its values in the query string, the preview's first page.

    POST: the further pages of a preview, or with `apply` the change itself. `seen` has the preview's old prices.
    """
    if request.method != "POST":
        form = _form(staff, request.GET if "target" in request.GET else None)
        return (
            _preview_page(request, staff, form)
            if form.is_bound and form.is_valid()
            else _page(request, staff, form)
        )
    form = _form(staff, request.POST)
    seen = unpack(request.POST.get("seen", ""))
    if not form.is_valid():
        return _page(request, staff, form)
    if "apply" not in request.POST:
        return _preview_page(request, staff, form, seen)
    result = apply_change(staff.member, form.which, form.change, seen)
    if result.changed or not result.meanwhile:
        messages.success(request, changed_text(result))
    if result.meanwhile:
        messages.warning(request, meanwhile_text(result))
    return redirect("dashboard:menu_prices", staff.tenant.slug)


def _form(staff: Staff, data: QueryDict | None) -> PricesForm:
    choices = choices_of(staff.tenant)
    return PricesForm(data, sites=locations(staff.tenant), sections=choices.sections, marks=choices.marks)


def _preview_page(
    request: HttpRequest, staff: Staff, form: PricesForm, seen: Mapping[UUID, int] | None = None
) -> HttpResponse:
    which = form.which
    rows = preview(staff.tenant, which, form.change, seen)
    pager = Pager(number_in(request.POST), len(rows), PAGE)
    site = which.location or next(one for one in form.sites.values() if one.currency == which.currency)
    counts = Counter(row.effect for row in rows)
    context = {
        "rows": [_row(row) for row in rows[pager.first - 1 : pager.last]],
        "pager": pager,
        "seen": pack(rows),
        "query": form.query,
        "site": site,
        "changes": sum(counts[effect] for effect in APPLIED),
        "effects": [
            (meaning, word, counts[effect]) for effect, (meaning, word) in EFFECTS.items() if counts[effect]
        ],
        "elsewhere": sum(1 for row in rows if row.elsewhere),
    }
    return _page(request, staff, form, context)


def _row(row: PriceRow) -> dict[str, Any]:
    meaning, word = EFFECTS.get(row.effect, ("", ""))
    return {"row": row, "meaning": meaning, "word": word}


def _page(
    request: HttpRequest, staff: Staff, form: PricesForm, context: Mapping[str, Any] | None = None
) -> HttpResponse:
    return page(request, staff, "dashboard/menu/prices.html", {"form": form, **(context or {})}, here="menu")
