"""Who may refund how much: the owner's page."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from duitpos.dashboard.access import staff
from duitpos.dashboard.forms.refund_limits import RefundLimitsForm
from duitpos.dashboard.page import page
from duitpos.dashboard.texts.errors import error_text
from duitpos.domain.errors import Invalid
from duitpos.domain.people.refund_limits import limits_of, set_limits
from duitpos.domain.people.roles import Can
from duitpos.domain.people.staff import Staff


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Can.SET_REFUND_LIMITS)
def refund_limits(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Show and save the limits."""
    form = RefundLimitsForm(request.POST or None, limits=limits_of(staff.tenant))
    if request.method == "POST" and form.is_valid():
        try:
            set_limits(staff.member, form.cleaned_data["limits"])
        except Invalid as error:
            form.add_error(None, error_text(error))
        else:
            messages.success(request, _("Saved. It counts from the next refund on."))
            return redirect("dashboard:refund_limits", staff.tenant.slug)
    return page(request, staff, "dashboard/refund_limits.html", {"form": form}, here="payment_types")
