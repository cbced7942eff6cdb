"""A month's receipts in words, on the page and in the file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from babel.dates import format_date
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from duitpos.domain.reporting.receipt_ranges import (
    Gap,
    LeftOut,
    MonthReceipts,
    WhyLeftOut,
    number_label,
)
from duitpos.kit.money import decimal_text
from duitpos.models.receipt import ReceiptKind
from duitpos.ui.when import words_locale
from duitpos.web.sentences import Text

KINDS: Mapping[ReceiptKind, Text] = {
    ReceiptKind.SALE: _("Receipts"),
    ReceiptKind.CREDIT_NOTE: _("Credit notes"),
}
_WHY: Mapping[WhyLeftOut, Text] = {
    WhyLeftOut.NO_RECEIPT: _("Paid, but without a receipt number."),
    WhyLeftOut.CAME_BACK: _(
        "The bank sent the refund back. The credit note %(label)s keeps its number, and its amount does not count."
    ),
}
_AMOUNTS = frozenset({5, 7, 8})
"""The columns of the file that are numbers."""


def month_name(month: date, locale: str) -> str:
    """A month as it is written: "November 2026"."""
    return format_date(month, "MMMM y", locale=words_locale(locale))


def why_left_out(one: LeftOut) -> str:
    """Why something is not in the sums."""
    return str(_WHY[one.why]) % {"label": one.label}


def gap_text(gap: Gap) -> str:
    """What is missing, and what it means."""
    first, last = (number_label(gap.kind, gap.series, number) for number in (gap.first, gap.last))
    if gap.first == gap.last:
        return _now(
            "%(first)s is missing. Do not join the numbers before and after it, and tell whoever runs DuitPOS for you."
        ) % {"first": first}
    return _now(
        "%(first)s to %(last)s are missing. Do not join the numbers before and after them, "
        "and tell whoever runs DuitPOS for you."
    ) % {"first": first, "last": last}


def file_rows(found: MonthReceipts) -> tuple[list[list[str]], frozenset[int]]:
    """The file's rows with their head, and which columns are numbers."""
    rows = [
        [
            _now("Location"),
            _now("Month"),
            _now("Range"),
            _now("First"),
            _now("Last"),
            _now("Count"),
            _now("Currency"),
            _now("Gross"),
            _now("Tax"),
            _now("Why"),
        ]
    ]
    about = [found.location.name, f"{found.month:%Y-%m}"]
    for one in found.ranges:
        tax = decimal_text(one.tax_minor, one.currency) if one.kind == ReceiptKind.SALE else ""
        ends = [number_label(one.kind, one.series, number) for number in (one.first, one.last)]
        gross = decimal_text(one.gross_minor, one.currency)
        rows.append([*about, str(KINDS[one.kind]), *ends, str(one.count), one.currency, gross, tax, ""])
    for gap in found.gaps:
        ends = [number_label(gap.kind, gap.series, number) for number in (gap.first, gap.last)]
        count = str(gap.last - gap.first + 1)
        rows.append([*about, _now("Missing"), *ends, count, "", "", "", gap_text(gap)])
    for out in found.left_out:
        name = out.label or str(out.order.id)
        amount = decimal_text(out.amount_minor, out.currency)
        why = why_left_out(out)
        rows.append([*about, _now("Left out"), name, name, "1", out.currency, amount, "", why])
    return rows, _AMOUNTS
