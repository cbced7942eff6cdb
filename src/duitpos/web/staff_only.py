"""From a signed-in person to a member of this restaurant's staff, with the right that a page needs."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from duitpos.domain.people.roles import Can, require
from duitpos.domain.people.staff import Staff, staff_of
from duitpos.models import User

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, Staff, P], HttpResponse]


def staff_only(can: Can | None, home: str) -> Callable[[View[P]], Callable[..., HttpResponse]]:
    """A view for staff who may `can` (None: for all staff). It gets a Staff in place of the slug.

    Anonymous: to sign-in and back; `home` is the page to come back to after anything but a page. No membership, or no
    such restaurant: 404, so that existence is not told. Another role: 403, in words.
    """

    def of(view: View[P]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def guarded(request: HttpRequest, tenant: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if not isinstance(request.user, User):
                # Only a page can be gone on with after signing in.
                here = request.get_full_path() if request.method == "GET" else None
                return redirect_to_login(here or reverse(home, args=[tenant]))
            member = staff_of(request.user.id, tenant)
            if can is not None:
                require(member.member, can)
            return view(request, member, *args, **kwargs)

        return guarded

    return of
