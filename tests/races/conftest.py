"""Races run on committed rows, with real threads that have connections of their own."""

from tests.support.sandboxes import deaf_shop, sandbox, sandbox_process

__all__ = ["deaf_shop", "sandbox", "sandbox_process"]
