"""Turn domain errors into pages: the only place that gives an error its HTTP status (M76)."""

from __future__ import annotations

import sys
from collections.abc import Callable

import structlog
from django.db import InterfaceError, InternalError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from duitpos.domain.errors import DomainError, Kind
from duitpos.web.private import PRIVATE
from duitpos.web.texts import error_text

log = structlog.get_logger(__name__)
READ_ONLY = "25006"
"""SQLSTATE of a server that has just become a standby."""

STATUS = {
    Kind.INVALID: 400,
    Kind.CONFLICT: 409,
    Kind.GONE: 404,
    Kind.FORBIDDEN: 403,
    Kind.UNAVAILABLE: 503,
    Kind.TOO_MANY: 429,
}


class DomainErrors:
    """Middleware: a DomainError that a view raises becomes a page that says what to do."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Django calls this for an exception in a view. None makes any other exception a 500."""
        if is_database_gone(exception):
            log.error("database_unavailable", path=request.path, exc_info=exception)
            return unavailable_page()
        if not isinstance(exception, DomainError):
            return None
        return error_page(request, error_text(exception), STATUS[exception.kind])


def error_page(request: HttpRequest, message: str, status: int) -> HttpResponse:
    """A plain page with one sentence and a way back."""
    response = render(request, "ui/error.html", {"message": message, "status": status}, status=status)
    response["Cache-Control"] = PRIVATE
    return response


def is_database_gone(error: BaseException | None) -> bool:
    """Whether the database is unreachable, locked or read-only: a temporary failure."""
    if isinstance(error, OperationalError | InterfaceError):
        return True
    return isinstance(error, InternalError) and getattr(error.__cause__, "sqlstate", "") == READ_ONLY


def unavailable_page() -> HttpResponse:
    """A 503 that asks to try again in a moment. It needs no database, no session and no user."""
    response = HttpResponse(render_to_string("503.html"), status=503)
    response["Cache-Control"] = PRIVATE
    response["Retry-After"] = "5"
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler500, also for errors in middleware: 503 while the database is unavailable, else 500."""
    if is_database_gone(sys.exc_info()[1]):
        return unavailable_page()
    response = HttpResponse(render_to_string("500.html"), status=500)
    response["Cache-Control"] = PRIVATE
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler400: a malformed request or an unknown host. It reads nothing from the request."""
    response = HttpResponse(render_to_string("400.html"), status=400)
    response["Cache-Control"] = PRIVATE
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form comes from another site, or its cookie was lost. Nothing was done, and the cart is kept."""
    message = _(
        "This page was open for too long, or cookies are off."
        " Nothing was sent and nothing was lost: go back, reload, and try again."
    )
    return error_page(request, message, 403)
