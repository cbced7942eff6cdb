"""A guest chooses a language: a button on every page, whose form comes back to the same page with the cart."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from duitpos.web.language import GUEST


def chosen_language(request: HttpRequest) -> str:
    """The language whose button was pressed; empty when none was."""
    chosen = request.POST.get("language", "") if request.method == "POST" else ""
    return chosen if chosen in GUEST else ""


def brings_a_cart(request: HttpRequest) -> bool:
    """Whether the form holds what was chosen so far, on a phone without script: the page must come with it again."""
    typed = (request.POST.get(name, "") for name in request.POST if name.startswith("q-"))
    return bool(request.POST.get("cart")) or any(text.strip() not in ("", "0") for text in typed)


def remember_language(response: HttpResponse, slug: str, language: str) -> None:
    """Keep the choice on this phone, for this restaurant's pages."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        path=f"/{slug}/",
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite="Lax",
    )
