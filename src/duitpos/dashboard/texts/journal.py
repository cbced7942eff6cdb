"""The journal in words: what each account is."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from duitpos.domain.orders.guest_view import method_words
from duitpos.domain.reporting.journal import Account, Line
from duitpos.web.sentences import Text

NAMES: Mapping[Account, Text] = {
    Account.METHOD: _("Payments received"),
    Account.SALES: _("Sales"),
    Account.DISCOUNTS: _("Discounts"),
    Account.SERVICE_CHARGE: _("Service charge"),
    Account.TAX: _("Tax"),
    Account.ROUNDING: _("Rounding"),
    Account.UNMATCHED: _("Not matched with an order"),
    Account.REFUNDS: _("Refunds"),
    Account.DISPUTES: _("Disputes"),
    Account.DISPUTE_FEES: _("Fees of disputes"),
    Account.FEES: _("Fees of payments"),
}
CODES: Mapping[Account, str] = {
    Account.METHOD: "1210",
    Account.SALES: "4000",
    Account.DISCOUNTS: "4900",
    Account.SERVICE_CHARGE: "4100",
    Account.TAX: "2200",
    Account.ROUNDING: "4990",
    Account.UNMATCHED: "2300",
    Account.REFUNDS: "4910",
    Account.DISPUTES: "5900",
    Account.DISPUTE_FEES: "5910",
    Account.FEES: "5920",
}
"""Numbers to be replaced by those of the restaurant's chart of accounts."""


def line_text(line: Line) -> str:
    """An account with what the line is about: "Payments received: Visa", "Tax 6 %"."""
    name = str(NAMES[line.account])
    if line.account == Account.METHOD:
        return f"{name}: {method_words({'kind': line.key}) if line.key else _now('Not known')}"
    if line.account == Account.TAX:
        return f"{name} {int(line.key) / 100:g} %" if line.key else _now("Tax of no rate")
    return name
