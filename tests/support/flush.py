"""Empty the test database between tests that commit."""

from __future__ import annotations

import time
from typing import Any

from django.core.management import get_commands
from django.core.management.base import CommandError
from django.core.management.commands import flush
from django.db.utils import OperationalError

from duitpos.kit.tenancy.guard import across_tenants

# A page that a browser has just closed may still be under way on the live server. It locks its tables in another
# order than TRUNCATE, and PostgreSQL ends one of the two.
_TRIES = 5


class _Flush(flush.Command):
    """Django's flush command without the tenant guard, which would refuse its deletions on SQLite."""

    def handle(self, **options: Any) -> None:
        # No test uses the rows that post_migrate makes (permissions); they take longer than the rest.
        options["inhibit_post_migrate"] = True
        for tries_left in reversed(range(_TRIES)):
            try:
                with across_tenants("a test empties its own database"):
                    return super().handle(**options)
            except CommandError as error:
                if not tries_left or not isinstance(error.__cause__, OperationalError):
                    raise
                time.sleep(0.2)


def install_flush() -> None:
    """Replace the flush command that Django runs after such a test."""
    # Django allows a command here instead of the name of its app; the type stubs do not.
    get_commands()["flush"] = _Flush()  # type: ignore[assignment]
