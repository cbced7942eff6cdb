"""Edit, duplicate, archive and bring back a section."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from duitpos.dashboard.access import staff
from duitpos.dashboard.forms.menu import SectionForm, section_values
from duitpos.dashboard.page import page
from duitpos.dashboard.views.menu.listing import kept_query, to_list
from duitpos.domain.errors import Conflict
from duitpos.domain.menus.edit.archive import archive_section, dishes_in, restore_section
from duitpos.domain.menus.edit.copy import duplicate_section
from duitpos.domain.menus.edit.sections import edit_section, find_section
from duitpos.domain.menus.edit.translations import texts_of
from duitpos.domain.people.roles import Can
from duitpos.domain.people.staff import Staff
from duitpos.domain.tenancy.find import locations
from duitpos.models.menu import TextKind
from duitpos.web.forms import PlainForm


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Can.EDIT_MENU)
def menu_section(request: HttpRequest, staff: Staff, section_id: UUID) -> HttpResponse:
    """Edit a section."""
    section = find_section(staff.tenant.id, section_id)
    texts = texts_of(staff.tenant.id, TextKind.SECTION, section_id)
    form = SectionForm(request.POST or None, staff.tenant, section, texts)
    query = kept_query(request, locations(staff.tenant))
    back = to_list(staff, query, f"section-{section_id}")
    if request.method == "POST" and form.is_valid() and _save(staff, section_id, form):
        messages.success(request, _("%(name)s saved.") % {"name": form.cleaned_data["name"]})
        return back
    context = {
        "section": section,
        "form": form,
        "list": query.query(),
        "back": back["Location"],
        "others_changed": any(hasattr(field, "meanwhile") for field in form.fields.values()),
    }
    return page(request, staff, "dashboard/menu/section.html", context, here="menu")


def _save(staff: Staff, section_id: UUID, form: SectionForm) -> bool:
    """Save; False if somebody else changed something of the form."""
    try:
        edit_section(staff.member, section_id, form.read_at, form.draft())
    except Conflict:
        fresh = find_section(staff.tenant.id, section_id)
        texts = texts_of(staff.tenant.id, TextKind.SECTION, section_id)
        if form.merge(section_values(staff.tenant, fresh, texts), fresh.version):
            return False
        edit_section(staff.member, section_id, fresh.version, form.draft())
    return True


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Can.EDIT_MENU)
def archive_menu_section(request: HttpRequest, staff: Staff, section_id: UUID) -> HttpResponse:
    """Confirm (GET) and take (POST) a section off the menu."""
    section = find_section(staff.tenant.id, section_id)
    query = kept_query(request, locations(staff.tenant))
    if request.method == "POST":
        archive_section(staff.member, section_id)
        text = _("%(name)s is off the menu. You find it under Archived, where you can bring it back.")
        messages.success(request, text % {"name": section.name})
        return to_list(staff, query)
    count = dishes_in(section)
    dishes = ngettext(
        "Its %(count)s dish leaves the menu with it, at every location.",
        "Its %(count)s dishes leave the menu with it, at every location.",
        count,
    )
    context = {
        "form": PlainForm(),
        "title": _("Take %(name)s off the menu?") % {"name": section.name},
        "facts": [
            dishes % {"count": count} if count else _("It has no dishes."),
            _("Orders that were made stay as they are. You can bring it back under Archived."),
        ],
        "do": _("Archive"),
        "back": to_list(staff, query, f"section-{section_id}")["Location"],
    }
    return page(request, staff, "dashboard/question.html", context, here="menu")


@require_POST
@staff(Can.EDIT_MENU)
def restore_menu_section(request: HttpRequest, staff: Staff, section_id: UUID) -> HttpResponse:
    """Bring a section back."""
    section = restore_section(staff.member, section_id)
    text = _("%(name)s is on the menu again, at its end.") % {"name": section.name}
    messages.success(request, text)
    return to_list(staff, kept_query(request, locations(staff.tenant)), f"section-{section_id}")


@require_POST
@staff(Can.EDIT_MENU)
def duplicate_menu_section(request: HttpRequest, staff: Staff, section_id: UUID) -> HttpResponse:
    """Copy a section with its dishes."""
    section = find_section(staff.tenant.id, section_id)
    copy = duplicate_section(staff.member, section_id, _("%(name)s (copy)") % {"name": section.name[:60]})
    text = _("%(name)s added, with copies of the dishes. Guests see it now.") % {"name": copy.name}
    messages.success(request, text)
    return to_list(staff, kept_query(request, locations(staff.tenant)), f"section-{copy.id}")
