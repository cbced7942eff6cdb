"""The Content-Security-Policy of every page."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.http import HttpRequest, HttpResponse

HEADER = "Content-Security-Policy"
_FORMS = "form-action 'self'"
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        _FORMS,
    )
)


class ContentPolicy:
    """Middleware: a response without a policy gets the one that is the same for all pages."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault(HEADER, POLICY)
        return response


def allow_forms_to(response: HttpResponse, origins: Iterable[str]) -> None:
    """Let this response's form, and what its answer redirects to, leave our site. `origins` are checked addresses."""
    response.headers[HEADER] = " ".join((POLICY, *origins))
