"""Every hole of the money path is tried on a real restaurant, a real Stripe of our own and real HTTP between them."""

from __future__ import annotations

from tests.support.live_shop import clock, deaf_shop, guide_shop, shop
from tests.support.sandboxes import sandbox, sandbox_process

__all__ = ["clock", "deaf_shop", "guide_shop", "sandbox", "sandbox_process", "shop"]
