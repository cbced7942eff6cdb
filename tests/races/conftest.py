"""Races run on committed rows, in threads with their own database connections."""

from tests.support.sandboxes import deaf_shop, sandbox, sandbox_process

__all__ = ["deaf_shop", "sandbox", "sandbox_process"]
