"""The pages of Stripe's dashboard where an owner mends something."""

from __future__ import annotations

from duitpos.processors.account import Place, ProcessorPage
from duitpos.processors.credentials import Mode
from duitpos.processors.stripe.permissions import NEEDED

_DASHBOARD = "https://dashboard.stripe.com"
_TICKED = "&".join(["name=DuitPOS", *(f"permissions[]={one.name}" for one in NEEDED)])
_PAGES = {
    Place.ACCOUNT: ("Settings, Account status", "/account/status"),
    Place.PAYOUTS: ("Settings, Payouts", "/settings/payouts"),
    Place.METHODS: ("Settings, Payment methods", "/settings/payment_methods"),
    Place.KEYS: ("Developers, API keys", "/apikeys"),
    Place.NEW_KEY: ("Developers, API keys, Create restricted key", f"/apikeys/create?{_TICKED}"),
}
_BY_MODE = frozenset({Place.METHODS, Place.KEYS, Place.NEW_KEY})
"""Pages of which test mode has its own; the others are about the one business behind both modes."""


def page(place: Place, mode: Mode | None) -> ProcessorPage:
    """A page of Stripe's dashboard; the form for a new key has the permissions ticked."""
    where, path = _PAGES[place]
    folder = "/test" if mode == Mode.TEST and place in _BY_MODE else ""
    return ProcessorPage(where, f"{_DASHBOARD}{folder}{path}")
