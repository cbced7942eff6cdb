"""Texts and return URLs for the processor's page. The guest's views pass them in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PageLabels:
    """Texts in the guest's language. `more_items` takes the number of items that are merged into one line."""

    description: str
    service_charge: str
    tax: str
    """For a tax without a name."""
    more_items: Callable[[int], str]


@dataclass(frozen=True, slots=True)
class PageUrls:
    """Return URLs as functions of the order's token, which is made at checkout.

    `back` is for the guest who has paid, `cancel` for one who has not; nothing in their queries is believed.
    """

    back: Callable[[str], str]
    cancel: Callable[[str], str]
