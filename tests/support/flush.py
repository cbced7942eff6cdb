"""Emptying the test database between tests that commit."""

from __future__ import annotations

from typing import Any

from django.core.management import get_commands
from django.core.management.commands import flush

from duitpos.kit.tenancy.guard import across_tenants


class _Flush(flush.Command):
    """Django's own, which on SQLite deletes row by row and would be stopped by the tenant guard."""

    def handle(self, **options: Any) -> None:
        # Nothing here uses the rows that post_migrate makes (permissions); they cost more than the rest.
        options["inhibit_post_migrate"] = True
        with across_tenants("a test empties its own database"):
            super().handle(**options)


def install_flush() -> None:
    """Make `call_command("flush")`, with which Django ends such a test, ours."""
    # Django allows a command here in place of the name of the app that has it; its stubs do not know.
    get_commands()["flush"] = _Flush()  # type: ignore[assignment]
