"""Serve photos from the folder of this installation. From a bucket, phones read them without us."""

from __future__ import annotations

import re

from django.conf import settings
from django.core.files.storage import storages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from duitpos.web.content_policy import HEADER

FOR_EVER = "public, max-age=31536000, immutable"

# Nothing else is looked up: it leaves no place for a dot or a slash of the client's.
_NAME = re.compile(r"[0-9a-f]{32}/[0-9a-f]{32}-[0-9]{1,4}\.(avif|webp|jpeg)")


@require_safe
def media(request: HttpRequest, folder: str, file: str) -> HttpResponseBase:
    """One file of a photo. Its contents never change, so a browser asks for it once."""
    known = _NAME.fullmatch(f"{folder}/{file}")
    if known is None or settings.MEDIA_ORIGIN:
        raise Http404
    try:
        with storages["photos"].open(known[0]) as stored:
            content = stored.read()
    except FileNotFoundError as error:
        raise Http404 from error
    whole = HttpResponse(content, content_type=f"image/{known[1]}")
    response = get_conditional_response(request, etag=f'"{file}"', response=whole) or whole
    response["Cache-Control"] = FOR_EVER
    response["ETag"] = f'"{file}"'
    response[HEADER] = "default-src 'none'"
    return response
