"""Sign-up: prove an e-mail address by a mailed link, then open a restaurant."""

from __future__ import annotations

import smtplib

import structlog
from allauth.account.models import EmailAddress
from allauth.account.utils import perform_login
from allauth.core.ratelimit import consume
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.mail import send_mail
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from duitpos.accounts.forms import OpenForm, OpenWithPasswordForm, SignUpForm
from duitpos.domain.errors import Code, Conflict, DomainError, Invalid, TooMany
from duitpos.domain.tenancy.sign_up import (
    Link,
    email_of_link,
    has_sign_in,
    link_token,
    require_open,
    sign_up,
)
from duitpos.kit.mail import sends_mail
from duitpos.models import Tenant, User
from duitpos.web.texts import error_text

log = structlog.get_logger(__name__)

_FIELDS = {
    Code.SLUG_RESERVED: "slug",
    Code.SLUG_TAKEN: "slug",
    Code.PASSWORD_WEAK: "password",
    Code.TIME_ZONE_UNKNOWN: "time_zone",
    Code.CURRENCY_UNKNOWN: "currency",
}
"""The field that an error belongs to; others are said above the form."""


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_up_page(request: HttpRequest) -> HttpResponse:
    """Ask for an address, and send the link. The answer does not tell whether the address signs in here already."""
    require_open()
    form = SignUpForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and sends_mail() and form.is_valid():
        email = form.cleaned_data["email"].strip().lower()
        if not consume(request, action="sign_up", key=email):
            raise TooMany(Code.SIGN_UP_TOO_OFTEN)
        if _send_link(email):
            return redirect("account_sign_up_sent")
        form.add_error(None, _("The mail could not be sent. Nothing was lost: try again in a few minutes."))
    return render(request, "account/sign_up.html", {"form": form})


@never_cache
@require_safe
def sign_up_sent(request: HttpRequest) -> HttpResponse:
    """Say where to look for the link."""
    require_open()
    return render(request, "account/sign_up_sent.html")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def open_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """Open a restaurant for the address that the link proves. Who signs in with it already is asked to do that."""
    email = email_of_link(token)
    if isinstance(request.user, User) and request.user.email == email:
        return _open(request, email)
    if has_sign_in(email):
        return redirect_to_login(request.get_full_path())
    return _open(request, email, is_new=True)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def open_another(request: HttpRequest) -> HttpResponse:
    """Open a restaurant for somebody who is signed in."""
    require_open()
    if not isinstance(request.user, User):
        return redirect_to_login(request.get_full_path())
    return _open(request, request.user.email)


def _open(request: HttpRequest, email: str, *, is_new: bool = False) -> HttpResponse:
    kind = OpenWithPasswordForm if is_new else OpenForm
    form = kind(request.POST if request.method == "POST" else None, origin=settings.BASE_URL)
    if request.method == "POST" and form.is_valid():
        if not consume(request, action="open_restaurant"):
            raise TooMany(Code.SIGN_UP_TOO_OFTEN)
        try:
            tenant = sign_up(
                email=email,
                password=form.cleaned_data.get("password"),
                name=form.cleaned_data["name"],
                slug=form.cleaned_data["slug"],
                location=form.rules,
            )
        except (Invalid, Conflict) as error:
            form.add_error(_field_of(form, error), error_text(error))
        else:
            return _welcome(request, tenant, email, form.cleaned_data.get("password"))
    return render(request, "account/open.html", {"form": form, "email": email, "is_new": is_new})


def _field_of(form: OpenForm, error: DomainError) -> str | None:
    field = _FIELDS.get(error.code) or str(error.facts.get("field", ""))
    return field if field in form.fields else None


def _welcome(request: HttpRequest, tenant: Tenant, email: str, password: str | None) -> HttpResponse:
    """Sign a new owner in, by the password that was just set, and go on to the new restaurant."""
    home = reverse("dashboard:home", args=[tenant.slug])
    text = _("%(restaurant)s is open. Here is what is next.") % {"restaurant": tenant.name}
    if password is not None:
        user = User.objects.filter(email=email).first()
        # Another tab with the same link may have set another password meanwhile.
        if user is None or not user.check_password(password):
            return redirect_to_login(home)
        EmailAddress.objects.get_or_create(
            user=user, email=email, defaults={"verified": True, "primary": True}
        )
        response: HttpResponse = perform_login(request, user, redirect_url=home)
        messages.success(request, text)
        return response
    messages.success(request, text)
    return redirect(home)


def _send_link(email: str) -> bool:
    """Send the link. False when the mail server does not take it."""
    link = settings.BASE_URL + reverse("account_open_by_link", args=[link_token(email, Link.MAIL)])
    facts = {"link": link, "has_sign_in": has_sign_in(email)}
    subject = render_to_string("account/email/sign_up_subject.txt").strip()
    try:
        send_mail(subject, render_to_string("account/email/sign_up_message.txt", facts), None, [email])
    except (OSError, smtplib.SMTPException) as error:
        log.error("sign_up_mail_not_sent", error=type(error).__name__)
        return False
    return True
