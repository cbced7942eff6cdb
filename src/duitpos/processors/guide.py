"""What an owner must know of a processor's own dashboard to connect it: addresses, names of its pages, a test card."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KeyKind:
    """A kind of key that can be pasted. `begins_with` is that of its test mode."""

    name: str
    begins_with: str
    is_limited: bool
    """It may do only what its owner allows, so it is preferred."""


@dataclass(frozen=True, slots=True)
class SetupGuide:
    """The processor's own words for the steps of a set-up. An address is of its live site."""

    register_url: str
    keys_url: str
    keys_place: str
    """The way to the keys through its menus, such as "Developers > API keys"."""
    webhooks_place: str
    key_kinds: tuple[KeyKind, ...]
    test_card: str
    """A card number that pays in test mode, as it is printed on a card."""
    listen_command: str
    """A command that forwards events to a computer that it cannot reach. Places: {events}, {url}. Empty: none."""

    def command(self, events: Sequence[str], url: str) -> str:
        """The command to copy; empty when there is none."""
        return self.listen_command.format(events=",".join(events), url=url)
