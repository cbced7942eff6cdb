"""From a signed-in person to a member of this restaurant's staff who may see the board."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from duitpos.domain.tenancy.roles import Can, require
from duitpos.domain.tenancy.staff import Staff, staff_of
from duitpos.models import User

P = ParamSpec("P")


def for_staff(
    can: Can,
) -> Callable[[Callable[Concatenate[HttpRequest, Staff, P], HttpResponse]], Callable[..., HttpResponse]]:
    """A view for staff with that right; it gets `staff` in place of the slug. Strangers: 404, other roles: 403."""

    def of(view: Callable[Concatenate[HttpRequest, Staff, P], HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def guarded(request: HttpRequest, tenant: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if not isinstance(request.user, User):
                # Nothing but a page can be gone on with after signing in.
                here = request.get_full_path() if request.method == "GET" else None
                return redirect_to_login(here or reverse("kitchen:pick", args=[tenant]))
            staff = staff_of(request.user.id, tenant)
            require(staff.member, can)
            return view(request, staff, *args, **kwargs)

        return guarded

    return of
