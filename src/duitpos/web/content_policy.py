"""The Content-Security-Policy of every page."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

HEADER = "Content-Security-Policy"
_FORMS = "form-action 'self'"


def policy(media_origin: str) -> str:
    """The policy where photos come from `media_origin`, or from our own site if it is empty."""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            f"img-src 'self' data: {media_origin}".rstrip(),
            "font-src 'self'",
            "connect-src 'self'",
            "manifest-src 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            _FORMS,
        )
    )


POLICY = policy(settings.MEDIA_ORIGIN)


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
