"""Who may open the board: staff of this restaurant, with the right that the page needs."""

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
    """A view for staff who may `can`; whoever signs in on the way comes to the board."""
    return staff_only(can, "kitchen:pick")


def in_a_language(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """A page that can be asked for in another language: a POST of `language` to its own address."""

    @wraps(view)
    def page(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        language = chosen_language(request, KITCHEN)
        if not language:
            return view(request, *args, **kwargs)
        response = HttpResponseRedirect(request.get_full_path(), status=303)
        remember_language(response, str(kwargs.get("tenant", "")), language)
        return response

    return page
