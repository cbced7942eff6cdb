"""Who may open the board: staff of this restaurant, with the right that the page needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec

from django.http import HttpResponse

from duitpos.domain.people.roles import Can
from duitpos.web.staff_only import View, staff_only

P = ParamSpec("P")


def for_staff(can: Can) -> Callable[[View[P]], Callable[..., HttpResponse]]:
    """A view for staff who may `can`; whoever signs in on the way comes to the board."""
    return staff_only(can, "kitchen:pick")
