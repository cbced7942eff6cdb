"""All installed processors. A new one needs one line here."""

from __future__ import annotations

from duitpos.processors.base import Adapter
from duitpos.processors.stripe.adapter import StripeAdapter

ADAPTERS: dict[str, Adapter] = {"stripe": StripeAdapter()}


def adapter(name: str) -> Adapter:
    """The adapter by its name. Raises KeyError for a name that is not installed."""
    return ADAPTERS[name]
