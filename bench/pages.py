"""Raw HTTP requests for pages of the demo restaurant, and for presses of Pay."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from bench.server import HOST


@dataclass(frozen=True)
class Cafe:
    """Slugs, tokens and a session cookie of the demo restaurant."""

    slug: str
    location: str
    tables: list[str]
    """The tables' tokens."""
    session: str
    """The session cookie of a member of staff."""


def open_cafe(api_base: str = "") -> Cafe:
    """Seed the demo restaurant, with Stripe's API at `api_base`. Loads Django's models."""
    from django.conf import settings
    from django.test import Client

    from bench.restaurants import SECRET
    from duitpos.demo.seed import seed
    from duitpos.domain.tenancy.find import tenant_by_slug
    from duitpos.models import Membership, Table

    made = seed(secret_key="sk_test_bench", webhook_secret=SECRET, api_base=api_base)
    tenant = tenant_by_slug(made.tenant)
    client = Client()
    owner = Membership.objects.select_related("user").filter(tenant=tenant).first()
    assert owner is not None
    client.force_login(owner.user, "allauth.account.auth_backends.AuthenticationBackend")
    tables = Table.objects.filter(tenant=tenant, location__slug=made.location, location__tenant=tenant)
    return Cafe(
        made.tenant,
        made.location,
        [table.token for table in tables],
        client.cookies[settings.SESSION_COOKIE_NAME].value,
    )


def menu(cafe: Cafe) -> bytes:
    """The request for the menu of a guest who has scanned a code."""
    return get(f"/{cafe.slug}/t/{cafe.tables[0]}/en/", "Accept-Encoding: br")


def board(cafe: Cafe) -> bytes:
    """The kitchen board's poll."""
    return get(f"/{cafe.slug}/kitchen/{cafe.location}/live/", f"Cookie: sessionid={cafe.session}")


def get(path: str, *headers: str) -> bytes:
    """A GET request."""
    lines = [f"GET {path} HTTP/1.1", f"Host: {HOST}", "X-Forwarded-Proto: https", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def presses(cafe: Cafe, count: int) -> Iterator[bytes]:
    """Requests of guests who press Pay, each on a known phone, distributed over the tables."""
    from duitpos.domain.orders.cart import Cart, CartLine, cart_to_json
    from duitpos.domain.orders.quote import quote
    from duitpos.domain.tenancy.find import tenant_by_slug
    from duitpos.guest.cookies import _signer
    from duitpos.models import Location, MenuItem

    tenant = tenant_by_slug(cafe.slug)
    location = Location.objects.get(tenant=tenant, slug=cafe.location)
    item = MenuItem.objects.filter(tenant=tenant, item_groups__isnull=True).order_by("-price_minor").first()
    assert item is not None
    cart = Cart((CartLine(item.id, (), 2, "", item.price_minor),))
    total = quote(tenant, location, cart).totals.total_minor
    phone = _signer(cafe.slug).sign(str(int(time.time()) - 60))
    for number in range(count):
        form: dict[str, Any] = {
            "step": "pay",
            "cart": cart_to_json(cart),
            "checkout_key": secrets.token_hex(16),
            "seen_total": total,
        }
        body = urlencode(form).encode()
        table = cafe.tables[number % len(cafe.tables)]
        lines = [
            f"POST /{cafe.slug}/t/{table}/checkout/ HTTP/1.1",
            f"Host: {HOST}",
            "X-Forwarded-Proto: https",
            f"Origin: https://{HOST}",
            f"Cookie: phone={phone}",
            "Content-Type: application/x-www-form-urlencoded",
            f"Content-Length: {len(body)}",
        ]
        yield ("\r\n".join(lines) + "\r\n\r\n").encode() + body
