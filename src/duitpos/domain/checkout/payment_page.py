"""Texts and our addresses for the processor. The guest's views pass them in."""

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
    """Our absolute addresses, as functions of what is known at checkout only.

    `back` is for the guest who has paid, `cancel` for one who has not: both take the order's token, and nothing in
    their queries is believed. `webhook` is an account's own address: it takes the processor's name and the account's
    id.
    """

    back: Callable[[str], str]
    cancel: Callable[[str], str]
    webhook: Callable[[str, str], str]
