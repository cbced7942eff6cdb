"""The menu as guests see it: at a location, in a language, at a time of day."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from duitpos.dashboard.access import staff
from duitpos.dashboard.forms.menu_preview import PreviewForm
from duitpos.dashboard.page import page
from duitpos.domain.people.roles import Can
from duitpos.domain.people.staff import Staff
from duitpos.domain.tenancy.find import locations
from duitpos.kit.clock import now
from duitpos.web.content_policy import allow_own_frame


@require_safe
@staff(Can.EDIT_MENU)
def menu_preview(request: HttpRequest, staff: Staff) -> HttpResponse:
    """The form, and in a frame the guest's own page, which the guest package renders."""
    data = request.GET if "language" in request.GET else None
    form = PreviewForm(data, tenant=staff.tenant, sites=locations(staff.tenant))
    frame = ""
    if not form.is_bound or form.is_valid():
        wanted = {"location": form.site.slug, "language": staff.tenant.menu_language}
        if form.is_bound:
            at = form.at(now())
            wanted |= {"language": form.cleaned_data["language"], "at": at.isoformat() if at else ""}
        frame = f"{reverse('guest:menu_preview', args=[staff.tenant.slug])}?{urlencode(wanted)}"
    response = page(
        request, staff, "dashboard/menu/preview.html", {"form": form, "frame": frame}, here="menu"
    )
    allow_own_frame(response)
    return response
