"""Put sections and dishes in order: by a step, or after dragging."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from duitpos.dashboard.access import staff
from duitpos.dashboard.views.menu.listing import kept_query, to_list
from duitpos.domain.errors import Code, Gone
from duitpos.domain.menus.edit.items import find_item
from duitpos.domain.menus.edit.order import move_item, move_section, order_items, order_sections
from duitpos.domain.menus.edit.sections import find_section
from duitpos.domain.people.roles import Can
from duitpos.domain.people.staff import Staff
from duitpos.domain.tenancy.find import locations


@require_POST
@staff(Can.EDIT_MENU)
def move_menu_section(request: HttpRequest, staff: Staff, section_id: UUID) -> HttpResponse:
    """Move a section one step up or down."""
    place = move_section(staff.member, section_id, request.POST.get("to", ""))
    name = find_section(staff.tenant.id, section_id).name
    return _moved(request, staff, name, place, f"section-{section_id}")


@require_POST
@staff(Can.EDIT_MENU)
def move_menu_item(request: HttpRequest, staff: Staff, item_id: UUID) -> HttpResponse:
    """Move a dish one step up or down in its section."""
    place = move_item(staff.member, item_id, request.POST.get("to", ""))
    name = find_item(staff.tenant.id, item_id).name
    return _moved(request, staff, name, place, f"item-{item_id}")


@require_POST
@staff(Can.EDIT_MENU)
def order_menu_sections(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Give the sections the order of `ids`."""
    order_sections(staff.member, _ids(request.POST.get("ids", "")))
    messages.success(request, _("The new order of the sections is saved."))
    return to_list(staff, kept_query(request, locations(staff.tenant)))


@require_POST
@staff(Can.EDIT_MENU)
def order_menu_items(request: HttpRequest, staff: Staff, section_id: UUID) -> HttpResponse:
    """Give a section's dishes the order of `ids`; `moved` is the dish that was dragged."""
    moved = _ids(request.POST.get("moved", ""))[0]
    ids = _ids(request.POST.get("ids", ""))
    order_items(staff.member, section_id, ids, moved)
    facts = {"name": find_item(staff.tenant.id, moved).name}
    messages.success(request, _("%(name)s moved. The new order is saved.") % facts)
    return to_list(staff, kept_query(request, locations(staff.tenant)), f"item-{moved}")


def _ids(text: str) -> Sequence[UUID]:
    """Ids with commas between them, at least one. Raises Gone for what is no id."""
    try:
        return [UUID(one) for one in text.split(",")]
    except ValueError as error:
        raise Gone(Code.ITEM_UNKNOWN) from error


def _moved(request: HttpRequest, staff: Staff, name: str, place: int, anchor: str) -> HttpResponse:
    text = _("%(name)s is in place %(place)s now.") % {"name": name, "place": place}
    messages.success(request, text)
    return to_list(staff, kept_query(request, locations(staff.tenant)), anchor)
