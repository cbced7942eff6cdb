"""Races run on committed rows, in threads with their own database connections."""

from tests.support.fake_shops import fake_shop, travel
from tests.support.sandboxes import sandbox, sandbox_process, webhookless_shop

__all__ = ["fake_shop", "sandbox", "sandbox_process", "travel", "webhookless_shop"]
