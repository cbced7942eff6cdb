"""Races run on committed rows, in threads with their own database connections."""

from tests.support.sandboxes import sandbox, sandbox_process, webhookless_shop

__all__ = ["sandbox", "sandbox_process", "webhookless_shop"]
