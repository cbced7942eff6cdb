"""Refuse forms that another website sends through a guest's browser (M54).

In place of Django's CSRF token, which would have to be in the page: the menu's page is the same for every phone, so
that any cache may keep it. The dashboard and the kitchen keep Django's.

Three facts are asked in turn; the first one that is present decides:

1. `Sec-Fetch-Site`: all current browsers send it over https, and no page can change it.
2. `Origin`: browsers send it with every POST, also over plain http in a restaurant's network. `null` decides nothing:
   a hostile frame sends it, and so does a page that hides where it comes from.
3. A cookie of ours: SameSite=Lax, so that no other site's form carries it.

A request with none of them comes from a phone that refuses cookies, or from another site. It may look at a cart, and
pays with a button that we signed for this cart at this table.
"""

from __future__ import annotations

from enum import Enum, auto

import structlog
from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpRequest

from duitpos.domain.errors import Code, Forbidden
from duitpos.domain.orders.cart import Cart, contents_hash
from duitpos.guest.cookies import is_recognized
from duitpos.models import Table

log = structlog.get_logger(__name__)
BUTTON_SECONDS = 3600
"""How long a signed button pays."""


class Sender(Enum):
    """Whose page sent a form."""

    OURS = auto()
    ANOTHER_SITE = auto()
    UNKNOWN = auto()


def sender_of(request: HttpRequest, slug: str) -> Sender:
    """Whose page sent this POST to the restaurant with this slug."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return Sender.OURS if site == "same-origin" else Sender.ANOTHER_SITE
    origin = request.headers.get("Origin", "null")
    if origin != "null":
        return Sender.OURS if origin in _our_origins(request) else Sender.ANOTHER_SITE
    return Sender.OURS if is_recognized(request, slug) else Sender.UNKNOWN


def require_our_form(request: HttpRequest, slug: str) -> Sender:
    """The sender of this POST. Raises Forbidden if it is another site."""
    sender = sender_of(request, slug)
    if sender is Sender.ANOTHER_SITE:
        log.warning("form_of_another_site", path=request.path, origin=request.headers.get("Origin", "")[:200])
        raise Forbidden(Code.FORM_OF_ANOTHER_SITE)
    return sender


def signed_button(table: Table, cart: Cart, checkout_key: str) -> str:
    """What the Pay button of a cart sends if only that can show that the guest has seen the cart."""
    return _signer(table).sign(_seen(cart, checkout_key))


def is_signed(table: Table, cart: Cart, checkout_key: str, button: str) -> bool:
    """Whether `button` was signed for this cart at this table in the last hour."""
    try:
        return _signer(table).unsign(button[:200], max_age=BUTTON_SECONDS) == _seen(cart, checkout_key)
    except BadSignature:
        return False


def _seen(cart: Cart, checkout_key: str) -> str:
    return f"{checkout_key}.{contents_hash(cart)}"


def _our_origins(request: HttpRequest) -> tuple[str, str]:
    return f"{request.scheme}://{request.get_host()}", str(settings.BASE_URL)


def _signer(table: Table) -> TimestampSigner:
    return TimestampSigner(salt=f"duitpos.button.{table.token}")
