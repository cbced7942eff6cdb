"""All installed processors, and the kinds that staff confirm. A new one needs one line here."""

from __future__ import annotations

from duitpos.processors.base import Adapter
from duitpos.processors.manual import CARD_TERMINAL, CASH, E_WALLET, ManualProcessor
from duitpos.processors.stripe.adapter import StripeAdapter

ADAPTERS: dict[str, Adapter] = {"stripe": StripeAdapter()}
MANUAL: dict[str, ManualProcessor] = {one.name: one for one in (CASH, CARD_TERMINAL, E_WALLET)}
"""By the kind of their payment types (models.payment_setup.PaymentKind)."""


def adapter(name: str) -> Adapter:
    """The adapter by its name. Raises KeyError for a name that is not installed."""
    return ADAPTERS[name]
