"""The menu of a table in a language: /<tenant>/t/<token>/<language>/ (M56)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.html import format_html
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods

from duitpos.domain.orders.cart import Cart, cart_to_json, with_earlier
from duitpos.guest.access import guest_page
from duitpos.guest.encodings import IDENTITY, encoding_for
from duitpos.guest.forms import read_checkout
from duitpos.guest.menu_page import menu_html, menu_page
from duitpos.guest.table_page import table_page_of
from duitpos.guest.texts import items_text

PUBLIC = "public, no-cache"
"""Any cache may keep the page, and asks before each use whether it is still the same."""


@guest_page
@require_http_methods(["GET", "HEAD", "POST"])
def menu(request: HttpRequest, tenant: str, token: str, language: str) -> HttpResponse:
    """The page, or 304 if it has not changed; nothing in it is this phone's. web/language.py activates `language`.

    POST: the page with the cart in its form, for a phone without script that wants to add more.
    """
    if request.method == "POST":
        return _with_cart(request, tenant, token)
    encoding = encoding_for(request.META.get("HTTP_ACCEPT_ENCODING", ""))
    page = menu_page(tenant, token, encoding)
    headers = {"ETag": page.etag, "Cache-Control": PUBLIC, "Vary": "Accept-Encoding"}
    known = request.META.get("HTTP_IF_NONE_MATCH", "")
    # A list of quoted tags, each perhaps with a W/ before it. No tag contains a quote.
    if page.etag in known or known == "*":
        return HttpResponseNotModified(headers=headers)
    if encoding != IDENTITY:
        headers["Content-Encoding"] = encoding
    return HttpResponse(page.body, headers=headers)


@gzip_page
def _with_cart(request: HttpRequest, tenant: str, token: str) -> HttpResponse:
    sent = read_checkout(request.POST)
    # The guest will add lines, so this cart's key becomes an earlier one.
    carried = with_earlier(sent.cart, sent.key)
    html = _cart_html(carried) if carried.lines else ""
    return HttpResponse(menu_html(table_page_of(tenant, token), tenant, token, html))


def _cart_html(cart: Cart) -> str:
    return format_html(
        '<p class="notice" role="status">{}</p><input type="hidden" name="cart" value="{}" form="menu">',
        items_text(sum(line.quantity for line in cart.lines)),
        cart_to_json(cart),
    )
