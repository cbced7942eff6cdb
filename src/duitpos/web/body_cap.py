"""Reject large request bodies unread, and truncated ones before any view acts on them (M77)."""

from __future__ import annotations

from collections.abc import Callable
from threading import BoundedSemaphore

from django.conf import settings
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.urls import Resolver404, resolve
from django.utils.http import parse_header_parameters
from django.utils.translation import gettext as _

from duitpos.domain.menus.photos.files import MOST_BYTES
from duitpos.domain.menus.sheets.read import MAX_BYTES
from duitpos.web.errors import error_page, unavailable_page

READERS_WAIT = 1.0
"""Seconds that a request waits while too many other bodies are being read."""

LARGER = {"dashboard:menu_photo": MOST_BYTES, "dashboard:menu_import": MAX_BYTES}
"""Bytes that a file may have, by the name of the URL to which it is sent."""
FIELDS = 16 * 1024
"""Bytes that a form with such a file has besides."""

_readers = BoundedSemaphore(1_000)


def bound_readers(threads: int) -> None:
    """Let one in eight of a web server's `threads` read a body at once, because an endless body blocks its thread."""
    global _readers
    _readers = BoundedSemaphore(max(1, threads // 8))


class BodyCap:
    """Middleware: a body over the URL's limit is 413, one of unknown length 411, a truncated one 400.

    The limit is DATA_UPLOAD_MAX_MEMORY_SIZE but for LARGER.

    While too many bodies are being read, another one is 503; requests without a body are still served.

    Django's own limit does not count files, treats a chunked body as empty, and reads a truncated body as if it were
    complete: a quantity of 12 becomes 1.
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
            most = _most_of_file(request)
            if not most:
                return error_page(request, _("That is too much for one request. Nothing was changed."), 413)
            if not is_length(length, most + FIELDS):
                text = _("This file is too large: it may have at most %(most)d MB. Nothing was changed.")
                return error_page(request, text % {"most": most // 1024**2}, 413)
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


def _most_of_file(request: HttpRequest) -> int:
    """Bytes of the file that may be sent to this URL; 0 where only small forms are."""
    try:
        return LARGER.get(resolve(request.path_info).view_name, 0)
    except Resolver404:
        return 0


def _is_whole(request: HttpRequest, length: int) -> bool:
    """Read the body, whose length is known to be allowed, and keep it for the view. False if it is truncated."""
    try:
        if length > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            # As `request.body` does, but for its limit, which is the same for all URLs.
            request._body = request.read()
        body = request.body
    except UnreadablePostError:
        # The connection broke during the read.
        return False
    if len(body) != length:
        return False
    kind, words = parse_header_parameters(request.META.get("CONTENT_TYPE", ""))
    if not kind.startswith("multipart/"):
        return True
    # A proxy may have truncated the body and corrected its length.
    return body.rstrip().endswith(f"--{words.get('boundary', '')}--".encode())


def is_length(text: str, most: int) -> bool:
    """Whether a Content-Length is a number of bytes up to `most`."""
    return text.isascii() and text.isdecimal() and len(text) < 20 and int(text) <= most
