"""Sample menus: begin with one, then edit it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from duitpos.dashboard.access import staff
from duitpos.dashboard.page import page
from duitpos.dashboard.texts.menu_files import SAMPLES
from duitpos.dashboard.views.menu.sheets import preview_url
from duitpos.domain.errors import Conflict
from duitpos.domain.menus.sheets.drafts import keep_draft
from duitpos.domain.menus.sheets.samples import Sample, begin_with_sample, sample_file, sample_sizes
from duitpos.domain.people.roles import Can
from duitpos.domain.people.staff import Staff
from duitpos.web.forms import PlainForm


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Can.EDIT_MENU)
def menu_samples(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Choose a sample. An empty menu gets it at once; for another one, the preview shows what it would change."""
    form = PlainForm(request.POST if request.method == "POST" else None)
    chosen = request.POST.get("sample", "")
    if request.method == "POST" and chosen in list(Sample):
        sample = Sample(chosen)
        try:
            begin_with_sample(staff.member, sample)
        except Conflict:
            return redirect(preview_url(staff, keep_draft(staff.member, sample_file(staff.member, sample))))
        messages.success(request, _("The sample menu is there. Change it as you like."))
        return redirect("dashboard:menu", staff.tenant.slug)
    if request.method == "POST":
        form.add_error(None, _("Choose one of the samples."))
    samples = [(one, *SAMPLES[one.sample]) for one in sample_sizes()]
    context = {"form": form, "samples": samples}
    return page(request, staff, "dashboard/menu/samples.html", context, here="menu")
