"""The journal as files that accounting packages import; docs/guide/accountant.md says which were tried."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from duitpos.dashboard.texts.journal import CODES, NAMES, line_text
from duitpos.domain.reporting.journal import Entry
from duitpos.kit.csv_file import csv_file
from duitpos.kit.money import decimal_text

_Rows = Iterator[Sequence[str]]
XERO_TAX_RATE = "Tax Exempt"
"""Tax is a line of its own, so that Xero must add none."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A kind of file. `numbers` are the columns with amounts."""

    label: str
    rows: Callable[[Sequence[Entry]], _Rows]
    numbers: frozenset[int]
    delimiter: str = ","
    is_for_people: bool = False


def journal_csv(entries: Sequence[Entry], shape: Shape) -> bytes:
    """The entries in a shape."""
    return csv_file(
        shape.rows(entries), shape.numbers, delimiter=shape.delimiter, is_for_people=shape.is_for_people
    )


def number_of(entry: Entry) -> str:
    """The entry's number, at most 20 characters and always the same: "20261124-9f3c-MYR"."""
    site = entry.location.id.hex[-4:] if entry.location else "0000"
    return f"{entry.business_date:%Y%m%d}-{site}-{entry.currency}"


def about(entry: Entry) -> str:
    """What the entry is, in a few words."""
    name = entry.location.name if entry.location else "-"
    return f"{name} {entry.business_date.isoformat()} {entry.currency}"


def _debit_credit(minor: int, currency: str) -> tuple[str, str]:
    text = decimal_text(abs(minor), currency)
    return (text, "") if minor > 0 else ("", text)


def _plain(entries: Sequence[Entry]) -> _Rows:
    yield (
        "Date",
        "Location",
        "Journal",
        "Account",
        "Account name",
        "Description",
        "Debit",
        "Credit",
        "Currency",
    )
    for entry in entries:
        site = entry.location.name if entry.location else ""
        for line in entry.lines:
            yield (
                entry.business_date.isoformat(),
                site,
                number_of(entry),
                CODES[line.account],
                str(NAMES[line.account]),
                line_text(line),
                *_debit_credit(line.minor, entry.currency),
                entry.currency,
            )


def _xero(entries: Sequence[Entry]) -> _Rows:
    yield ("*Narration", "*Date", "Description", "*AccountCode", "*TaxRate", "*Amount")
    for entry in entries:
        for line in entry.lines:
            amount = decimal_text(line.minor, entry.currency)
            day = f"{entry.business_date:%d/%m/%Y}"
            yield (about(entry), day, line_text(line), CODES[line.account], XERO_TAX_RATE, amount)


def _quickbooks(entries: Sequence[Entry]) -> _Rows:
    yield ("Journal No.", "Journal Date", "Account Name", "Description", "Debits", "Credits", "Currency")
    for entry in entries:
        for line in entry.lines:
            yield (
                number_of(entry),
                f"{entry.business_date:%m/%d/%Y}",
                str(NAMES[line.account]),
                f"{about(entry)}, {line_text(line)}",
                *_debit_credit(line.minor, entry.currency),
                entry.currency,
            )


def _autocount(entries: Sequence[Entry]) -> _Rows:
    yield (
        "DocNo",
        "DocDate",
        "JournalType",
        "Description",
        "CurrencyCode",
        "CurrencyRate",
        "AccNo",
        "DetailDescription",
        "DR",
        "CR",
    )
    for entry in entries:
        for line in entry.lines:
            yield (
                number_of(entry),
                f"{entry.business_date:%d/%m/%Y}",
                "GENERAL",
                about(entry)[:80],
                entry.currency,
                "1",
                CODES[line.account],
                line_text(line)[:80],
                *_debit_credit(line.minor, entry.currency),
            )


def _sql_account(entries: Sequence[Entry]) -> _Rows:
    """A line for the document, then its details; the file's first two lines name the columns of each."""
    yield ("MASTER", "DOCNO", "DOCDATE", "POSTDATE", "DESCRIPTION", "CANCELLED")
    yield ("DETAIL", "DOCNO", "CODE", "DESCRIPTION", "DR", "CR")
    for entry in entries:
        day = f"{entry.business_date:%d/%m/%Y}"
        yield ("MASTER", number_of(entry), day, day, about(entry)[:150], "F")
        for line in entry.lines:
            debit, credit = _debit_credit(line.minor, entry.currency)
            yield (
                "DETAIL",
                number_of(entry),
                CODES[line.account],
                line_text(line)[:150],
                debit or "0",
                credit or "0",
            )


SHAPES: Mapping[str, Shape] = {
    "csv": Shape("CSV", _plain, frozenset({6, 7}), is_for_people=True),
    "xero": Shape("Xero", _xero, frozenset({5})),
    "quickbooks": Shape("QuickBooks", _quickbooks, frozenset({4, 5})),
    "autocount": Shape("AutoCount", _autocount, frozenset({8, 9})),
    "sql-account": Shape("SQL Account", _sql_account, frozenset({4, 5}), delimiter=";"),
}
"""By the name in the address."""
