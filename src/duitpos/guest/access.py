"""Who is asking: a phone at a table. The QR code's token gives the restaurant's scope and the table."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import translation

from duitpos.domain.errors import DomainError
from duitpos.domain.tables.find import table_by_token
from duitpos.domain.tenancy.find import tenant_by_slug
from duitpos.guest.problem import problem_page
from duitpos.kit.clock import now
from duitpos.kit.ids import secret_token
from duitpos.models import Location, Table, Tenant
from duitpos.web.language import GUEST, chosen_language, remember_language

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
    language: str

    @property
    def location(self) -> Location:
        """Where the table stands."""
        location: Location = self.table.location
        return location


def visit_of(request: HttpRequest, slug: str, token: str) -> Visit:
    """The visit that an address and a cookie describe, read afresh. Gone."""
    tenant = tenant_by_slug(slug)
    language = translation.get_language() or "en"
    return Visit(tenant, table_by_token(tenant, token), guest_token_of(request), language)


def guest_token_of(request: HttpRequest) -> str:
    """The phone's cookie; empty when it has none, or one that we never made."""
    value = request.COOKIES.get(COOKIE, "")
    return value if _TOKEN.fullmatch(value) else ""


def plain(text: str) -> str:
    """A token or a reference from an address; empty when it can be none (PostgreSQL refuses a zero byte)."""
    return text if _NAME.fullmatch(text) else ""


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


def guest_token_for_start(request: HttpRequest, slug: str) -> str:
    """The token to order with: the phone's own, else the one that came with its look at the menu, else a new one."""
    look = _look_of(request, slug)
    return guest_token_of(request) or (look.guest_token if look else secret_token())


def has_looked(request: HttpRequest, slug: str, guest_token: str) -> bool:
    """Whether the phone of this token has looked at this restaurant's menu: we signed so, a moment ago or more.

    The page itself may come from a cache; the cookie comes with a stylesheet that never does (views/phone.py).
    """
    look = _look_of(request, slug)
    return look is not None and look.guest_token == guest_token and look.age >= LOOKED_SECONDS


def remember_look(request: HttpRequest, response: HttpResponse, slug: str) -> None:
    """Give the phone its cookie, unless it has a good one: that one is older, and so worth more.

    The cookie names the token that this phone orders with, so that one cookie is one phone at every table (M55).
    """
    look, guest_token = _look_of(request, slug), guest_token_of(request)
    if look is not None and look.age <= PHONE_SECONDS / 2 and guest_token in ("", look.guest_token):
        return
    response.set_cookie(
        PHONE,
        _signer(slug).sign(f"{int(now().timestamp())}.{guest_token or secret_token()}"),
        max_age=PHONE_SECONDS,
        path=f"/{slug}/",
        secure=settings.IS_HTTPS,
        httponly=True,
        samesite="Lax",
    )


@dataclass(frozen=True, slots=True)
class _Look:
    """What the phone's cookie says. `age` is in seconds."""

    age: float
    guest_token: str


def _look_of(request: HttpRequest, slug: str) -> _Look | None:
    """None without a cookie that we signed for this restaurant, and with one that has ended."""
    try:
        since, guest_token = _signer(slug).unsign(request.COOKIES.get(PHONE, "")[:200]).split(".")
        look = _Look(now().timestamp() - int(since), guest_token)
    except (BadSignature, ValueError):
        return None
    return look if 0 <= look.age <= PHONE_SECONDS else None


def _signer(slug: str) -> Signer:
    return Signer(salt=f"duitpos.phone.{slug}")


def guest_page(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """A view whose expected failures become a page for guests: what happened, what was kept, what to do.

    Every such page can be asked for in another language: a POST of `language` to its own address.
    """

    @wraps(view)
    def page(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        slug, language = str(kwargs.get("tenant", "")), chosen_language(request, GUEST)
        if language and not _brings_a_cart(request):
            response: HttpResponse = HttpResponseRedirect(request.get_full_path(), status=303)
        else:
            if language:
                translation.activate(language)
            response = _answer(request, slug, lambda: view(request, *args, **kwargs))
        if language:
            remember_language(response, slug, language)
        return response

    return page


def _answer(request: HttpRequest, slug: str, view: Callable[[], HttpResponse]) -> HttpResponse:
    try:
        return view()
    except DomainError as error:
        return problem_page(request, error, slug, guest_token_of(request))


def _brings_a_cart(request: HttpRequest) -> bool:
    """Whether the form holds what was chosen so far, on a phone without script: the page must come with it again."""
    typed = (str(request.POST.get(name, "")) for name in request.POST if name.startswith("q-"))
    return bool(request.POST.get("cart")) or any(text.strip() not in ("", "0") for text in typed)
