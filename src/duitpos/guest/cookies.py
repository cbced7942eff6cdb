"""The cookies of a guest's phone: `phone` after it loaded the menu, `guest` after it was at the checkout (M55)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, HttpResponse

from duitpos.kit.clock import now
from duitpos.kit.ids import secret_token
from duitpos.models import Tenant

COOKIE = "guest"
COOKIE_SECONDS = 24 * 3600
"""Long enough for a phone whose battery ran out during dinner; short enough that the next day starts fresh."""

PHONE = "phone"
PHONE_SECONDS = 12 * 3600
LOOKED_SECONDS = 5
"""Minimum age of the cookie of a phone that looked at the menu. A program that only starts payments does not wait."""

_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,32}")


def guest_token_of(request: HttpRequest) -> str:
    """The phone's cookie; empty if it has none, or one that we did not issue."""
    value = request.COOKIES.get(COOKIE, "")
    return value if _TOKEN.fullmatch(value) else ""


def is_recognized(request: HttpRequest, slug: str) -> bool:
    """Whether the request has one of our cookies. Both are SameSite=Lax: a form of another site comes without them."""
    return bool(guest_token_of(request)) or _phone_cookie(request, slug) is not None


def remember_guest(response: HttpResponse, tenant: Tenant, guest_token: str) -> None:
    """Set the phone's cookie. Only this restaurant's pages receive it."""
    response.set_cookie(
        COOKIE,
        guest_token,
        max_age=COOKIE_SECONDS,
        path=f"/{tenant.slug}/",
        secure=settings.IS_HTTPS,
        httponly=True,
        samesite="Lax",
    )


def guest_token_for_start(request: HttpRequest, slug: str) -> str:
    """The token to order with: the guest cookie's, else the one in the phone cookie, else a new one."""
    cookie = _phone_cookie(request, slug)
    return guest_token_of(request) or (cookie.guest_token if cookie else secret_token())


def has_looked(request: HttpRequest, slug: str, guest_token: str) -> bool:
    """Whether this token's phone loaded this restaurant's menu: our signed cookie is at least LOOKED_SECONDS old.

    The page itself may come from a cache; the cookie comes with a stylesheet that is never cached (views/phone.py).
    """
    cookie = _phone_cookie(request, slug)
    return cookie is not None and cookie.guest_token == guest_token and cookie.age >= LOOKED_SECONDS


def scanned_at(request: HttpRequest, slug: str, guest_token: str) -> datetime | None:
    """When this token's phone loaded the menu, to the second; None if it did not tell."""
    cookie = _phone_cookie(request, slug)
    if cookie is None or cookie.guest_token != guest_token:
        return None
    return now() - timedelta(seconds=cookie.age)


def remember_look(request: HttpRequest, response: HttpResponse, slug: str) -> bool:
    """Set the phone cookie, unless it has a valid one: an older cookie is worth more. True for a phone without one.

    The cookie holds the token that this phone orders with, so that one cookie is one phone at every table.
    """
    cookie, guest_token = _phone_cookie(request, slug), guest_token_of(request)
    if cookie is not None and cookie.age <= PHONE_SECONDS / 2 and guest_token in ("", cookie.guest_token):
        return False
    response.set_cookie(
        PHONE,
        _signer(slug).sign(f"{int(now().timestamp())}.{guest_token or secret_token()}"),
        max_age=PHONE_SECONDS,
        path=f"/{slug}/",
        secure=settings.IS_HTTPS,
        httponly=True,
        samesite="Lax",
    )
    return cookie is None


@dataclass(frozen=True, slots=True)
class _PhoneCookie:
    """The contents of the phone cookie. `age` is in seconds."""

    age: float
    guest_token: str


def _phone_cookie(request: HttpRequest, slug: str) -> _PhoneCookie | None:
    """None without a cookie that we signed for this restaurant, or with an expired one."""
    try:
        since, guest_token = _signer(slug).unsign(request.COOKIES.get(PHONE, "")[:200]).split(".")
        cookie = _PhoneCookie(now().timestamp() - int(since), guest_token)
    except (BadSignature, ValueError):
        return None
    return cookie if 0 <= cookie.age <= PHONE_SECONDS else None


def _signer(slug: str) -> Signer:
    return Signer(salt=f"duitpos.phone.{slug}")
