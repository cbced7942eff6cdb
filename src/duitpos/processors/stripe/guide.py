"""Stripe's dashboard, as the set-up page describes it."""

from __future__ import annotations

import re
from urllib.parse import quote

from duitpos.processors.guide import KeyKind, SetupGuide
from duitpos.processors.references import References
from duitpos.processors.stripe.snapshots import INTENT

DASHBOARD = "https://dashboard.stripe.com"

GUIDE = SetupGuide(
    register_url=f"{DASHBOARD}/register",
    keys_url=f"{DASHBOARD}/test/apikeys",
    keys_place="Developers > API keys",
    webhooks_place="Developers > Webhooks",
    key_kinds=(
        KeyKind("Restricted key", "rk_test_", is_limited=True),
        KeyKind("Secret key", "sk_test_", is_limited=False),
    ),
    test_card="4242 4242 4242 4242",
    listen_command="stripe listen --events {events} --forward-to {url}",
)

_FOLDERS = {"pi": "payments", "evt": "events", "dp": "disputes", "du": "disputes"}
"""The pages of single objects, by what their ids begin with. Others are found by the dashboard's search."""
_ID = re.compile(r"([a-z]{2,4})_[A-Za-z0-9_]{6,76}")


def payment_page(references: References, endpoint: str, *, is_test: bool) -> str:
    """The payment's page in the dashboard; empty while its payment intent is not known."""
    intent = references.of(INTENT)
    if not intent:
        return ""
    return f"{_site(endpoint, is_test=is_test)}/payments/{intent}"


def dispute_page(reference: str, *, is_test: bool) -> str:
    """A dispute's page in the dashboard, where it is answered or accepted."""
    return f"{_site('', is_test=is_test)}/disputes/{reference}"


def object_page(value: str, endpoint: str, *, is_test: bool) -> str:
    """The address of an object's page, or of a search for its id; empty for what is no id of Stripe's."""
    found = _ID.fullmatch(value)
    if found is None:
        return ""
    site, folder = _site(endpoint, is_test=is_test), _FOLDERS.get(found[1], "")
    # The sandbox lists disputes on one page only.
    if folder and not (endpoint and folder == "disputes"):
        return f"{site}/{folder}/{value}"
    return f"{site}/search?{'q' if endpoint else 'query'}={quote(value)}"


def _site(endpoint: str, *, is_test: bool) -> str:
    if endpoint:
        return f"{endpoint}/dashboard"
    return f"{DASHBOARD}/test" if is_test else DASHBOARD
