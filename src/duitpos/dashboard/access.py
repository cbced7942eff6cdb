"""Access to dashboard pages: for this restaurant's staff, with the permission that the page needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec

from django.http import HttpResponse

from duitpos.domain.people.roles import Can
from duitpos.web.staff_only import View, staff_only

P = ParamSpec("P")


def staff(can: Can | None = None) -> Callable[[View[P]], Callable[..., HttpResponse]]:
    """Decorate a view for staff with the permission `can` (None: all staff). After sign-in, go to the dashboard."""
    return staff_only(can, "dashboard:home")
