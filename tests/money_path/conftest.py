"""The money path's tests use a complete restaurant and our own Stripe sandbox, with real HTTP between them."""

from __future__ import annotations

from tests.support.fake_shops import fake_shop, travel
from tests.support.live_shop import clock, guide_events_shop, shop, webhookless_shop
from tests.support.sandboxes import sandbox, sandbox_process

__all__ = [
    "clock",
    "fake_shop",
    "guide_events_shop",
    "sandbox",
    "sandbox_process",
    "shop",
    "travel",
    "webhookless_shop",
]
