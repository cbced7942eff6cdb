"""`duitpos invite-owner`: a link with which somebody opens a restaurant of their own."""

from __future__ import annotations

import smtplib
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.urls import reverse

from duitpos.domain.tenancy.sign_up import VALID, Link, SignUp, link_token, sign_up_mode
from duitpos.kit.mail import sends_mail


class Command(BaseCommand):
    """Works with DUITPOS_SIGNUP=invited and open."""

    help = (
        "Print a link with which the owner of this e-mail address opens a restaurant, and mail it to them where mail"
        " is set up. DUITPOS_SIGNUP must be invited or open."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("email")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the link, or fail with one sentence that says why not."""
        if sign_up_mode() == SignUp.CLOSED:
            raise CommandError(
                "The link would be refused, because DUITPOS_SIGNUP is closed: set it to invited, and restart."
            )
        email = options["email"].strip().lower()
        try:
            validate_email(email)
        except ValidationError as error:
            raise CommandError(f"“{email}” is not an e-mail address.") from error
        token = link_token(email, Link.INVITATION)
        link = settings.BASE_URL + reverse("account_open_by_link", args=[token])
        days = VALID[Link.INVITATION].days
        self.stdout.write(f"With this link {email} opens a restaurant. It works for {days} days:\n{link}")
        self.stdout.write(_mail(email, link, days))


def _mail(email: str, link: str, days: int) -> str:
    """Send it; a sentence that says what became of it."""
    if not sends_mail():
        return "Mail goes nowhere here (EMAIL_URL is not set): pass the link on yourself."
    text = (
        f"You are invited to open your restaurant with DuitPOS at {settings.BASE_URL}.\n\n{link}\n\n"
        f"The link works for {days} days."
    )
    try:
        send_mail("Open your restaurant", text, None, [email])
    except (OSError, smtplib.SMTPException) as error:
        return f"It was not mailed ({error}): pass the link on yourself."
    return f"It was mailed to {email}."
