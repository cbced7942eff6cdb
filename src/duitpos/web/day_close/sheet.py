"""A day close as a sheet of tables: the page, the PDF and the mail show the same cells."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from babel.dates import format_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from duitpos.domain.orders.guest_view import method_words
from duitpos.domain.reporting.day_close.corrections import Correction, corrections_on
from duitpos.domain.reporting.day_close.figures import Figure, Figures, Part, from_document
from duitpos.domain.reporting.day_close.state import DayReceipts, DayState
from duitpos.domain.reporting.day_close.without_order import WithoutOrder, without_order_of
from duitpos.domain.reporting.receipt_ranges import number_label
from duitpos.domain.reporting.report import Sums
from duitpos.kit.money import Money
from duitpos.kit.pdf_sheet import Row, Sheet, Table
from duitpos.models import DayClose, Location
from duitpos.models.receipt import ReceiptKind
from duitpos.ui.when import exactly, words_locale
from duitpos.web.sentences import Text

_SALES: Mapping[str, Text] = {
    "sales": gettext_lazy("Sales"),
    "discounts": gettext_lazy("Discounts"),
    "service_charge": gettext_lazy("Service charge"),
    "tax_added": gettext_lazy("Tax"),
    "rounding": gettext_lazy("Rounding"),
    "unmatched": gettext_lazy("Not matched with an order"),
    "gross": gettext_lazy("Gross"),
    "refunds": gettext_lazy("Refunds"),
    "disputes": gettext_lazy("Disputes"),
    "net": gettext_lazy("Net"),
    "fees": gettext_lazy("Fees"),
    "net_after_fees": gettext_lazy("Net after fees"),
}
_ALWAYS = frozenset({"sales", "gross", "refunds", "net"})
_TOTALS = frozenset({"gross", "net", "net_after_fees"})
_RECEIPTS: Mapping[ReceiptKind, Text] = {
    ReceiptKind.SALE: gettext_lazy("Receipts"),
    ReceiptKind.CREDIT_NOTE: gettext_lazy("Credit notes"),
}
Write = Callable[[int], str]


def day_name(day: date, locale: str) -> str:
    """A business day as it is written: "Tue 24 Nov 2026"."""
    return format_date(day, "EEE d MMM y", locale=words_locale(locale))


def close_sheet(close: DayClose, restaurant: str, since: Sequence[Correction] = ()) -> Sheet:
    """A day close as it was printed. `since`: what changed of its day later, which is shown beside it."""
    site, printed = close.location, from_document(close.printed)
    about = [
        *_about(restaurant, site, close.business_date, printed),
        (
            _("Closed"),
            _("%(time)s by %(who)s")
            % {
                "time": exactly(close.closed_at, site.time_zone, site.locale),
                "who": str(close.closed_by.user),
            },
        ),
    ]
    unpaid = close.facts["unpaid"]
    if unpaid:
        about.append((_("Not paid then"), ngettext("%(n)d order", "%(n)d orders", unpaid) % {"n": unpaid}))
    carried = corrections_on(close)
    tables = [
        *_day_tables(printed, site),
        *_without_order(without_order_of(close), site),
        *_corrections(carried, site),
        *_with_corrections(close, carried),
        *_drawer(close),
        *_receipts(close),
        *_changed(since, site),
    ]
    title = _("Day close %(number)s") % {"number": close.label}
    return Sheet(title, tuple(about), tuple(tables), close.closed_at)


def preview_sheet(
    state: DayState, figures: Figures, restaurant: str, lost: Sequence[WithoutOrder] = ()
) -> Sheet:
    """The day as its close would print it now."""
    site, title = state.location, _("Day so far") if not state.is_over else _("Day to close")
    tables = [*_day_tables(figures, site), *_without_order(lost, site)]
    about = _about(restaurant, site, state.business_date, figures)
    return Sheet(title, tuple(about), tuple(tables), state.ends_at)


def _about(restaurant: str, site: Location, day: date, figures: Figures) -> list[tuple[str, str]]:
    totals = [figures.total(currency) for currency in figures.currencies]
    return [
        (_("Restaurant"), restaurant),
        (_("Location"), site.name),
        (_("Business day"), day_name(day, site.locale)),
        (_("Orders"), str(sum(one.orders for one in totals))),
        (_("Guests"), str(sum(one.guests for one in totals))),
    ]


def _day_tables(figures: Figures, site: Location) -> list[Table]:
    currencies = figures.currencies or [site.currency]
    return [
        table
        for currency in currencies
        for table in (
            _sales(figures, currency, site),
            _paid(figures, currency, site, Part.PAYMENT_TYPE),
            _paid(figures, currency, site, Part.METHOD),
            _tax(figures, currency, site),
        )
        if table is not None
    ]


def _writer(currency: str, site: Location) -> Write:
    return lambda minor: Money(minor, currency).plain(site.locale)


def _sales(figures: Figures, currency: str, site: Location) -> Table:
    sums, write = figures.total(currency), _writer(currency, site)
    rows = [
        Row(str(name), (write(getattr(sums, measure)),), measure in _TOTALS)
        for measure, name in _SALES.items()
        if measure in _ALWAYS or (getattr(sums, measure) and (measure != "net_after_fees" or sums.fees))
    ]
    return Table(_("Revenue"), ("", currency), tuple(rows))


def _paid(figures: Figures, currency: str, site: Location, part: Part) -> Table | None:
    found, write = figures.rows(currency, part), _writer(currency, site)
    if not found:
        return None
    is_type = part == Part.PAYMENT_TYPE

    def cells(sums: Sums) -> tuple[str, ...]:
        return write(sums.gross), write(sums.refunds + sums.disputes), write(sums.net)

    rows = [Row(_figure_name(one), cells(one.sums)) for one in found]
    rows.append(Row(_("Total"), cells(figures.total(currency, part)), True))
    title = _("By payment type") if is_type else _("By payment method")
    heads = (
        _("Payment type") if is_type else _("Payment method"),
        _("Paid (%(currency)s)") % {"currency": currency},
        _("Gone back"),
        _("Net"),
    )
    return Table(title, heads, tuple(rows))


def _figure_name(one: Figure) -> str:
    if one.part == Part.METHOD:
        return method_words({"kind": one.key}) if one.key else _("Not known")
    if one.part == Part.TAX:
        return f"{one.name} {int(one.key) / 100:g} %".strip()
    return one.name


def _tax(figures: Figures, currency: str, site: Location) -> Table | None:
    found, write = figures.rows(currency, Part.TAX), _writer(currency, site)
    if not any(one.sums.tax_added or one.sums.tax_included for one in found):
        return None
    rows = [
        Row(_figure_name(one), (write(one.sums.sales), write(one.sums.tax_added + one.sums.tax_included)))
        for one in sorted(found, key=lambda one: int(one.key))
    ]
    total = figures.total(currency, Part.TAX)
    rows.append(Row(_("Total"), (write(total.sales), write(total.tax_added + total.tax_included)), True))
    heads = (_("Tax rate"), _("Taxed (%(currency)s)") % {"currency": currency}, _("Tax"))
    note = _("Tax inside the prices is part of the sales.") if total.tax_included else ""
    return Table(_("Tax"), heads, tuple(rows), note)


def _without_order(found: Sequence[WithoutOrder], site: Location) -> list[Table]:
    """Money that is of no location: a table of its own for each currency."""
    tables = []
    for currency in sorted({one.currency for one in found}):
        write = _writer(currency, site)
        rows = tuple(
            Row(
                day_name(one.business_date, site.locale),
                (write(one.paid_minor), write(one.gone_back_minor), write(one.net_minor)),
            )
            for one in found
            if one.currency == currency
        )
        note = _(
            "Payments whose order is not known, at no location: not part of the sums above. Linked to an order,"
            " they are taken off here and counted at its location."
        )
        heads = _correction_heads(currency, _("Business day"))
        tables.append(Table(_("Money without an order"), heads, rows, note))
    return tables


def _correction_rows(one: Correction, currency: str, site: Location, name: str) -> list[Row]:
    write, sums = _writer(currency, site), one.figures.total(currency)
    rows = [Row(name, (write(sums.gross), write(sums.refunds + sums.disputes), write(sums.net)))]
    for figure in one.figures.rows(currency, Part.PAYMENT_TYPE):
        of_type = figure.sums
        cells = (of_type.gross, of_type.refunds + of_type.disputes, of_type.net)
        rows.append(Row(f"  {figure.name}", tuple(write(minor) for minor in cells)))
    return rows


def _correction_heads(currency: str, first: str) -> tuple[str, ...]:
    return (first, _("Paid (%(currency)s)") % {"currency": currency}, _("Gone back"), _("Net"))


def _corrections(found: Sequence[Correction], site: Location) -> list[Table]:
    """What this day close prints of days that were closed before."""
    tables = []
    for currency in sum((one.figures for one in found), Figures()).currencies or _all_of(found):
        rows = [
            row
            for one in found
            if currency in one.figures.currencies
            for row in _correction_rows(one, currency, site, day_name(one.business_date, site.locale))
        ]
        note = _("Booked on these days after they were closed. Not part of the sums above.")
        tables.append(
            Table(
                _("Corrections of closed days"),
                _correction_heads(currency, _("Business day")),
                tuple(rows),
                note,
            )
        )
    return tables


def _all_of(found: Sequence[Correction]) -> list[str]:
    return sorted({currency for one in found for currency in one.figures.currencies})


def _with_corrections(close: DayClose, carried: Sequence[Correction]) -> list[Table]:
    """The day and the corrections together: what this day close adds to the books."""
    if not carried:
        return []
    printed = from_document(close.printed)
    together = sum((one.figures for one in carried), printed)
    tables = []
    for currency in sorted({*printed.currencies, *_all_of(carried)}):
        write = _writer(currency, close.location)
        rows = (
            Row(_("Net of the day"), (write(printed.total(currency).net),)),
            Row(
                _("Corrections"),
                (write(together.total(currency).net - printed.total(currency).net),),
            ),
            Row(_("Net with corrections"), (write(together.total(currency).net),), True),
        )
        tables.append(Table(_("Together"), ("", currency), rows))
    return tables


def _drawer(close: DayClose) -> list[Table]:
    write = _writer(close.currency, close.location)
    if close.counted_minor is None and not close.cash_minor and not close.opening_minor:
        return []
    rows = [
        Row(_("In the drawer at the start"), (write(close.opening_minor),)),
        Row(_("Taken in cash, less given back"), (write(close.cash_minor),)),
        Row(_("Expected"), (write(close.expected_minor),), True),
    ]
    if close.counted_minor is None or close.difference_minor is None:
        rows.append(Row(_("Counted"), (_("not counted"),)))
    else:
        rows.append(Row(_("Counted"), (write(close.counted_minor),)))
        rows.append(Row(_("Difference"), (write(close.difference_minor),), True))
    return [Table(_("Cash drawer"), ("", close.currency), tuple(rows), close.note)]


def _receipts(close: DayClose) -> list[Table]:
    found = [
        DayReceipts(ReceiptKind(one["kind"]), one["series"], one["first"], one["last"], one["count"])
        for one in close.facts["receipts"]
    ]
    if not found:
        return []
    rows = tuple(
        Row(
            str(_RECEIPTS[one.kind]),
            (
                number_label(one.kind, one.series, one.first),
                number_label(one.kind, one.series, one.last),
                str(one.count),
            ),
        )
        for one in found
    )
    return [Table(_("Receipt numbers"), ("", _("First"), _("Last"), _("Count")), rows)]


def _changed(since: Sequence[Correction], site: Location) -> list[Table]:
    """What changed of the day after it was closed."""
    tables = []
    for currency in _all_of(since):
        rows: list[Row] = []
        for one in since:
            if currency in one.figures.currencies:
                name = (
                    _("Printed on %(number)s") % {"number": one.printed_on.label}
                    if one.printed_on
                    else _("Not printed yet: on the next day close")
                )
                rows += _correction_rows(one, currency, site, name)
        heads = _correction_heads(currency, _("Correction"))
        tables.append(Table(_("Changed after it was closed"), heads, tuple(rows)))
    return tables
