"""An account's stored credentials, by field name."""

from __future__ import annotations

from dataclasses import replace

from duitpos.models import ProcessorAccount


def in_use(account: ProcessorAccount, name: str) -> str:
    """The text in use; empty when there is none."""
    return account.read_credentials().current.get(name, "")


def previous(account: ProcessorAccount, name: str) -> list[str]:
    """The former texts, newest first."""
    return [one[name] for one in account.read_credentials().previous]


def waiting(account: ProcessorAccount, name: str) -> str:
    """The text that waits until it could be checked; empty when there is none."""
    return account.read_credentials().waiting.get(name, "")


def keep(account: ProcessorAccount, **texts: str) -> None:
    """Set texts in use, without saving the row; an empty one removes it."""
    stored = account.read_credentials()
    current = {name: text for name, text in {**stored.current, **texts}.items() if text}
    account.seal_credentials(replace(stored, current=current))
