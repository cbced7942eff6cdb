"""Keep responses out of shared caches, unless a view allows it."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

PRIVATE = "private, no-store"


class Private:
    """Middleware: a response without Cache-Control gets "private, no-store". Errors and redirects too.

    A proxy may cache a 404 for as long as it likes (RFC 9111, 4.2.2), and ours shows the guest's own order.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", PRIVATE)
        return response
