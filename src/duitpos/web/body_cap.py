"""No request of ours is large: one that is gets an answer unread. One that was cut off is not acted on."""

from __future__ import annotations

from collections.abc import Callable
from threading import BoundedSemaphore

from django.conf import settings
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.utils.http import parse_header_parameters
from django.utils.translation import gettext as _

from duitpos.web.errors import error_page, unavailable_page

READERS_WAIT = 1.0
"""Seconds that a request waits until fewer others are being read."""

_readers = BoundedSemaphore(1_000)


def bound_readers(threads: int) -> None:
    """Of `threads` of a web server, one in eight may be reading a body: a body that never ends holds its thread."""
    global _readers
    _readers = BoundedSemaphore(max(1, threads // 8))


class BodyCap:
    """Middleware: a body over DATA_UPLOAD_MAX_MEMORY_SIZE is 413, one of unknown length 411, one that was cut off 400.

    While too many bodies are on their way, one more is 503: pages that have none are served (M77).

    Django's own cap does not count files, it takes a body in chunks for an empty one, and it reads a body of which the
    end is missing as if it were whole: a quantity of 12 becomes 1 (M77).
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
        if length.strip("0"):
            return self._read(request, int(length))
        return self.get_response(request)

    def _read(self, request: HttpRequest, length: int) -> HttpResponse:
        readers = _readers
        if not readers.acquire(timeout=READERS_WAIT):
            return unavailable_page()
        try:
            is_whole = _is_whole(request, length)
        finally:
            readers.release()
        if not is_whole:
            return error_page(
                request,
                _("Only a part of this request arrived. Nothing was changed: go back, and send it again."),
                400,
            )
        return self.get_response(request)


def _is_whole(request: HttpRequest, length: int) -> bool:
    """Read the body, which is small by now, and keep it for whoever reads it next."""
    try:
        body = request.body
    except UnreadablePostError:  # the connection broke while it was read
        return False
    if len(body) != length:
        return False
    kind, words = parse_header_parameters(request.META.get("CONTENT_TYPE", ""))
    if not kind.startswith("multipart/"):
        return True
    # Something on the way may have cut the body and corrected its length.
    return body.rstrip().endswith(f"--{words.get('boundary', '')}--".encode())


def is_length(text: str, most: int) -> bool:
    """Whether a Content-Length is a number of bytes, and not above `most`."""
    return text.isascii() and text.isdecimal() and len(text) < 20 and int(text) <= most
