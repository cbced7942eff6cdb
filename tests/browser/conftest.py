"""A restaurant at a real address, a Stripe of our own, and a browser."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.support.live_shop import deaf_shop, shop
from tests.support.sandboxes import sandbox, sandbox_process

__all__ = ["deaf_shop", "sandbox", "sandbox_process", "shop"]

# How long a page may take before a test gives it up; none says how fast a page is.
expect.set_options(timeout=60_000)
