"""The menu in files: export, and import with a preview."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from duitpos.dashboard.access import staff
from duitpos.dashboard.forms.menu_files import MenuFileForm
from duitpos.dashboard.page import page
from duitpos.dashboard.texts.errors import error_text
from duitpos.dashboard.texts.menu_files import EFFECTS, TYPES, row_problem_text
from duitpos.domain.errors import Conflict, Gone, Invalid
from duitpos.domain.menus.sheets.apply import apply_import, preview_import
from duitpos.domain.menus.sheets.columns import NAME
from duitpos.domain.menus.sheets.drafts import draft, drop_draft, keep_draft
from duitpos.domain.menus.sheets.edits import Edit, Effect, Plan
from duitpos.domain.menus.sheets.write import FileKind, export_menu
from duitpos.domain.people.roles import Can
from duitpos.domain.people.staff import Staff

_ROWS_A_PAGE = 100
_PROBLEMS_SHOWN = 200
_TYPES = {
    FileKind.CSV: "text/csv; charset=utf-8",
    FileKind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@require_safe
@staff(Can.EDIT_MENU)
def menu_export(request: HttpRequest, staff: Staff, kind: str) -> HttpResponse:
    """Download the menu as menu.csv or menu.xlsx."""
    if kind not in list(FileKind):
        raise Http404
    file_kind = FileKind(kind)
    response = HttpResponse(export_menu(staff.member, file_kind), content_type=_TYPES[file_kind])
    name = f"{staff.tenant.slug}-menu.{kind}"
    response["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=name) or "attachment"
    )
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Can.EDIT_MENU)
def menu_import(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Choose a file, which is checked and kept for its preview."""
    sent = request.method == "POST"
    form = MenuFileForm(request.POST, request.FILES) if sent else MenuFileForm()
    if sent and form.is_valid():
        data = form.cleaned_data["file"].read()
        try:
            preview_import(staff.member, data)
        except Invalid as error:
            form.add_error("file", error_text(error))
        else:
            return redirect(preview_url(staff, keep_draft(staff.member, data)))
    return page(request, staff, "dashboard/menu/import.html", {"form": form}, here="menu")


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Can.EDIT_MENU)
def menu_import_preview(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Show what an import would do (GET), and do it (POST)."""
    given = request.POST if request.method == "POST" else request.GET
    token = given.get("draft", "")
    try:
        data = draft(staff.member, token)
    except Gone as error:
        messages.error(request, error_text(error))
        return redirect("dashboard:menu_import", staff.tenant.slug)
    if request.method != "POST":
        return _preview(request, staff, token, preview_import(staff.member, data))
    try:
        plan = apply_import(staff.member, data, given.get("seen", ""))
    except Conflict as error:
        return _preview(request, staff, token, preview_import(staff.member, data), error_text(error), 409)
    drop_draft(staff.member)
    messages.success(request, imported_text(plan))
    return redirect("dashboard:menu", staff.tenant.slug)


def preview_url(staff: Staff, token: str) -> str:
    """The preview of a file that is kept."""
    return (
        f"{reverse('dashboard:menu_import_preview', args=[staff.tenant.slug])}?{urlencode({'draft': token})}"
    )


def imported_text(plan: Plan) -> str:
    """What was done, in numbers of rows."""
    if not plan.changed:
        return _("The menu has all of this already: nothing was changed.")
    text = _("Imported: %(new)s new, %(changed)s changed, %(archived)s archived.")
    return text % {
        "new": plan.count(Effect.NEW),
        "changed": plan.count(Effect.CHANGED) + plan.count(Effect.BROUGHT_BACK),
        "archived": plan.count(Effect.ARCHIVED),
    }


def _preview(
    request: HttpRequest, staff: Staff, token: str, plan: Plan, problem: str = "", status: int = 200
) -> HttpResponse:
    rows = Paginator(plan.changed, _ROWS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "token": token,
        "seen": plan.state.stamp(),
        "problem": problem,
        "problems": [(one, row_problem_text(one)) for one in plan.problems[:_PROBLEMS_SHOWN]],
        "problems_left": max(len(plan.problems) - _PROBLEMS_SHOWN, 0),
        "problem_count": len(plan.problems),
        "counts": [(EFFECTS[effect], count) for effect in Effect if (count := plan.count(effect))],
        "is_change": bool(plan.changed),
        "rows": [_row(edit) for edit in rows],
        "shown": rows,
        "ignored": plan.table.ignored,
        "is_windows": plan.table.encoding != "utf-8",
    }
    return page(request, staff, "dashboard/menu/import_preview.html", context, here="menu", status=status)


def _row(edit: Edit) -> dict[str, Any]:
    return {
        "number": edit.row,
        "name": edit.name,
        "type": TYPES[edit.row_type],
        "effect": EFFECTS[edit.effect],
        "is_new": edit.existing is None,
        # The name of a new one stands beside them.
        "changes": [one for one in edit.changes if edit.existing is not None or one.column != NAME],
    }
