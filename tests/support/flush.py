"""Empty the test database between tests that commit."""

from __future__ import annotations

from typing import Any

from django.core.management import get_commands
from django.core.management.commands import flush

from duitpos.kit.tenancy.guard import across_tenants


class _Flush(flush.Command):
    """Django's flush command without the tenant guard, which would refuse its deletions on SQLite."""

    def handle(self, **options: Any) -> None:
        # No test uses the rows that post_migrate makes (permissions); they take longer than the rest.
        options["inhibit_post_migrate"] = True
        with across_tenants("a test empties its own database"):
            super().handle(**options)


def install_flush() -> None:
    """Replace the flush command that Django runs after such a test."""
    # Django allows a command here instead of the name of its app; the type stubs do not.
    get_commands()["flush"] = _Flush()  # type: ignore[assignment]
