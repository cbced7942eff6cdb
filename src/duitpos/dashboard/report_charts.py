"""Which charts a revenue report has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from duitpos.dashboard.charts.columns import SHADES, Bar, ColumnChart, bars, column_chart
from duitpos.dashboard.charts.heat import HeatMap, heat_map
from duitpos.dashboard.charts.line import LineChart, Series, line_chart
from duitpos.dashboard.texts.reports import BY, period_text, point_name, weekday_name
from duitpos.domain.reporting.report import By, Report, Row, Sums
from duitpos.kit.money import Money, decimal_places
from duitpos.models import Location

_MOST_BARS = 12
_COLUMNS = (By.HOUR, By.WEEKDAY)


@dataclass(frozen=True, slots=True)
class ChartTable:
    """What a chart shows and the report's table does not, to be read and copied."""

    heads: list[str]
    rows: list[tuple[str, list[str]]]


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart with the question that it answers. One of `line`, `columns`, `bars` and `heat` is set."""

    title: str
    line: LineChart | None = None
    columns: ColumnChart | None = None
    bars: list[Bar] | None = None
    heat: HeatMap | None = None
    weekdays: tuple[str, ...] = ()
    table: ChartTable | None = None


def charts_of(report: Report, site: Location, locale: str) -> list[Chart]:
    """The charts of a report; none for one without rows."""
    if not report.rows:
        return []
    by = report.question.by
    if by == By.DAY:
        shown = [_days(report, locale)]
    elif by in _COLUMNS:
        shown = [_columns(report, locale)]
    else:
        shown = [_bars(report, locale)]
    heat = _heat(report, site, locale) if by in (By.DAY, *_COLUMNS) else None
    stacked = _types_by_day(report, locale) if report.by_day and report.question.period.days > 1 else None
    return [*shown, *(chart for chart in (heat, stacked) if chart)]


def _days(report: Report, locale: str) -> Chart:
    period = report.question.period
    names = [point_name(By.DAY, row, locale) for row in report.rows]
    series = [Series(_("Net"), [row.sums.net for row in report.rows])]
    before = [row.sums.net for row in report.rows_before]
    title = _("Net by day")
    if any(before):
        title = _("Net by day, against %(period)s") % {"period": period_text(period.before, locale)}
        series.append(Series(_("Before"), before))
    return Chart(title, line=line_chart(series, names, _writer(report, locale), _unit(report)))


def _columns(report: Report, locale: str) -> Chart:
    by = report.question.by
    names = [point_name(by, row, locale) for row in report.rows]
    series = [Series("", [row.sums.net for row in report.rows])]
    title = (
        _("When does the money come? Net by hour")
        if by == By.HOUR
        else _("Which day is best? Net by weekday")
    )
    return Chart(title, columns=column_chart(series, names, _writer(report, locale), _unit(report)))


def _types_by_day(report: Report, locale: str) -> Chart:
    """A column for each day, stacked by payment type; of many types the last shade has all others."""
    first = report.question.period.first.toordinal()
    days = [
        Row(date.fromordinal(first + at).isoformat(), "", Sums()) for at in range(report.question.period.days)
    ]
    series = [
        Series(point_name(By.PAYMENT_TYPE, row, locale), list(report.by_day[row.key]))
        for row in report.rows
        if row.key in report.by_day
    ]
    if len(series) > SHADES:
        others = [sum(values) for values in zip(*(one.values for one in series[SHADES - 1 :]), strict=True)]
        series = [*series[: SHADES - 1], Series(_("Others"), others)]
    names = [point_name(By.DAY, day, locale) for day in days]
    write = _writer(report, locale)
    table = ChartTable(
        [_("Day"), *(one.name for one in series)],
        [
            (name, [Money(one.values[at], report.currency).plain(locale) for one in series])
            for at, name in enumerate(names)
            if any(one.values[at] for one in series)
        ],
    )
    return Chart(
        _("How do guests pay, day by day? Net by payment type"),
        columns=column_chart(series, names, write, _unit(report)),
        table=table,
    )


def _bars(report: Report, locale: str) -> Chart:
    by = report.question.by
    most = sorted(report.rows, key=lambda row: row.sums.net, reverse=True)[:_MOST_BARS]
    rows = [(point_name(by, row, locale), row.sums.net) for row in most]

    def write(value: int) -> str:
        return Money(value, report.currency).format(locale)

    title = _("Net by %(what)s") % {"what": str(BY[by]).lower()}
    if len(report.rows) > len(most):
        title = _("Net by %(what)s, the first %(count)d") % {"what": str(BY[by]).lower(), "count": len(most)}
    return Chart(title, bars=bars(rows, write))


def _heat(report: Report, site: Location, locale: str) -> Chart | None:
    laid = heat_map(report.heat, site.day_closes_at.hour)
    if laid is None:
        return None
    names = tuple(weekday_name(row.weekday, locale, "abbreviated") for row in laid.rows)
    return Chart(_("Which hours of the week are busy?"), heat=laid, weekdays=names)


def _writer(report: Report, locale: str) -> Callable[[int], str]:
    """How ticks are written: without the currency, which the title names, and without decimals where they are whole."""
    places = decimal_places(report.currency)

    def write(value: int) -> str:
        text = Money(value, report.currency).plain(locale)
        return text[: -places - 1] if places and value % _unit(report) == 0 else text

    return write


def _unit(report: Report) -> int:
    return int(10 ** decimal_places(report.currency))
