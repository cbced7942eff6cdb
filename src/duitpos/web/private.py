"""No page of ours is for a cache that several people share, unless it says so itself."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

PRIVATE = "private, no-store"


class Private:
    """Middleware: an answer that says nothing about caches is kept by none. Failures and redirects too.

    A 404 may be kept by a proxy for as long as it likes (RFC 9111, 4.2.2), and ours shows the order of whoever asked.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", PRIVATE)
        return response
