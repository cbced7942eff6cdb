"""Addresses that a processor's page sends guests back to."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.encoding import escape_uri_path
from django.views.decorators.csrf import csrf_exempt

P = ParamSpec("P")


def posts_come_back_by_get(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Decorate a view for GET, outermost: a POST is answered with a redirect to the same path by GET.

    Some processors post their result through the guest's browser, as a form of another site. Such a request has no
    cookies (SameSite=Lax); the GET after it has them. The form and the query are not read: anyone can send them.
    """

    @csrf_exempt  # nothing is read and nothing is done
    @wraps(view)
    def page(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if request.method == "POST":
            return HttpResponseRedirect(escape_uri_path(request.path), status=303)
        return view(request, *args, **kwargs)

    return page
