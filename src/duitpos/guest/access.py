"""Who is asking: a phone at a table. The QR code's token gives the restaurant's scope and the table."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, HttpResponse

from duitpos.domain.errors import DomainError
from duitpos.domain.tables.find import table_by_token
from duitpos.domain.tenancy.find import tenant_by_slug
from duitpos.guest.problem import problem_page
from duitpos.kit.clock import now
from duitpos.kit.ids import secret_token
from duitpos.models import Location, Table, Tenant

P = ParamSpec("P")

COOKIE = "guest"
COOKIE_SECONDS = 24 * 3600
"""Long enough for a phone that died during dinner; short enough that the next day starts fresh."""

PHONE = "phone"
PHONE_SECONDS = 12 * 3600
LOOKED_SECONDS = 5
"""A phone that got its cookie this long ago has looked at the menu; a program that only wants to pay has not waited."""

_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,32}")
_NAME = re.compile(r"[A-Za-z0-9_-]{1,200}")


@dataclass(frozen=True, slots=True)
class Visit:
    """One phone at one table. `guest_token` is empty before its first checkout."""

    tenant: Tenant
    table: Table
    guest_token: str

    @property
    def location(self) -> Location:
        """Where the table stands."""
        location: Location = self.table.location
        return location


def visit_of(request: HttpRequest, slug: str, token: str) -> Visit:
    """The visit that an address and a cookie describe, read afresh. Gone."""
    tenant = tenant_by_slug(slug)
    return Visit(tenant, table_by_token(tenant, token), guest_token_of(request))


def guest_token_of(request: HttpRequest) -> str:
    """The phone's cookie; empty when it has none, or one that we never made."""
    value = request.COOKIES.get(COOKIE, "")
    return value if _TOKEN.fullmatch(value) else ""


def plain(text: str) -> str:
    """A token or a reference from an address; empty when it can be none (PostgreSQL refuses a zero byte)."""
    return text if _NAME.fullmatch(text) else ""


def new_guest_token() -> str:
    """A name for a phone that has none yet."""
    return secret_token()


def remember_guest(response: HttpResponse, tenant: Tenant, guest_token: str) -> None:
    """Give the phone its cookie. Only this restaurant's pages get to see it."""
    response.set_cookie(
        COOKIE,
        guest_token,
        max_age=COOKIE_SECONDS,
        path=f"/{tenant.slug}/",
        secure=settings.IS_HTTPS,
        httponly=True,
        samesite="Lax",
    )


def has_looked(request: HttpRequest, slug: str) -> bool:
    """Whether this phone has looked at this restaurant's menu: it holds a cookie that we signed a moment ago or more.

    The page itself may come from a cache; the cookie comes with a stylesheet that never does (views/phone.py).
    """
    since = _looked_since(request, slug)
    return since is not None and LOOKED_SECONDS <= now().timestamp() - since <= PHONE_SECONDS


def remember_look(request: HttpRequest, response: HttpResponse, slug: str) -> None:
    """Give the phone its cookie, unless it has a good one: that one is older, and so worth more."""
    since = _looked_since(request, slug)
    if since is not None and 0 <= now().timestamp() - since <= PHONE_SECONDS / 2:
        return
    response.set_cookie(
        PHONE,
        _signer(slug).sign(str(int(now().timestamp()))),
        max_age=PHONE_SECONDS,
        path=f"/{slug}/",
        secure=settings.IS_HTTPS,
        httponly=True,
        samesite="Lax",
    )


def _looked_since(request: HttpRequest, slug: str) -> int | None:
    try:
        return int(_signer(slug).unsign(request.COOKIES.get(PHONE, "")[:200]))
    except (BadSignature, ValueError):
        return None


def _signer(slug: str) -> Signer:
    return Signer(salt=f"duitpos.phone.{slug}")


def guest_page(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """A view whose expected failures become a page for guests: what happened, what was kept, what to do."""

    @wraps(view)
    def page(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except DomainError as error:
            return problem_page(request, error, str(kwargs.get("tenant", "")), guest_token_of(request))

    return page
