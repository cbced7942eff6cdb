"""Revenue reports in words: columns, rows and titles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from babel.dates import format_date, get_day_names
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from duitpos.domain.orders.guest_view import method_words
from duitpos.domain.reporting.report import By, Period, Question, Report, Row
from duitpos.kit.money import Money
from duitpos.ui.when import day, words_locale
from duitpos.web.sentences import Text

BY: Mapping[By, Text] = {
    By.DAY: _("Day"),
    By.HOUR: _("Hour"),
    By.WEEKDAY: _("Weekday"),
    By.LOCATION: _("Location"),
    By.CHANNEL: _("Channel"),
    By.PAYMENT_TYPE: _("Payment type"),
    By.METHOD: _("Payment method"),
    By.ITEM: _("Dish"),
    By.SECTION: _("Menu section"),
    By.MODIFIER: _("Choice"),
    By.TABLE: _("Table"),
    By.STAFF: _("Staff"),
    By.TAX: _("Tax rate"),
}

COLUMNS: Mapping[str, Text] = {
    "orders": _("Orders"),
    "guests": _("Guests"),
    "quantity": _("Sold"),
    "sales": _("Sales"),
    "discounts": _("Discounts"),
    "service_charge": _("Service charge"),
    "tax_added": _("Tax"),
    "rounding": _("Rounding"),
    "unmatched": _("Not matched with an order"),
    "gross": _("Gross"),
    "refunded_quantity": _("Given back"),
    "refunds": _("Refunds"),
    "refunded_sales": _("Refunded dishes"),
    "refunded_service_charge": _("Refunded service charge"),
    "refunded_tax": _("Refunded tax"),
    "refunded_other": _("Refunds without dishes"),
    "disputes": _("Disputes"),
    "net": _("Net"),
    "fees": _("Fees"),
    "net_after_fees": _("Net after fees"),
    "tax_included": _("Tax inside the prices"),
}

COUNTS = frozenset({"orders", "guests", "quantity", "refunded_quantity"})
"""Columns that are no amounts."""

CHANNELS: Mapping[str, Text] = {"table": _("Table"), "counter": _("Counter"), "takeaway": _("Takeaway")}

_UNNAMED: Mapping[By, Text] = {
    By.LOCATION: _("No location"),
    By.TABLE: _("No table"),
    By.METHOD: _("Not known"),
    By.STAFF: _("Nobody: online"),
}


def row_name(by: By, row: Row, locale: str) -> str:
    """What a row is called on the page."""
    if by == By.DAY:
        return format_date(date.fromisoformat(row.key), "EEE d MMM y", locale=words_locale(locale))
    if by == By.HOUR:
        return f"{row.key}:00"
    if by == By.WEEKDAY:
        return weekday_name(int(row.key), locale)
    if not row.key and by in _UNNAMED:
        return str(_UNNAMED[by])
    if by == By.CHANNEL:
        return str(CHANNELS.get(row.key, row.key))
    if by == By.METHOD:
        return method_words({"kind": row.key})
    if by == By.TAX:
        return f"{row.name} {int(row.key) / 100:g} %".strip()
    return row.name or row.key


def point_name(by: By, row: Row, locale: str) -> str:
    """The same in a chart, where little fits."""
    if by == By.DAY:
        return format_date(date.fromisoformat(row.key), "d MMM", locale=words_locale(locale))
    if by == By.HOUR:
        return row.key
    if by == By.WEEKDAY:
        return weekday_name(int(row.key), locale, "abbreviated")
    return row_name(by, row, locale)


def weekday_name(weekday: int, locale: str, width: Literal["wide", "abbreviated"] = "wide") -> str:
    """The name of a weekday, 1 (Monday) to 7."""
    names = get_day_names(width, locale=words_locale(locale))
    return str(names[weekday - 1])


def rest_text(by: By) -> str:
    """What a report's money is that no row has."""
    if by in (By.ITEM, By.SECTION, By.MODIFIER):
        return _now("Charges, tax, and money without dishes")
    return _now("In none of these rows")


_TITLES: Mapping[bool | None, Text] = {
    True: _("Online revenue, %(period)s"),
    False: _("Revenue taken by staff, %(period)s"),
    None: _("All revenue, %(period)s"),
}


def report_title(question: Question, locale: str) -> str:
    """What a report shows: "Online revenue, 23 Nov to 27 Nov 2026"."""
    title = _("Test orders, %(period)s: no real money") if question.is_test else _TITLES[question.is_online]
    return str(title) % {"period": period_text(question.period, locale)}


def period_text(period: Period, locale: str) -> str:
    """The days of a period, or its one day."""
    last = day(period.last, locale)
    if period.days == 1:
        return last
    return _now("%(first)s to %(last)s") % {"first": day(period.first, locale), "last": last}


def column_text(column: str, currency: str) -> str:
    """A column's name in a file: amounts name their currency."""
    name = str(COLUMNS[column])
    return name if column in COUNTS else f"{name} ({currency})"


def cell_text(column: str, value: int, currency: str, locale: str) -> str:
    """A cell of the page's table, whose head names the currency."""
    return str(value) if column in COUNTS else Money(value, currency).plain(locale)


def more_text(count: int) -> str:
    """The row that sums what the page does not list."""
    return ngettext("%(count)d more", "%(count)d more", count) % {"count": count}


@dataclass(frozen=True, slots=True)
class Figure:
    """A number at the head of a report, and what it was before."""

    name: str
    value: str
    against: list[Change]


@dataclass(frozen=True, slots=True)
class Change:
    """A number of an earlier period in words, and how much more or less it is now, in percent."""

    text: str
    percent: str


_FIGURES = ("net", "orders", "average_order", "gross", "refunds", "fees", "net_after_fees")


def figures(report: Report, locale: str) -> list[Figure]:
    """The head of a report, against the period before and the same weekdays."""
    rows = []
    for column in _FIGURES:
        if column in ("fees", "net_after_fees") and not report.total.fees:
            continue
        now = getattr(report.total, column)
        changes = [
            Change(
                str(text) % {"value": _value(column, value, report.currency, locale)}, change_text(now, value)
            )
            for text, value in _earlier(report, column)
        ]
        name = _now("Average order") if column == "average_order" else str(COLUMNS[column])
        rows.append(Figure(name, _value(column, now, report.currency, locale), changes))
    return rows


def _earlier(report: Report, column: str) -> list[tuple[Text, int]]:
    periods = report.question.period
    earlier: list[tuple[Text, int]] = [(_("Before: %(value)s"), getattr(report.before, column))]
    if periods.same_weekdays != periods.before:
        earlier.append((_("Same weekdays: %(value)s"), getattr(report.same_weekdays, column)))
    return earlier


def refunds_text(report: Report, locale: str) -> str:
    """What the refunds of a report consist of; empty without any."""
    total = report.total
    if not total.refunds and not total.refunded_tax:
        return ""
    words = {
        "dishes": _value("refunds", total.refunded_sales, report.currency, locale),
        "service": _value("refunds", total.refunded_service_charge, report.currency, locale),
        "tax": _value("refunds", total.refunded_tax, report.currency, locale),
        "other": _value("refunds", total.refunded_other, report.currency, locale),
    }
    if total.refunded_tax_included:
        return (
            _now(
                "Refunds: dishes %(dishes)s, service charge %(service)s, without dishes %(other)s;"
                " tax in them %(tax)s."
            )
            % words
        )
    return (
        _now("Refunds: dishes %(dishes)s, service charge %(service)s, tax %(tax)s, without dishes %(other)s.")
        % words
    )


def note_text(report: Report) -> str:
    """What is said of a currency in which nothing was paid but the processor charged fees."""
    total = report.total
    if total.orders or total.gross or not (total.fees or total.disputes):
        return ""
    text = _now(
        "Nothing was paid in %(currency)s. These are fees that the payment processor charged in %(currency)s, for "
        "payments in another currency. They are not taken off any amount in that currency."
    )
    return text % {"currency": report.currency}


def compared_text(question: Question, locale: str) -> str:
    """With which days the figures are compared."""
    before, weekdays = question.period.before, question.period.same_weekdays
    if before == weekdays:
        return _now("Before: %(before)s.") % {"before": period_text(before, locale)}
    return _now("Before: %(before)s. Same weekdays: %(weekdays)s.") % {
        "before": period_text(before, locale),
        "weekdays": period_text(weekdays, locale),
    }


def _value(column: str, value: int, currency: str, locale: str) -> str:
    return str(value) if column in COUNTS else Money(value, currency).format(locale)


def change_text(now: int, before: int) -> str:
    """How much more or less than before, in percent; empty where nothing was before."""
    if before <= 0 or now < 0:
        return ""
    return _now("%(percent)+d %%") % {"percent": round((now - before) * 100 / before)}
