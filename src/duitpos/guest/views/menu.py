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
from duitpos.guest.forms import read_checkout
from duitpos.guest.menu_page import menu_parts
from duitpos.guest.pressed import Pressed, gzip_page, plain_page
from duitpos.guest.table_page import TablePage, table_page_of
from duitpos.guest.texts import items_text

_TAKES_GZIP = re.compile(r"\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))")


@guest_page
@require_http_methods(["GET", "HEAD", "POST"])
def menu(request: HttpRequest, tenant: str, token: str) -> HttpResponse:
    """The page, or 304 when this phone has it already: that costs no render and at most one query.

    POST: the page with a cart in hand, for a phone without script that wants to add more.
    """
    table_page = table_page_of(tenant, token)
    if request.method == "POST":
        sent = read_checkout(request.POST)
        carried = with_earlier(sent.cart, sent.key)  # what is added there makes another cart of it
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
    page: list[Pressed | bytes] = [parts.before, live[0], parts.between, live[1], parts.after]
    if not _TAKES_GZIP.search(request.META.get("HTTP_ACCEPT_ENCODING", "")):
        return HttpResponse(plain_page(page))
    return HttpResponse(gzip_page(page), headers={"Content-Encoding": "gzip"})


def _csrf_secret(request: HttpRequest) -> str:
    """The form's token, not masked: Django takes it so, as it takes its cookie's, and a page costs no random numbers.

    A mask guards a token that is compressed together with somebody's text; here it is never compressed (pressed.py).
    """
    if not request.META.get("CSRF_COOKIE"):
        # As Django's rotate_token, with one call for randomness instead of 32: most scans are first ones.
        request.META.update(CSRF_COOKIE=secrets.token_hex(16), CSRF_COOKIE_NEEDS_UPDATE=True)
    return str(request.META["CSRF_COOKIE"])


def _banner_html(slug: str, guest: str) -> bytes:
    """The line about this phone's own order, ready to be sent; nothing for a phone without one."""
    banner = banner_of(tenant_by_slug(slug), guest)
    return render_to_string("guest/_banner.html", {"banner": banner}).encode() if banner else b""


def _etag(table_page: TablePage, banner: bytes, secret: str) -> str:
    """Weak: the same page goes out compressed and plain. The form's token is good as long as its cookie is the same."""
    return f'W/"{hashlib.blake2b(table_page.version.encode() + banner + secret.encode(), digest_size=12).hexdigest()}"'


def _count(cart: Cart) -> int:
    return sum(line.quantity for line in cart.lines)
