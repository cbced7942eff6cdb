"""`duitpos open-restaurant`: open a restaurant with its owner and first location."""

from __future__ import annotations

import getpass
import os
from argparse import ArgumentTypeError
from datetime import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from duitpos.domain.errors import DomainError
from duitpos.domain.tenancy.open import LocationRules, open_restaurant
from duitpos.domain.tenancy.week import every_day
from duitpos.kit.percent import basis_points
from duitpos.models import User
from duitpos.web.texts import error_text

PASSWORD_NAME = "DUITPOS_OWNER_PASSWORD"


class Command(BaseCommand):
    """The password is asked for or read from the environment, since a shell's history would keep an argument."""

    help = (
        "Open a restaurant: its owner, its first location, Cash and an inactive Online Payment. The owner's password is"
        f" asked for, or read from {PASSWORD_NAME}; an owner who already signs in somewhere keeps theirs."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("slug", help="the first word of its address: kopi-kita")
        parser.add_argument("name", help='"Kopi Kita"')
        parser.add_argument("owner_email")
        parser.add_argument("--location", default="Main", help="name of the first location (default: Main)")
        parser.add_argument("--location-slug", default="main")
        parser.add_argument("--address", default="")
        parser.add_argument("--currency", default="MYR")
        parser.add_argument("--time-zone", default="Asia/Kuala_Lumpur")
        parser.add_argument("--locale", default="en_MY", help="how money and dates are written")
        parser.add_argument(
            "--service-charge", type=_percent, default=0, metavar="PERCENT", help="10, or 2.5"
        )
        parser.add_argument("--tax", type=_percent, default=0, metavar="PERCENT", help="6, or 8.25")
        parser.add_argument("--tax-name", default="SST")
        parser.add_argument("--tax-inclusive", action="store_true", help="menu prices contain the tax")
        parser.add_argument("--tax-on-service-charge", action="store_true")
        parser.add_argument("--opens", type=time.fromisoformat, metavar="HH:MM", help="default: open all day")
        parser.add_argument("--closes", type=time.fromisoformat, metavar="HH:MM")
        parser.add_argument(
            "--latest-to-cook",
            type=int,
            default=45,
            metavar="MINUTES",
            help="what was paid longer ago is not cooked unless staff say so (default: 45)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Open the restaurant, or fail with one sentence that says why not."""
        rules = LocationRules(
            name=options["location"],
            slug=options["location_slug"],
            address=options["address"],
            currency=options["currency"],
            time_zone=options["time_zone"],
            locale=options["locale"],
            service_charge_bp=options["service_charge"],
            tax_bp=options["tax"],
            tax_name=options["tax_name"],
            tax_is_inclusive=options["tax_inclusive"],
            tax_on_service_charge=options["tax_on_service_charge"],
            weekly_hours=every_day(options["opens"], options["closes"]),
            latest_to_cook=options["latest_to_cook"],
        )
        email = options["owner_email"]
        try:
            tenant = open_restaurant(
                name=options["name"],
                slug=options["slug"],
                owner_email=email,
                password=_password_for(email),
                location=rules,
            )
        except DomainError as error:
            raise CommandError(error_text(error)) from error
        self.stdout.write(f"{tenant} is open: sign in as {email} at /{tenant.slug}/dashboard/")


def _percent(text: str) -> int:
    """Basis points; argparse turns the error into one sentence."""
    try:
        return basis_points(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is no percentage: write 6 or 8.5, at most 100") from error


def _password_for(email: str) -> str | None:
    if User.objects.filter(email=email.strip().lower()).exists():
        return None
    return os.environ.get(PASSWORD_NAME) or getpass.getpass(f"Password for {email}: ")
