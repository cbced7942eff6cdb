"""Kinds of payment that no processor settles: staff take the money, and confirm that they have it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ManualProcessor:
    """One of them. `name` is the kind of its payment types; `label` is the code of its name in the entry points' texts.

    `takes_reference`: staff enter what identifies the payment elsewhere, such as the number on the terminal's slip.
    `gives_change`: the guest may hand over more than the amount.
    """

    name: str
    label: str
    takes_reference: bool
    gives_change: bool


CASH = ManualProcessor("cash", label="cash", takes_reference=False, gives_change=True)
CARD_TERMINAL = ManualProcessor(
    "card_terminal", label="card_terminal", takes_reference=True, gives_change=False
)
E_WALLET = ManualProcessor("e_wallet", label="e_wallet", takes_reference=True, gives_change=False)
