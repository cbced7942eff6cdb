"""The menu as a list, with a row to add a dish at the end of each section."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from duitpos.dashboard.access import staff
from duitpos.dashboard.forms.menu import NewItemForm, NewSectionForm
from duitpos.dashboard.forms.menu_filters import MenuQuery, read_kept_query, read_menu_query
from duitpos.dashboard.page import page
from duitpos.domain.menus.edit.items import add_item
from duitpos.domain.menus.edit.listing import item_row, menu_list
from duitpos.domain.menus.edit.sections import add_section, find_section
from duitpos.domain.people.roles import Can
from duitpos.domain.people.staff import Staff
from duitpos.domain.tenancy.find import locations
from duitpos.models import Location, MenuItem, MenuSection


@require_safe
@staff(Can.EDIT_MENU)
def menu(request: HttpRequest, staff: Staff) -> HttpResponse:
    """List the menu. `add`: the section whose row for a new dish gets the focus."""
    sites = locations(staff.tenant)
    query = read_menu_query(request.GET, sites)
    return list_page(request, staff, sites, query, focus=request.GET.get("add", ""))


def list_page(
    request: HttpRequest,
    staff: Staff,
    sites: Sequence[Location],
    query: MenuQuery,
    *,
    focus: str = "",
    adding: Mapping[UUID, NewItemForm] | None = None,
    new_section: NewSectionForm | None = None,
) -> HttpResponse:
    """Render the list, also after an error in a form that adds something."""
    shown = menu_list(staff.tenant, sites, query.filters, query.page)
    parts = [
        (part, (adding or {}).get(part.section.id) or new_item_form(sites, part.section, focus=focus))
        for part in shown.parts
    ]
    context = {
        **row_context(sites, query),
        "parts": parts,
        "menu": shown,
        "older": query.query(shown.page + 1) if shown.page < shown.pages else "",
        "newer": query.query(shown.page - 1) if shown.page > 1 else None,
        "new_section": new_section or NewSectionForm(),
        # A whole page shows its messages itself.
        "says": "HX-Request" in request.headers,
    }
    return page(request, staff, "dashboard/menu/list.html", context, here="menu")


def row_context(sites: Sequence[Location], query: MenuQuery) -> dict[str, Any]:
    """What every row needs to know of the list that it is in."""
    location = query.location or sites[0]
    return {
        "sites": sites,
        "query": query,
        "list": query.query(),
        "locale": location.locale,
        "can_order": query.keeps_order,
    }


def new_item_form(
    sites: Sequence[Location], section: MenuSection, data: Any = None, *, focus: str = ""
) -> NewItemForm:
    """The row that adds a dish to a section."""
    currencies = list(dict.fromkeys(site.currency for site in sites))
    has_focus = focus == str(section.id)
    return NewItemForm(data, key=section.id.hex, currencies=currencies, has_focus=has_focus)


def kept_query(request: HttpRequest, sites: Sequence[Location]) -> MenuQuery:
    """The filters of the list to go back to."""
    values = request.POST if request.method == "POST" else request.GET
    return read_kept_query(values.get("list", ""), sites)


def to_list(staff: Staff, query: MenuQuery, anchor: str = "") -> HttpResponse:
    """Go back to the list, at a row."""
    address, filters = reverse("dashboard:menu", args=[staff.tenant.slug]), query.query()
    return redirect(f"{address}{'?' if filters else ''}{filters}{'#' if anchor else ''}{anchor}")


def to_new_item(staff: Staff, query: MenuQuery, section_id: UUID) -> HttpResponse:
    """Go back to the list with the focus on a section's row for a new dish; browsers give none at an anchor."""
    filters = "&".join(part for part in (query.query(), f"add={section_id}") if part)
    return redirect(f"{reverse('dashboard:menu', args=[staff.tenant.slug])}?{filters}")


@require_POST
@staff(Can.EDIT_MENU)
def add_menu_section(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Add a section, and go on with its first dish."""
    sites = locations(staff.tenant)
    form = NewSectionForm(request.POST)
    if not form.is_valid():
        return list_page(request, staff, sites, kept_query(request, sites), new_section=form)
    section = add_section(staff.member, form.cleaned_data["section"])
    # Without filters and on the last page, where the new section is.
    last = menu_list(staff.tenant, sites, MenuQuery().filters).pages
    return to_new_item(staff, MenuQuery(page=last), section.id)


@require_POST
@staff(Can.EDIT_MENU)
def add_menu_item(request: HttpRequest, staff: Staff, section_id: UUID) -> HttpResponse:
    """Add a dish to a section, and go on with the next one."""
    sites = locations(staff.tenant)
    query = kept_query(request, sites)
    section = find_section(staff.tenant.id, section_id)
    form = new_item_form(sites, section, request.POST)
    is_in_place = "HX-Request" in request.headers
    if not form.is_valid():
        if is_in_place:
            return _add_row(request, staff, sites, query, section, form)
        return list_page(request, staff, sites, query, adding={section_id: form})
    data = form.cleaned_data
    item = add_item(staff.member, section_id, data["name"], data["price_minor"], data["currency"])
    if is_in_place:
        form = new_item_form(sites, section, focus=str(section_id))
        return _add_row(request, staff, sites, query, section, form, item)
    return to_new_item(staff, query, section_id)


def _add_row(
    request: HttpRequest,
    staff: Staff,
    sites: Sequence[Location],
    query: MenuQuery,
    section: MenuSection,
    form: NewItemForm,
    item: MenuItem | None = None,
) -> HttpResponse:
    """The row that adds a dish, after the row of the `item` that it has just added."""
    context = {
        **row_context(sites, query),
        "staff": staff,
        "section": section,
        "form": form,
        "row": item_row(staff.tenant, sites, item, query.location) if item else None,
    }
    return render(request, "dashboard/menu/_added.html", context)
