"""No request of ours is large: anything that is gets an answer before it is read."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from duitpos.ui.errors import error_page


class BodyCap:
    """Middleware: a body over DATA_UPLOAD_MAX_MEMORY_SIZE is 413. Django's own cap does not count files."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdigit() or int(length) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            return error_page(request, _("That is too much for one request. Nothing was changed."), 413)
        return self.get_response(request)
