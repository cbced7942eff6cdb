"""Access to the board: staff of this restaurant with the permission that the page needs."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from duitpos.domain.people.roles import Can
from duitpos.web.language import KITCHEN, chosen_language, remember_language
from duitpos.web.staff_only import View, staff_only

P = ParamSpec("P")


def for_staff(can: Can) -> Callable[[View[P]], Callable[..., HttpResponse]]:
    """Decorate a view for staff who may `can`. After signing in they return to the board."""
    return staff_only(can, "kitchen:pick")


def in_a_language(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Decorate a view: a POST of `language` to its own URL shows the page in that language."""

    @wraps(view)
    def page(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        language = chosen_language(request, KITCHEN)
        if not language:
            return view(request, *args, **kwargs)
        response = HttpResponseRedirect(request.get_full_path(), status=303)
        remember_language(response, str(kwargs.get("tenant", "")), language)
        return response

    return page
