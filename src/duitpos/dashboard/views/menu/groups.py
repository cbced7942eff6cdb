"""Modifier groups: list, add, edit, delete, and the dishes that have one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from duitpos.dashboard.access import staff
from duitpos.dashboard.forms.menu import other_languages
from duitpos.dashboard.forms.menu_groups import GroupEditor
from duitpos.dashboard.forms.pages import Pager, number_in, text_in
from duitpos.dashboard.page import page
from duitpos.dashboard.texts.errors import error_text
from duitpos.dashboard.texts.menu_groups import dishes_words, max_warning, rule_words
from duitpos.domain.errors import Code, Conflict, Gone
from duitpos.domain.menus.edit.group_queries import (
    PAGE,
    GroupRow,
    SavedGroup,
    groups_page,
    items_of,
    items_page,
    saved_group,
)
from duitpos.domain.menus.edit.group_rules import GroupEdit, GroupRefused
from duitpos.domain.menus.edit.groups import create_group, delete_group, save_group, set_items
from duitpos.domain.people.roles import Can
from duitpos.domain.people.staff import Staff
from duitpos.domain.tenancy.find import locations
from duitpos.models import MenuSection
from duitpos.web.forms import PlainForm

_SHOWN_CHOICES = 8
"""Choices of a group that the list names."""
_SHOWN_ITEMS = 12
"""Dishes that the page of a group names."""


@require_safe
@staff(Can.EDIT_MENU)
def menu_groups(request: HttpRequest, staff: Staff) -> HttpResponse:
    """List the groups by name, in pages."""
    text, number = text_in(request.GET), number_in(request.GET)
    found = groups_page(staff.tenant, text, number)
    context = {
        "rows": [_row(row) for row in found.rows],
        "text": text,
        "pager": Pager(number, found.total, PAGE, (("q", text),)),
        "site": locations(staff.tenant)[0],
    }
    return page(request, staff, "dashboard/menu/groups.html", context, here="menu")


def _row(row: GroupRow) -> dict[str, Any]:
    return {
        "group": row.group,
        "rule": rule_words(row.group.min_choices, row.group.max_choices),
        "choices": row.choices[:_SHOWN_CHOICES],
        "more": len(row.choices[_SHOWN_CHOICES:]),
        "archived": row.archived,
        "dishes": dishes_words(row.items),
        "is_blocking": row.is_blocking,
    }


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Can.EDIT_MENU)
def add_menu_group(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Add a group, and go on to the dishes that shall have it."""
    editor = GroupEditor(staff.tenant, _currency(staff), data=_data(request))
    if request.method == "POST" and not editor.do(request.POST.get("do", "")) and editor.is_valid():
        try:
            group = create_group(staff.member, editor.edit)
        except GroupRefused as error:
            editor.refuse(error)
        else:
            text = _("“%(name)s” added. Choose the dishes that have it.") % {"name": group.name}
            messages.success(request, text)
            return redirect("dashboard:menu_group_items", staff.tenant.slug, group.id)
    return page(request, staff, "dashboard/menu/group_form.html", {"editor": editor}, here="menu")


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Can.EDIT_MENU)
def menu_group(request: HttpRequest, staff: Staff, group_id: UUID) -> HttpResponse:
    """Edit a group. The second of two people is told what the first one changed, and keeps what they typed."""
    saved = _saved(staff, group_id)
    editor = GroupEditor(staff.tenant, _currency(staff), saved, _data(request))
    if request.method == "POST" and not editor.do(request.POST.get("do", "")) and editor.is_valid():
        try:
            save_group(staff.member, group_id, editor.version, editor.edit)
        except GroupRefused as error:
            editor.refuse(error)
        except Conflict:
            editor.merge(_saved(staff, group_id))
            return _group_page(request, staff, saved, editor, is_changed=True)
        else:
            _say_saved(request, editor.edit)
            return redirect("dashboard:menu_group", staff.tenant.slug, group_id)
    return _group_page(request, staff, saved, editor)


def _group_page(
    request: HttpRequest, staff: Staff, saved: SavedGroup, editor: GroupEditor, *, is_changed: bool = False
) -> HttpResponse:
    items, count = items_of(staff.tenant, saved.id, _SHOWN_ITEMS)
    context = {
        "saved": saved,
        "editor": editor,
        "is_changed": is_changed,
        "items": items,
        "more_items": count - len(items),
    }
    return page(request, staff, "dashboard/menu/group_form.html", context, here="menu")


def _say_saved(request: HttpRequest, edit: GroupEdit) -> None:
    messages.success(request, _("“%(name)s” saved. Guests see it now.") % {"name": edit.name})
    offered = len(edit.offered)
    if offered and offered < edit.max_choices:
        messages.warning(request, max_warning(edit.max_choices, offered))


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Can.EDIT_MENU)
def delete_menu_group(request: HttpRequest, staff: Staff, group_id: UUID) -> HttpResponse:
    """Delete a group that no dish has; for another one, say which dishes have it."""
    saved = _saved(staff, group_id)
    form = PlainForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            name = delete_group(staff.member, group_id)
        except Conflict as error:
            form.add_error(None, error_text(error))
        else:
            messages.success(request, _("“%(name)s” deleted.") % {"name": name})
            return redirect("dashboard:menu_groups", staff.tenant.slug)
    context = {
        "form": form,
        "title": _("Delete the choices “%(name)s”?") % {"name": saved.edit.name},
        "facts": [_("They are deleted with their translations. Orders keep what guests chose.")],
        "do": _("Delete"),
        "back": reverse("dashboard:menu_group", args=[staff.tenant.slug, group_id]),
        "is_danger": True,
    }
    return page(request, staff, "dashboard/question.html", context, here="menu")


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Can.EDIT_MENU)
def menu_group_items(request: HttpRequest, staff: Staff, group_id: UUID) -> HttpResponse:
    """The dishes with a tick for those that have the group, in pages.

    POST: `was` and `item` are the dishes that were and that are ticked. Dishes that are in neither stay as they are.
    """
    saved = _saved(staff, group_id)
    if request.method == "POST":
        was, ticked = _ids(request.POST.getlist("was")), _ids(request.POST.getlist("item"))
        set_items(staff.member, group_id, attach=ticked - was, detach=was - ticked)
        changed = len(ticked ^ was)
        messages.success(request, _("Saved.") if changed else _("Saved; nothing was different."))
        return redirect(request.get_full_path())
    text, number, section = text_in(request.GET), number_in(request.GET), request.GET.get("section", "")
    sections = MenuSection.objects.filter(tenant=staff.tenant).order_by("position", "name")
    wanted = next((one for one in sections if str(one.id) == section), None)
    found = items_page(
        staff.tenant, group_id, text=text, section_id=wanted.id if wanted else None, number=number
    )
    context = {
        "saved": saved,
        "rows": found.rows,
        "text": text,
        "sections": sections,
        "wanted": wanted,
        "pager": Pager(number, found.total, PAGE, (("q", text), ("section", section if wanted else ""))),
    }
    return page(request, staff, "dashboard/menu/group_items.html", context, here="menu")


def _saved(staff: Staff, group_id: UUID) -> SavedGroup:
    return saved_group(staff.tenant, group_id, [code for code, _name in other_languages(staff.tenant)])


def _currency(staff: Staff) -> str:
    """Choices have prices in their dish's currency. They are written with the decimals of the first location's."""
    return locations(staff.tenant)[0].currency


def _data(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _ids(values: Iterable[str]) -> frozenset[UUID]:
    try:
        return frozenset(UUID(value) for value in values)
    except ValueError as error:
        raise Gone(Code.ITEM_UNKNOWN) from error
