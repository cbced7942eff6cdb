"""Check that the signed-in user is staff of this restaurant, with the permission that a page needs."""

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
from duitpos.web.keep_signed_in import keep_signed_in

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, Staff, P], HttpResponse]


def staff_only(can: Can | None, home: str) -> Callable[[View[P]], Callable[..., HttpResponse]]:
    """Decorate a view for staff who may `can` (None: all staff). The view gets a Staff in place of the slug.

    Anonymous users sign in and return to the page, or to `home` after anything but a GET. Without a membership, or for
    an unknown restaurant, the response is 404, so that it does not reveal which restaurants exist. Another role gets
    403, with an explanation.
    """

    def of(view: View[P]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def guarded(request: HttpRequest, tenant: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if not isinstance(request.user, User):
                # After signing in, only a GET can be continued.
                here = request.get_full_path() if request.method == "GET" else None
                return redirect_to_login(here or reverse(home, args=[tenant]))
            keep_signed_in(request)
            member = staff_of(request.user.id, tenant)
            if can is not None:
                require(member.member, can)
            return view(request, member, *args, **kwargs)

        return guarded

    return of
