"""The payment tests use a complete restaurant and our own Stripe sandbox, with real HTTP between them."""

from __future__ import annotations

from tests.support.live_shop import clock, deaf_shop, guide_shop, shop
from tests.support.sandboxes import sandbox, sandbox_process

__all__ = ["clock", "deaf_shop", "guide_shop", "sandbox", "sandbox_process", "shop"]
