"""The menu of a table: /<tenant>/t/<token>/."""

from __future__ import annotations

import hashlib
import re
import secrets

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods

from duitpos.domain.orders.cart import Cart, cart_to_json, with_earlier
from duitpos.domain.tenancy.find import tenant_by_slug
from duitpos.guest.access import guest_page, guest_token_of
from duitpos.guest.banner import banner_of
from duitpos.guest.compressed import CompressedPart, gzip_page, plain_page
from duitpos.guest.forms import read_checkout
from duitpos.guest.menu_page import menu_parts
from duitpos.guest.table_page import TablePage, table_page_of
from duitpos.guest.texts import items_text

_TAKES_GZIP = re.compile(r"\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))")


@guest_page
@require_http_methods(["GET", "HEAD", "POST"])
def menu(request: HttpRequest, tenant: str, token: str) -> HttpResponse:
    """The page, or 304 if this phone has it already, without rendering and with at most one query.

    POST: the page with the cart in its form, for a phone without script that wants to add more.
    """
    table_page = table_page_of(tenant, token)
    if request.method == "POST":
        sent = read_checkout(request.POST)
        # The guest will add lines, so this cart's key becomes an earlier one.
        carried = with_earlier(sent.cart, sent.key)
        return _page(request, table_page, tenant, token, b"", carried)
    guest = guest_token_of(request)
    banner = _banner_html(tenant, guest) if guest else b""
    etag = _etag(table_page, banner, _csrf_secret(request))
    if etag in request.META.get("HTTP_IF_NONE_MATCH", ""):
        response: HttpResponse = HttpResponseNotModified()
    else:
        response = _page(request, table_page, tenant, token, banner)
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    response["Vary"] = "Accept-Encoding, Cookie"
    return response


def _page(
    request: HttpRequest,
    table_page: TablePage,
    slug: str,
    token: str,
    banner: bytes,
    carried: Cart | None = None,
) -> HttpResponse:
    parts = menu_parts(table_page, slug, token)
    secret = _csrf_secret(request)
    csrf = f'<input type="hidden" name="csrfmiddlewaretoken" value="{secret}" form="menu">'.encode()
    live = [table_page.head + banner, csrf]
    if carried is not None and carried.lines:
        live[0] += format_html('<p class="notice" role="status">{}</p>', items_text(_count(carried))).encode()
        live[1] += format_html(
            '<input type="hidden" name="cart" value="{}" form="menu">', cart_to_json(carried)
        ).encode()
    page: list[CompressedPart | bytes] = [parts.before, live[0], parts.between, live[1], parts.after]
    if not _TAKES_GZIP.search(request.META.get("HTTP_ACCEPT_ENCODING", "")):
        return HttpResponse(plain_page(page))
    return HttpResponse(gzip_page(page), headers={"Content-Encoding": "gzip"})


def _csrf_secret(request: HttpRequest) -> str:
    """The form's CSRF token, unmasked: Django accepts it like the cookie's, and no page needs random numbers.

    The mask protects a token that is compressed together with user input; this one is never compressed (compressed.py).
    """
    if not request.META.get("CSRF_COOKIE"):
        # Like Django's rotate_token, but with one random call instead of 32, because most scans are a phone's first.
        request.META.update(CSRF_COOKIE=secrets.token_hex(16), CSRF_COOKIE_NEEDS_UPDATE=True)
    return str(request.META["CSRF_COOKIE"])


def _banner_html(slug: str, guest: str) -> bytes:
    """Rendered banner for this phone's own order; empty for a phone without one."""
    banner = banner_of(tenant_by_slug(slug), guest)
    return render_to_string("guest/_banner.html", {"banner": banner}).encode() if banner else b""


def _etag(table_page: TablePage, banner: bytes, secret: str) -> str:
    """Weak, because the page is sent compressed or plain. The CSRF token is valid as long as its cookie."""
    return f'W/"{hashlib.blake2b(table_page.version.encode() + banner + secret.encode(), digest_size=12).hexdigest()}"'


def _count(cart: Cart) -> int:
    return sum(line.quantity for line in cart.lines)
