"""The Content-Security-Policy of every page."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from duitpos.ui.watch import HASH as WATCH_HASH

HEADER = "Content-Security-Policy"
_FORMS = "form-action 'self'"
_IN_NO_FRAME = "frame-ancestors 'none'"


def policy(media_origin: str) -> str:
    """The policy where photos come from `media_origin`, or from our own site if it is empty."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' '{WATCH_HASH}'",
            "style-src 'self'",
            f"img-src 'self' data: {media_origin}".rstrip(),
            "font-src 'self'",
            "connect-src 'self'",
            "manifest-src 'self'",
            _IN_NO_FRAME,
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


def allow_own_frame(response: HttpResponse) -> None:
    """Let this page show a page of ours in a frame."""
    response.headers[HEADER] = f"{POLICY}; frame-src 'self'"


def only_to_look_at(response: HttpResponse) -> None:
    """Let a page of ours frame this response. No form of it can be sent, and no script of it runs."""
    looked_at = POLICY.replace(_FORMS, "form-action 'none'").replace(_IN_NO_FRAME, "frame-ancestors 'self'")
    response.headers[HEADER] = f"{looked_at}; sandbox"
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
