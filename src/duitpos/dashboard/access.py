"""Who may open a page of the dashboard: staff of this restaurant, with the right that the page needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec

from django.http import HttpResponse

from duitpos.domain.people.roles import Can
from duitpos.web.staff_only import View, staff_only

P = ParamSpec("P")


def staff(can: Can | None = None) -> Callable[[View[P]], Callable[..., HttpResponse]]:
    """A view for staff who may `can` (None: for all staff); whoever signs in on the way comes to the dashboard."""
    return staff_only(can, "dashboard:home")
