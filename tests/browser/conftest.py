"""A restaurant at a real address, a Stripe of our own, and a browser."""

from __future__ import annotations

from tests.support.live_shop import deaf_shop, shop
from tests.support.sandboxes import sandbox, sandbox_process

__all__ = ["deaf_shop", "sandbox", "sandbox_process", "shop"]
