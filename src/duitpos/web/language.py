"""Choose a page's language: the reader's choice, else what their browser asks for."""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.locale import LocaleMiddleware
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation.trans_real import get_supported_language_variant, parse_accept_lang_header

GUEST = tuple(code for code, _name in settings.LANGUAGES)
KITCHEN = ("en", "ms")
STAFF = ("en",)
"""The languages of each audience. Offer one only when tests/languages finds its sentences translated completely."""

_MOST_HEADER = 500
"""Characters of Accept-Language that are parsed, as in Django."""


class Language(LocaleMiddleware):
    """Middleware: Django's, limited to the languages that a page has, and only active until the response is made."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        offered = offered_at(request.path_info)
        cookie = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        # An unknown value would only fill the cache of `choose`.
        chosen = cookie if cookie in offered else ""
        wanted = choose(offered, chosen, request.headers.get("Accept-Language", "")[:_MOST_HEADER])
        # Django's middleware leaves its language active in the thread, and so in whatever runs there next.
        with translation.override(wanted):
            request.LANGUAGE_CODE = wanted
            response: HttpResponse = self.get_response(request)  # type: ignore[assignment]
            # The view may activate the language that the guest has just chosen.
            response.headers.setdefault("Content-Language", translation.get_language() or wanted)
        if len(offered) > 1:
            patch_vary_headers(response, ("Accept-Language", "Cookie"))
        return response


def offered_at(path: str) -> tuple[str, ...]:
    """The languages that the page at this path has, the default first.

    An unknown path has the guests' languages, because a guest may see its error page.
    """
    first, second, _, named, *_ = (*path.lstrip("/").split("/", 4), "", "", "")
    # The menu's URL contains its language.
    if second == "t" and named in GUEST:
        return (named,)
    # A photo has no language, so its response must not vary.
    if first in ("accounts", "media") or second in ("dashboard", "webhooks"):
        return STAFF
    return KITCHEN if second == "kitchen" else GUEST


def chosen_language(request: HttpRequest, offered: tuple[str, ...]) -> str:
    """The language whose button was pressed; empty if none was."""
    chosen = str(request.POST.get("language", "")) if request.method == "POST" else ""
    return chosen if chosen in offered else ""


def remember_language(response: HttpResponse, slug: str, language: str) -> None:
    """Store the choice in a cookie for this restaurant's pages."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        path=f"/{slug}/",
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite="Lax",
    )


@lru_cache(maxsize=1000)
def choose(offered: tuple[str, ...], chosen: str, accepted: str) -> str:
    """One of `offered`: the reader's choice, else the first that Accept-Language names, else the default."""
    if chosen in offered:
        return chosen
    for wanted, _quality in parse_accept_lang_header(accepted):
        if wanted == "*":
            break
        known = _known(wanted)
        if known in offered:
            return known
    return offered[0]


def _known(wanted: str) -> str:
    """Our language for the browser's: zh, zh-CN and zh-TW are all zh-hans. Empty if there is none."""
    try:
        return get_supported_language_variant(wanted)
    except LookupError:
        return ""
