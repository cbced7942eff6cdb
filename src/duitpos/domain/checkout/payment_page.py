"""What the processor's page says, and where it leads back to. Both come in with the guest's request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PageLabels:
    """Texts in the guest's language, for lines and payment. `more_items` is asked how many are folded into one line."""

    description: str
    service_charge: str
    tax: str
    """For a tax without a name of its own."""
    more_items: Callable[[int], str]


@dataclass(frozen=True, slots=True)
class PageUrls:
    """Where the guest comes back to, by the order's token, which is made at checkout.

    `success` holds the literal {REFERENCE} where the processor puts its own session id.
    """

    success: Callable[[str], str]
    cancel: Callable[[str], str]
