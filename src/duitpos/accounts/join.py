"""Join the staff of a restaurant by an invitation."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from allauth.account.utils import perform_login
from allauth.core.ratelimit import consume
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from duitpos.domain.errors import Code, Conflict, Invalid, TooMany
from duitpos.domain.people.invitations import invitation_by_link, join, join_as_new
from duitpos.models import Invitation, Membership, User
from duitpos.web.forms import PlainForm
from duitpos.web.texts import error_text


class JoinForm(PlainForm):
    """Somebody who does not sign in yet."""

    name = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=120,
        help_text=gettext_lazy("As the others read it beside what you do."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        max_length=128,
        strip=False,
        help_text=gettext_lazy("At least 10 characters, and none that everybody uses."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: object, invitation: Invitation, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        if invitation.email:
            # The mail proved it.
            del self.fields["email"]


_FIELDS = {Code.EMAIL_INVALID: "email", Code.SIGNS_IN_ALREADY: "email", Code.PASSWORD_WEAK: "password"}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join_page(request: HttpRequest, tenant: str, invitation: str) -> HttpResponse:
    """Join as the person who is signed in, or as a new one."""
    found = invitation_by_link(tenant, invitation)
    user = request.user if isinstance(request.user, User) else None
    sent = request.POST if request.method == "POST" else None
    form = PlainForm(sent) if user else JoinForm(sent, invitation=found)
    if request.method == "POST" and form.is_valid():
        if user is None and not consume(request, action="open_restaurant"):
            raise TooMany(Code.SIGN_UP_TOO_OFTEN)
        try:
            member = _join(found, user, form)
        except (Conflict, Invalid) as error:
            field = _FIELDS.get(error.code)
            form.add_error(field if field in form.fields else None, error_text(error))
        else:
            home = reverse("dashboard:home", args=[found.tenant.slug])
            response: HttpResponse = (
                redirect(home) if user else perform_login(request, member.user, redirect_url=home)
            )
            messages.success(request, _("Welcome to %(restaurant)s.") % {"restaurant": found.tenant})
            return response
    context = {"form": form, "invitation": found, "here": request.get_full_path()}
    return render(request, "account/join.html", context)


def _join(invitation: Invitation, user: User | None, form: PlainForm) -> Membership:
    if user is not None:
        return join(invitation, user)
    given = form.cleaned_data
    member = join_as_new(
        invitation, email=given.get("email", ""), name=given["name"], password=given["password"]
    )
    is_proven = bool(invitation.email)
    EmailAddress.objects.create(
        user=member.user, email=member.user.email, verified=is_proven, primary=is_proven
    )
    return member
