"""No request of ours is large: anything that is gets an answer before it is read."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from duitpos.ui.errors import error_page


class BodyCap:
    """Middleware: a body over DATA_UPLOAD_MAX_MEMORY_SIZE is 413, one of unknown length 411.

    Django's own cap does not count files, and it takes a body in chunks for an empty one.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or ""
        if not length and "HTTP_TRANSFER_ENCODING" in request.META:
            return error_page(
                request, _("This request did not say how long it is. Nothing was changed."), 411
            )
        if length and not is_length(length, settings.DATA_UPLOAD_MAX_MEMORY_SIZE):
            return error_page(request, _("That is too much for one request. Nothing was changed."), 413)
        return self.get_response(request)


def is_length(text: str, most: int) -> bool:
    """Whether a Content-Length is a number of bytes, and not above `most`."""
    return text.isascii() and text.isdecimal() and len(text) < 20 and int(text) <= most
