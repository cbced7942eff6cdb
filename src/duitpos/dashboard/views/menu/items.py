"""Edit a dish, in its place in the list or on a page of its own."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from duitpos.dashboard.access import staff
from duitpos.dashboard.forms.menu_item import ItemForm, item_values
from duitpos.dashboard.page import page
from duitpos.dashboard.texts.errors import error_text
from duitpos.dashboard.texts.menu import STOCK
from duitpos.dashboard.views.menu.listing import kept_query, row_context, to_list
from duitpos.domain.errors import Conflict, Invalid
from duitpos.domain.menus.edit.archive import archive_item, restore_item
from duitpos.domain.menus.edit.copy import duplicate_item
from duitpos.domain.menus.edit.detail import ItemDetail, item_detail
from duitpos.domain.menus.edit.items import edit_item, find_item
from duitpos.domain.menus.edit.listing import item_row
from duitpos.domain.menus.eighty_six import set_stock
from duitpos.domain.people.roles import Can
from duitpos.domain.people.staff import Staff
from duitpos.domain.tenancy.find import location_of, locations
from duitpos.models import Location
from duitpos.models.menu import StockStatus


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Can.EDIT_MENU)
def menu_item(request: HttpRequest, staff: Staff, item_id: UUID) -> HttpResponse:
    """Edit a dish. In place, `row` is the row without its form. `copy`: it is a new copy, whose name gets the focus."""
    sites = locations(staff.tenant)
    detail = item_detail(staff.tenant, sites, item_id)
    is_in_place = "HX-Request" in request.headers
    if request.method != "POST":
        if is_in_place and "row" in request.GET:
            return _row(request, staff, sites, item_id)
        form = ItemForm(None, staff.tenant, sites, detail, is_copy="copy" in request.GET)
        return _form_page(request, staff, sites, detail, form)
    form = ItemForm(request.POST, staff.tenant, sites, detail)
    if not form.is_valid() or not _save(staff, sites, item_id, form):
        return _form_page(request, staff, sites, detail, form)
    query = kept_query(request, sites)
    is_elsewhere = form.cleaned_data["section"] != str(detail.item.section_id)
    if is_in_place and not is_elsewhere:
        return _row(request, staff, sites, item_id)
    messages.success(request, _("%(name)s saved.") % {"name": form.cleaned_data["name"]})
    if is_in_place:
        # It is in another section now: load the list again. A redirect that differs only by its anchor loads nothing.
        return HttpResponse(headers={"HX-Refresh": "true"})
    return to_list(staff, query, f"item-{item_id}")


def _save(staff: Staff, sites: Sequence[Location], item_id: UUID, form: ItemForm) -> bool:
    """Save; False if the form has something to say: somebody else changed the dish, or a row of it is gone."""
    try:
        edit_item(staff.member, item_id, form.read_at, form.draft())
    except Conflict:
        fresh = item_detail(staff.tenant, sites, item_id)
        if form.merge(item_values(staff.tenant, fresh), fresh.item.version):
            return False
        # Nothing that this form shows was changed: save over it.
        edit_item(staff.member, item_id, fresh.item.version, form.draft())
    except Invalid as error:
        form.add_error(None, error_text(error))
        return False
    return True


def _row(request: HttpRequest, staff: Staff, sites: Sequence[Location], item_id: UUID) -> HttpResponse:
    query = kept_query(request, sites)
    row = item_row(staff.tenant, sites, find_item(staff.tenant.id, item_id), query.location)
    context = {**row_context(sites, query), "staff": staff, "row": row, "has_focus": True}
    return render(request, "dashboard/menu/_item.html", context)


def _form_page(
    request: HttpRequest,
    staff: Staff,
    sites: Sequence[Location],
    detail: ItemDetail,
    form: ItemForm,
    stock_error: tuple[str, str] | None = None,
) -> HttpResponse:
    """The form. `stock_error`: a location's slug, and what is wrong with the stock that was typed there."""
    query, is_in_place = kept_query(request, sites), "HX-Request" in request.headers
    context = {
        **row_context(sites, query),
        "staff": staff,
        "item": detail.item,
        "form": form,
        "stock": detail.stock,
        "stock_words": STOCK.items(),
        "stock_error": stock_error,
        "back": to_list(staff, query, f"item-{detail.item.id}")["Location"],
        "in_place": is_in_place,
        "others_changed": any(hasattr(field, "meanwhile") for field in form.fields.values()),
    }
    if is_in_place:
        return render(request, "dashboard/menu/_item_form.html", context)
    return page(request, staff, "dashboard/menu/item.html", context, here="menu")


@require_POST
@staff(Can.EDIT_MENU)
def menu_item_stock(request: HttpRequest, staff: Staff, item_id: UUID, location: str) -> HttpResponse:
    """Set a dish's stock at one location."""
    site = location_of(staff.tenant, location)
    status, typed = request.POST.get("status", ""), request.POST.get("quantity", "").strip()
    # More digits than any kitchen has portions; anything else is no number.
    count = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 6 else None
    try:
        quantity = count if status == StockStatus.LIMITED else None
        set_stock(staff.member, site, item_id, status, quantity)
    except Invalid as error:
        sites = locations(staff.tenant)
        detail = item_detail(staff.tenant, sites, item_id)
        form = ItemForm(None, staff.tenant, sites, detail)
        return _form_page(request, staff, sites, detail, form, (site.slug, error_text(error)))
    if "HX-Request" in request.headers:
        return _row(request, staff, locations(staff.tenant), item_id)
    item = find_item(staff.tenant.id, item_id)
    facts = {"name": item.name, "location": site.name, "left": count or 0}
    words = {
        StockStatus.IN_STOCK: _("%(name)s is in stock at %(location)s."),
        StockStatus.LIMITED: _("%(name)s: %(left)s left at %(location)s."),
        StockStatus.OUT_OF_STOCK: _("%(name)s is sold out at %(location)s."),
    }
    messages.success(request, words[StockStatus(status)] % facts)
    return to_list(staff, kept_query(request, locations(staff.tenant)), f"item-{item_id}")


@require_POST
@staff(Can.EDIT_MENU)
def archive_menu_item(request: HttpRequest, staff: Staff, item_id: UUID) -> HttpResponse:
    """Take a dish off the menu."""
    item = archive_item(staff.member, item_id)
    text = _("%(name)s is off the menu. You find it under Archived, where you can bring it back.")
    return _done(request, staff, text % {"name": item.name}, f"section-{item.section_id}")


@require_POST
@staff(Can.EDIT_MENU)
def restore_menu_item(request: HttpRequest, staff: Staff, item_id: UUID) -> HttpResponse:
    """Bring a dish back."""
    item = restore_item(staff.member, item_id)
    text = _("%(name)s is on the menu again, at the end of %(section)s.")
    if item.section.archived_at:
        text = _("%(name)s is back in %(section)s, which is archived itself: bring that back too.")
    facts = {"name": item.name, "section": item.section.name}
    return _done(request, staff, text % facts, f"section-{item.section_id}")


@require_POST
@staff(Can.EDIT_MENU)
def duplicate_menu_item(request: HttpRequest, staff: Staff, item_id: UUID) -> HttpResponse:
    """Copy a dish, and open the copy's form."""
    item = find_item(staff.tenant.id, item_id)
    copy = duplicate_item(staff.member, item_id, _("%(name)s (copy)") % {"name": item.name[:100]})
    text = _("%(name)s added. Guests see it now: change its name and price.") % {"name": copy.name}
    messages.success(request, text)
    address = reverse("dashboard:menu_item", args=[staff.tenant.slug, copy.id])
    address += f"?{urlencode({'copy': '1', 'list': kept_query(request, locations(staff.tenant)).query()})}"
    if "HX-Request" in request.headers:
        # The list would otherwise look for itself in the page of the form.
        return HttpResponse(headers={"HX-Redirect": address})
    return redirect(address)


def _done(request: HttpRequest, staff: Staff, text: str, anchor: str) -> HttpResponse:
    messages.success(request, text)
    return to_list(staff, kept_query(request, locations(staff.tenant)), anchor)
