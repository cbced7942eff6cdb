"""Stripe's dashboard, as the set-up page describes it."""

from __future__ import annotations

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


def payment_page(references: References, endpoint: str, *, is_test: bool) -> str:
    """The payment's page in the dashboard; empty while its payment intent is not known."""
    intent = references.of(INTENT)
    if not intent:
        return ""
    site = f"{endpoint}/dashboard" if endpoint else DASHBOARD
    mode = "/test" if is_test and not endpoint else ""
    return f"{site}{mode}/payments/{intent}"


def dispute_page(reference: str, *, is_test: bool) -> str:
    """A dispute's page in the dashboard, where it is answered or accepted."""
    return f"{DASHBOARD}{'/test' if is_test else ''}/disputes/{reference}"
