"""The page and the file: the address decides everything, and nonsense in it gets a clear message."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from duitpos.dashboard.forms.report import Preset, ReportForm
from duitpos.dashboard.report_table import report_table
from duitpos.dashboard.texts.reports import BY, COLUMNS
from duitpos.dashboard.views import reports as view
from duitpos.domain.reporting.report import By, Period, Question, Report
from duitpos.domain.reporting.sum_days import sum_changed
from duitpos.models import Location
from tests.dashboard.client import Dashboard
from tests.dashboard.reports.examples import WEEK, days, report
from tests.support.books import books_of

QUERIES_BY_DAY, QUERIES_BY_ITEM = 21, 19


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Question]:
    """The questions that were asked. Each is answered with a week."""
    questions: list[Question] = []

    def answer(tenant: Any, question: Question) -> tuple[Report, ...]:
        questions.append(question)
        return (report(By.DAY, days(WEEK.first, [10_000, 25_033])),)

    monkeypatch.setattr(view, "revenue", answer)
    return questions


def test_every_code_has_its_text() -> None:
    assert set(BY) == set(By)
    cells = report_table(report(By.DAY, []), lambda row: "", all_columns=True).columns
    assert {*cells, "quantity", "refunded_quantity"} == set(COLUMNS)


def test_the_page_and_the_file_show_the_same_amounts(dashboard: Dashboard, asked: list[Question]) -> None:
    text = dashboard.page("reports")
    assert "406.38" in text, "both days' net"
    answer = dashboard.client.get(dashboard.url("report_file", "csv"))
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["Net (MYR)"] for row in rows] == ["116.00", "290.38", "406.38"]
    assert "attachment" in answer["Content-Disposition"]


def test_filters_are_in_the_address(dashboard: Dashboard, asked: list[Question]) -> None:
    site = Location.objects.create(
        tenant=dashboard.restaurant.tenant, name="KLCC", slug="klcc", currency="MYR"
    )
    query = "?paid=staff&period=own&first=2026-10-01&last=2026-10-31&by=item&location=klcc"
    assert dashboard.client.get(dashboard.url("reports") + query).status_code == 200
    assert asked == [Question(Period(date(2026, 10, 1), date(2026, 10, 31)), By.ITEM, (site.id,), False)]


def test_what_the_address_leaves_out_is_shown_as_chosen(dashboard: Dashboard, asked: list[Question]) -> None:
    text = dashboard.page("reports", query="?by=hour")
    for value in ("online", "this_week", "hour"):
        assert f'<option value="{value}" selected>' in text


@pytest.mark.parametrize(
    "query, message",
    [
        ("period=own", "Choose both days: from and to."),
        ("period=own&first=2026-11-02&last=2026-11-01", "The period ends before it begins."),
        ("period=own&first=2020-01-01&last=2026-11-01", "Choose at most two years at once."),
        ("period=own&first=0001-01-01&last=0001-01-02", "Choose days of this century."),
        ("period=own&first=nonsense&last=2026-11-01", "Enter a valid date."),
        ("period=never", "Select a valid choice."),
        ("by=%00", "Select a valid choice."),
        ("location=another", "Select a valid choice."),
        ("paid=%F0%9F%8D%9C", "Select a valid choice."),
    ],
)
def test_a_wrong_filter_is_named_and_the_default_is_shown(
    dashboard: Dashboard, asked: list[Question], query: str, message: str
) -> None:
    Location.objects.create(tenant=dashboard.restaurant.tenant, name="KLCC", slug="klcc", currency="MYR")
    answer = dashboard.client.get(f"{dashboard.url('reports')}?{query}")
    assert answer.status_code == 400
    assert message in answer.content.decode()
    assert [(one.by, one.is_online, one.locations) for one in asked] == [(By.DAY, True, ())]
    assert dashboard.client.get(f"{dashboard.url('report_file', 'csv')}?{query}").status_code == 404


@pytest.mark.parametrize(
    "preset, period",
    [
        (Preset.TODAY, Period(date(2026, 3, 1), date(2026, 3, 1))),
        (Preset.YESTERDAY, Period(date(2026, 2, 28), date(2026, 2, 28))),
        (Preset.THIS_WEEK, Period(date(2026, 2, 23), date(2026, 3, 1))),
        (Preset.LAST_WEEK, Period(date(2026, 2, 16), date(2026, 2, 22))),
        (Preset.THIS_MONTH, Period(date(2026, 3, 1), date(2026, 3, 1))),
        (Preset.LAST_MONTH, Period(date(2026, 2, 1), date(2026, 2, 28))),
    ],
)
def test_periods_by_name_follow_the_business_date(
    dashboard: Dashboard, preset: Preset, period: Period
) -> None:
    form = ReportForm({"period": preset}, sites=[dashboard.restaurant.location])
    # 03:30 on 2 March in Kuala Lumpur, before the day closes.
    with time_machine.travel(datetime(2026, 3, 1, 19, 30, tzinfo=UTC), tick=False):
        assert form.question().period == period


def test_the_number_of_queries_does_not_grow_with_days_and_orders(dashboard: Dashboard) -> None:
    books = books_of(dashboard.restaurant)
    noon = datetime(2026, 10, 5, 4, tzinfo=UTC)
    query = "?paid=all&period=own&first=2026-10-01&last=2026-10-31"
    books.paid(noon, 1)
    dashboard.get("reports")  # what a process reads once
    counts = []
    for by in (By.DAY, By.ITEM, By.DAY, By.ITEM):
        sum_changed(dashboard.tenant.id, lambda: False)
        with CaptureQueriesContext(connection) as sent:
            dashboard.get("reports", query=f"{query}&by={by}")
        counts.append(len(sent))
        for day in range(6, 20):
            books.paid(noon.replace(day=day), 1, 2)
    assert counts == [QUERIES_BY_DAY, QUERIES_BY_ITEM] * 2
