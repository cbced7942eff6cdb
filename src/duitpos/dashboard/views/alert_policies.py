"""What happens by itself to alerts that nobody decides in time."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from duitpos.dashboard.access import staff
from duitpos.dashboard.page import page
from duitpos.dashboard.texts.alerts import POLICY_ACTIONS, TITLES_AND_TEXTS
from duitpos.dashboard.texts.errors import error_text
from duitpos.domain.errors import Invalid
from duitpos.domain.people.roles import Can
from duitpos.domain.people.staff import Staff
from duitpos.domain.staff_actions.alert_policies import MINUTES, policies, set_policy


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Can.SET_UP_PAYMENTS)
def alert_policies(request: HttpRequest, staff: Staff) -> HttpResponse:
    """List the kinds with their policies; POST sets one."""
    if request.method == "POST":
        _set(request, staff)
        return redirect("dashboard:alert_policies", staff.tenant.slug)
    rows = [
        {
            "kind": row.kind,
            "title": TITLES_AND_TEXTS[row.kind][0],
            "text": TITLES_AND_TEXTS[row.kind][1],
            "choices": [(choice.value, POLICY_ACTIONS[choice]) for choice in row.choices],
            "is_on": row.is_on,
            "action": row.action,
            "minutes": row.after_minutes,
        }
        for row in policies(staff.tenant)
    ]
    context = {"rows": rows, "all_minutes": MINUTES}
    return page(request, staff, "dashboard/alert_policies.html", context, here="alerts")


def _set(request: HttpRequest, staff: Staff) -> None:
    kind, action = request.POST.get("kind", ""), request.POST.get("action", "")
    known = {row.kind: row for row in policies(staff.tenant)}
    after = request.POST.get("after", "")
    minutes = int(after) if after.isascii() and after.isdigit() and len(after) < 5 else 0
    before = known.get(kind)
    try:
        # "Nothing" keeps what was chosen before.
        chosen = action or (before.action if before else "")
        set_policy(staff.member, kind, is_on=bool(action), action=chosen, after_minutes=minutes)
    except Invalid as error:
        messages.error(request, error_text(error))
        return
    title = str(TITLES_AND_TEXTS[kind][0])
    if action:
        text = _("%(title)s: this happens by itself after %(minutes)d minutes.")
        messages.success(request, text % {"title": title, "minutes": minutes})
    else:
        messages.success(request, _("%(title)s: nothing happens by itself.") % {"title": title})
