"""The kinds of payment types in words."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from duitpos.models.payment_setup import PaymentKind
from duitpos.web.sentences import Text

KINDS: Mapping[PaymentKind, Text] = {
    PaymentKind.ONLINE: _("Online"),
    PaymentKind.CASH: _("Cash"),
    PaymentKind.CARD_TERMINAL: _("Card terminal"),
    PaymentKind.E_WALLET: _("E-wallet or QR"),
}
"""In lists."""

KINDS_TO_ADD: Mapping[PaymentKind, Text] = {
    PaymentKind.ONLINE: _("Online, on the guest's phone"),
    PaymentKind.CASH: _("Cash, staff confirm it"),
    PaymentKind.CARD_TERMINAL: _("Card terminal, staff confirm it"),
    PaymentKind.E_WALLET: _("E-wallet or QR shown at the counter, staff confirm it"),
}
"""The choices when a payment type is added."""
