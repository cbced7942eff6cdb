"""Choose which menu to print. The guest package renders it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from duitpos.dashboard.access import staff
from duitpos.dashboard.forms.menu_preview import PrintForm
from duitpos.dashboard.page import page
from duitpos.domain.people.roles import Can
from duitpos.domain.people.staff import Staff
from duitpos.domain.tenancy.find import locations


@require_safe
@staff(Can.EDIT_MENU)
def menu_print(request: HttpRequest, staff: Staff) -> HttpResponse:
    """The form; it opens the page to print."""
    form = PrintForm(tenant=staff.tenant, sites=locations(staff.tenant))
    return page(request, staff, "dashboard/menu/print.html", {"form": form}, here="menu")
