"""Open a guest's page: a phone at a table. The QR code's token gives the restaurant and the table."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt

from duitpos.domain.errors import DomainError
from duitpos.domain.tables.find import table_by_token
from duitpos.domain.tenancy.find import tenant_by_slug
from duitpos.guest.cookies import guest_token_of
from duitpos.guest.problem import problem_page
from duitpos.guest.same_site import Sender, require_our_form
from duitpos.models import Location, Table, Tenant
from duitpos.web.language import GUEST, chosen_language, remember_language

P = ParamSpec("P")

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
        """The table's location."""
        location: Location = self.table.location
        return location


def visit_of(request: HttpRequest, slug: str, token: str) -> Visit:
    """Load the visit that the URL and the cookie identify. Raises Gone."""
    tenant = tenant_by_slug(slug)
    language = translation.get_language() or "en"
    return Visit(tenant, table_by_token(tenant, token), guest_token_of(request), language)


def plain(text: str) -> str:
    """A token or a reference from a URL; empty if it is malformed (PostgreSQL rejects a zero byte)."""
    return text if _NAME.fullmatch(text) else ""


def guest_page(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Decorate a view: a DomainError becomes a page that says what happened, what was kept and what to do.

    A POST must come from a page of ours (same_site.py). A POST of `language` to the page's own URL shows it in another
    language.
    """

    @wraps(view)
    def page(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        slug = str(kwargs.get("tenant", ""))

        def show() -> HttpResponse:
            return _answer(request, slug, lambda: view(request, *args, **kwargs))

        if request.method != "POST":
            return show()
        return _answer(request, slug, lambda: _posted(request, kwargs, show))

    return csrf_exempt(page)


def _answer(request: HttpRequest, slug: str, view: Callable[[], HttpResponse]) -> HttpResponse:
    try:
        return view()
    except DomainError as error:
        return problem_page(request, error, slug, guest_token_of(request))


def _posted(request: HttpRequest, kwargs: dict[str, Any], show: Callable[[], HttpResponse]) -> HttpResponse:
    slug = str(kwargs.get("tenant", ""))
    sender = require_our_form(request, slug)
    language = chosen_language(request, GUEST)
    if not language:
        return show()
    if _brings_a_cart(request):
        translation.activate(language)
        response = show()
    else:
        response = HttpResponseRedirect(_in_language(request, kwargs, language), status=303)
    if sender is Sender.OURS:
        remember_language(response, slug, language)
    return response


def _in_language(request: HttpRequest, kwargs: dict[str, Any], language: str) -> str:
    """The page's own URL, which is another one if it contains the language."""
    if "language" not in kwargs:
        return request.get_full_path()
    return reverse("guest:menu", kwargs={**kwargs, "language": language})


def _brings_a_cart(request: HttpRequest) -> bool:
    """Whether a form without script holds the guest's selection, which the page must then show again."""
    typed = (str(request.POST.get(name, "")) for name in request.POST if name.startswith("q-"))
    return bool(request.POST.get("cart")) or any(text.strip() not in ("", "0") for text in typed)
