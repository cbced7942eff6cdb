"""Online payment revenue: the page, and the same table as a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from duitpos.dashboard.access import staff
from duitpos.dashboard.forms.report import ReportForm
from duitpos.dashboard.page import page
from duitpos.dashboard.report_charts import Chart, charts_of
from duitpos.dashboard.report_files import table_csv, table_workbook
from duitpos.dashboard.report_table import Line, cut_table, report_table, sorted_table
from duitpos.dashboard.texts.reports import (
    BY,
    COLUMNS,
    Figure,
    cell_text,
    column_text,
    compared_text,
    figures,
    more_text,
    note_text,
    refunds_text,
    report_title,
    rest_text,
    row_name,
)
from duitpos.domain.people.roles import Can
from duitpos.domain.people.staff import Staff
from duitpos.domain.reporting.report import Report, empty_report
from duitpos.domain.reporting.revenue import changed_days, revenue
from duitpos.domain.tenancy.find import locations

_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row of the table as text. `is_rest`: a sum of what has no row of its own."""

    name: str
    cells: list[str]
    is_rest: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """A report in one currency, as the page shows it."""

    currency: str
    title: str
    figures: list[Figure]
    compared: str
    refunds: str
    """What the refunds consist of; empty without any."""
    charts: list[Chart]
    heads: list[tuple[str, str, str]]
    """Code, name and the address's `sort` of each column."""
    rows: list[ShownRow]
    total: ShownRow
    note: str = ""


@require_safe
@staff(Can.SEE_REPORTS)
def reports(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Show the report that the address asks for."""
    sites = locations(staff.tenant)
    form = ReportForm(request.GET.dict(), sites=sites)
    question = form.question()
    locale = (form.site or sites[0]).locale
    order = request.GET.get("sort", "")
    found = revenue(staff.tenant, question)
    context: dict[str, Any] = {
        "form": form,
        "question": question,
        "by": BY[question.by],
        "locale": locale,
        "sort": order,
        "shown": [_shown(one, form, order, locale) for one in found],
        "query": _query(request, "sort"),
        "file_query": _query(request),
        "left": changed_days(staff.tenant, question).count(),
    }
    return page(
        request,
        staff,
        "dashboard/reports.html",
        context,
        here="reports",
        status=200 if form.is_valid() else 400,
    )


@require_safe
@staff(Can.SEE_REPORTS)
def report_file(request: HttpRequest, staff: Staff, kind: str) -> HttpResponse:
    """Download the report's whole table as .csv or .xlsx; with several currencies, the one that is asked for."""
    form = ReportForm(request.GET.dict(), sites=locations(staff.tenant))
    if kind not in _TYPES or not form.is_valid():
        raise Http404
    site = form.site or form.home
    found = {one.currency: one for one in revenue(staff.tenant, form.question())}
    report = found.get(request.GET.get("currency") or site.currency) or empty_report(
        form.question(), site.currency
    )
    question, locale = report.question, site.locale
    table = report_table(report, lambda row: row_name(question.by, row, locale), all_columns=True)
    table = sorted_table(table, request.GET.get("sort", ""))
    heads = [str(BY[question.by])]
    heads += [column_text(column, report.currency) for column in table.columns]
    words = [rest_text(question.by), _("Total")]
    if kind == "csv":
        data = table_csv(table, heads, words, report.currency)
    else:
        data = table_workbook(table, heads, words, report.currency, report_title(question, locale))
    response = HttpResponse(data, content_type=_TYPES[kind])
    name = f"{staff.tenant.slug}-revenue-{question.period.first}-{question.period.last}.{kind}"
    response["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=name) or "attachment"
    )
    return response


def _shown(report: Report, form: ReportForm, order: str, locale: str) -> Shown:
    question = report.question
    whole = sorted_table(report_table(report, lambda row: row_name(question.by, row, locale)), order)
    table, others = cut_table(whole)
    heads = [
        (column, str(COLUMNS[column]), f"-{column}" if order == column else column)
        for column in table.columns
    ]

    def row(line: Line, name: str, *, is_rest: bool = False) -> ShownRow:
        cells = [cell_text(column, line.cells[column], report.currency, locale) for column in table.columns]
        return ShownRow(name, cells, is_rest)

    rows = [row(line, line.name) for line in table.lines]
    if others:
        rows.append(row(others, more_text(len(whole.lines) - len(table.lines)), is_rest=True))
    if table.rest:
        rows.append(row(table.rest, rest_text(question.by), is_rest=True))
    return Shown(
        report.currency,
        report_title(question, locale),
        figures(report, locale),
        compared_text(question, locale),
        refunds_text(report, locale),
        charts_of(report, form.site or form.home, locale),
        heads,
        rows,
        row(table.total, _("Total")),
        note_text(report),
    )


def _query(request: HttpRequest, *without: str) -> str:
    values = [(name, value) for name, value in request.GET.items() if value and name not in without]
    return urlencode(values)
