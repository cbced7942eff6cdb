"""People who work here: who they are, invitations, roles and access."""

from __future__ import annotations

import smtplib
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.mail import send_mail
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from duitpos.dashboard.access import staff
from duitpos.dashboard.forms.people import InviteForm, RoleForm
from duitpos.dashboard.page import page
from duitpos.dashboard.texts.errors import error_text
from duitpos.domain.errors import Conflict, Invalid
from duitpos.domain.people.invitations import VALID, invite, open_invitations, withdraw
from duitpos.domain.people.members import member_of, members_of, set_active, set_role
from duitpos.domain.people.roles import Can
from duitpos.domain.people.staff import Staff
from duitpos.domain.tenancy.find import locations
from duitpos.kit.mail import sends_mail
from duitpos.web.forms import PlainForm


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Can.MANAGE_PEOPLE)
def people(request: HttpRequest, staff: Staff) -> HttpResponse:
    """List everybody, and invite somebody. The link is shown once: only its digest is kept."""
    form, link = InviteForm(request.POST if request.method == "POST" else None), ""
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"].lower()
        try:
            _made, token = invite(staff.member, form.cleaned_data["role"], email)
        except (Conflict, Invalid) as error:
            form.add_error("email" if email else None, error_text(error))
        else:
            link = settings.BASE_URL + reverse("account_join", args=[staff.tenant.slug, token])
            if email and sends_mail() and _mail(staff, email, link):
                messages.success(request, _("The invitation was mailed to %(email)s.") % {"email": email})
                return redirect("dashboard:people", staff.tenant.slug)
            form = InviteForm()
    context = {
        "members": members_of(staff.tenant),
        "invitations": open_invitations(staff.tenant),
        "form": form,
        "link": link,
        "days": VALID.days,
        "home": locations(staff.tenant)[0],
    }
    return page(request, staff, "dashboard/people.html", context, here="people")


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Can.MANAGE_PEOPLE)
def person(request: HttpRequest, staff: Staff, member_id: UUID) -> HttpResponse:
    """Change somebody's role."""
    found = member_of(staff.tenant, member_id)
    form = RoleForm(request.POST if request.method == "POST" else None, initial={"role": found.role})
    if request.method == "POST" and form.is_valid():
        try:
            set_role(staff.member, found, form.cleaned_data["role"])
        except (Conflict, Invalid) as error:
            form.add_error("role", error_text(error))
        else:
            messages.success(request, _("%(person)s is saved.") % {"person": found.user})
            return redirect("dashboard:people", staff.tenant.slug)
    context = {"form": form, "found": found, "is_me": found.id == staff.member.id}
    return page(request, staff, "dashboard/person.html", context, here="people")


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Can.MANAGE_PEOPLE)
def end_access(request: HttpRequest, staff: Staff, member_id: UUID) -> HttpResponse:
    """Confirm (GET) and take somebody's access away (POST)."""
    found = member_of(staff.tenant, member_id)
    form = PlainForm(request.POST if request.method == "POST" else None)
    back = reverse("dashboard:person", args=[staff.tenant.slug, found.id])
    if request.method == "POST" and form.is_valid():
        try:
            set_active(staff.member, found, is_active=False)
        except Conflict as error:
            form.add_error(None, error_text(error))
        else:
            messages.success(request, _("%(person)s has no access any more.") % {"person": found.user})
            return redirect("dashboard:people", staff.tenant.slug)
    context = {
        "form": form,
        "title": _("End the access of %(person)s?") % {"person": found.user},
        "facts": [
            _("They are signed out of this restaurant at once, on every device."),
            _("What they did stays under their name."),
            _("You can give the access back later."),
        ],
        "do": _("End the access"),
        "back": back,
        "is_danger": True,
    }
    return page(request, staff, "dashboard/question.html", context, here="people")


@require_POST
@staff(Can.MANAGE_PEOPLE)
def give_access(request: HttpRequest, staff: Staff, member_id: UUID) -> HttpResponse:
    """Give somebody the access back."""
    found = member_of(staff.tenant, member_id)
    set_active(staff.member, found, is_active=True)
    messages.success(request, _("%(person)s has access again.") % {"person": found.user})
    return redirect("dashboard:people", staff.tenant.slug)


@require_POST
@staff(Can.MANAGE_PEOPLE)
def withdraw_invitation(request: HttpRequest, staff: Staff, invitation_id: UUID) -> HttpResponse:
    """Make an invitation unusable."""
    withdraw(staff.member, invitation_id)
    messages.success(request, _("The invitation is withdrawn: its link no longer works."))
    return redirect("dashboard:people", staff.tenant.slug)


def _mail(staff: Staff, email: str, link: str) -> bool:
    """Send the link. False when the mail server does not take it: then the owner passes it on."""
    facts = {"restaurant": staff.tenant.name, "person": staff.member.user, "link": link, "days": VALID.days}
    subject = _("Work with us at %(restaurant)s") % facts
    text = (
        _(
            "%(person)s invites you to the staff of %(restaurant)s. To begin, open this link within %(days)d days:\n\n"
            "%(link)s\n\nIf you do not know the restaurant, do nothing.\n"
        )
        % facts
    )
    try:
        send_mail(subject, text, None, [email])
    except (OSError, smtplib.SMTPException):
        return False
    return True
