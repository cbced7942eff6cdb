"""A guest's phone without script: it loads pages, sends their forms and keeps its cookies."""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpResponse
from django.test import Client

from duitpos.models import MenuItem, Table, Tenant

OURS = {"sec-fetch-site": "same-origin"}


@dataclass
class Phone:
    """One phone at one table, without script. CSRF checks are on, as in production."""

    tenant: Tenant
    table: Table
    client: Client = field(default_factory=lambda: Client(enforce_csrf_checks=True))

    @property
    def code_url(self) -> str:
        """The URL in the table's QR code."""
        return f"/{self.tenant.slug}/t/{self.table.token}/"

    @property
    def menu_url(self) -> str:
        return f"{self.code_url}en/"

    @property
    def checkout_url(self) -> str:
        return f"{self.code_url}checkout/"

    def scan(self, **options: Any) -> HttpResponse:
        """Open the QR code's link, and follow it to the menu."""
        return self.open(self.code_url, follow=True, **options)

    def open(self, url: str, **options: Any) -> HttpResponse:
        """Open any page. `follow=True` follows redirects."""
        return self.client.get(url, **options)  # type: ignore[return-value]

    def send(self, url: str, fields: dict[str, Any], headers: dict[str, str] = OURS) -> HttpResponse:
        """Send a form, with the headers that a current browser adds over https to a form of our own page."""
        return self.client.post(url, fields, headers=headers)  # type: ignore[return-value]

    def review(self, *lines: dict[str, Any], key: str = "") -> HttpResponse:
        """Review a cart, as the script sends it."""
        fields = {"step": "review", "cart": json.dumps({"lines": list(lines)}), "checkout_key": key}
        return self.send(self.checkout_url, fields)

    def press(self, page: HttpResponse, **changes: Any) -> HttpResponse:
        """Press a button of the review: `step="pay"` by default."""
        return self.send(self.checkout_url, {**review_fields(page), "step": "pay", **changes})


def line(
    item: MenuItem, quantity: int = 1, *modifiers: Any, note: str = "", seen: int | None = None
) -> dict[str, Any]:
    """A cart line as the script stores it."""
    seen = item.price_minor if seen is None else seen
    return {
        "item": item.id.hex,
        "mods": [str(m) for m in modifiers],
        "qty": quantity,
        "note": note,
        "seen": seen,
    }


def text_of(page: HttpResponse) -> str:
    """The page's visible text, on one line, with plain spaces."""
    body = re.sub(r"(?s)<(script|style|head).*?</\1>|<[^>]+>", " ", page.content.decode())
    return " ".join(html.unescape(body).replace("\u202f", " ").split())


def field_of(page: HttpResponse, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'<input[^>]*name="{name}"[^>]*?value="([^"]*)"', page.content.decode())
    assert found, f"no field {name} in: {text_of(page)}"
    return html.unescape(found[1])


def review_fields(page: HttpResponse) -> dict[str, str]:
    """Everything that the review's form would send."""
    names = ["cart", "checkout_key", "seen_total"]
    if 'name="payment_type"' in page.content.decode():
        names.append("payment_type")
    if 'name="seen_twin"' in page.content.decode():
        names.append("seen_twin")
    return {name: field_of(page, name) for name in names}
