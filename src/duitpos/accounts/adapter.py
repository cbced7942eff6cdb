"""How allauth behaves here."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class StaffAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Staff are let in by an owner; nobody signs up alone yet."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Closed until restaurants can sign themselves up."""
        return False
