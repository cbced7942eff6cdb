"""Browsers that have signed in before: their tries are counted apart from those of strangers.

Without that, a stranger's wrong passwords would keep the owner out. The cookie lets nobody in. It proves that this
browser once gave the right password, or followed the mailed link, and so it has its own few tries.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponseBase

COOKIE = "known_device"
_SALT = "duitpos.accounts.known_device"
_LIFE = timedelta(days=365)
_MOST_PEOPLE = 8


def known_device(request: HttpRequest, email: str) -> str:
    """The id of a browser that has signed in with this address before; empty for any other."""
    device, people = _read(request)
    return device if _person(email) in people else ""


def remember_device(request: HttpRequest, response: HttpResponseBase, email: str) -> None:
    """Set the cookie. A tablet that several people use remembers the last few of them."""
    device, people = _read(request)
    person = _person(email)
    people = [*(one for one in people if one != person), person][-_MOST_PEOPLE:]
    value = signing.dumps({"device": device or secrets.token_urlsafe(12), "people": people}, salt=_SALT)
    response.set_cookie(
        COOKIE,
        value,
        max_age=int(_LIFE.total_seconds()),
        path="/accounts/",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _read(request: HttpRequest) -> tuple[str, list[str]]:
    try:
        found = signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=_LIFE)
        return str(found["device"]), [str(one) for one in found["people"]]
    except (signing.BadSignature, KeyError, TypeError, ValueError):
        return "", []


def _person(email: str) -> str:
    return hashlib.sha256(email.strip().lower().encode()).hexdigest()[:16]
