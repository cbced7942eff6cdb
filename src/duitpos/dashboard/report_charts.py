"""Which charts a revenue report has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from duitpos.dashboard.charts.columns import Bar, ColumnChart, bars, column_chart
from duitpos.dashboard.charts.heat import HeatMap, heat_map
from duitpos.dashboard.charts.line import LineChart, Series, line_chart
from duitpos.dashboard.texts.reports import BY, period_text, point_name, weekday_name
from duitpos.domain.reporting.report import By, Report
from duitpos.kit.money import Money, decimal_places
from duitpos.models import Location

_MOST_BARS = 12
_COLUMNS = (By.HOUR, By.WEEKDAY)


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart with the question that it answers. One of `line`, `columns`, `bars` and `heat` is set."""

    title: str
    line: LineChart | None = None
    columns: ColumnChart | None = None
    bars: list[Bar] | None = None
    heat: HeatMap | None = None
    weekdays: tuple[str, ...] = ()


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
    return [*shown, heat] if heat else shown


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
