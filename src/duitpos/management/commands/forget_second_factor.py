"""`duitpos forget-second-factor`: the way back in for somebody who lost phone and recovery codes."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from duitpos.domain.people.second_factor import forget_second_factor


class Command(BaseCommand):
    """For the operator only: an owner works at one restaurant, but a sign-in may be used at several."""

    help = (
        "Remove the authenticator app, passkeys and recovery codes of this sign-in, so that its password is enough."
        " First make sure that it is really this person who asks."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("email")

    def handle(self, *args: Any, **options: Any) -> None:
        """Remove them, or fail with one sentence."""
        if not forget_second_factor(options["email"]):
            raise CommandError(f"{options['email']} has no second factor here.")
        self.stdout.write(f"{options['email']} signs in by password alone now.")
