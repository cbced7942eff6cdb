"""A restaurant on a live server, the sandbox for Stripe, and a browser."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.support.live_shop import shop, webhookless_shop
from tests.support.sandboxes import sandbox, sandbox_process

__all__ = ["sandbox", "sandbox_process", "shop", "webhookless_shop"]

# How long a page may take before a test fails. No test measures speed.
expect.set_options(timeout=60_000)
