"""Page, CSV and workbook show the same amounts, and the rows sum to the total."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest
from python_calamine import CalamineWorkbook

from duitpos.dashboard.report_files import table_csv, table_workbook
from duitpos.dashboard.report_table import Table, cut_table, report_table, sorted_table
from duitpos.domain.reporting.report import By, Row, Sums
from tests.dashboard.reports.examples import WEEK, days, report, sums

WORDS = ("In none of these rows", "Total")


def day_table() -> Table:
    rows = days(WEEK.first, [10_000, 0, 333, 99_999, 5, 1_250_000, 7])
    return report_table(report(By.DAY, rows), lambda row: row.key)


def test_rows_sum_to_the_total_in_every_column() -> None:
    table = day_table()
    assert table.rest is None
    for column in table.columns:
        assert sum(line.cells[column] for line in table.lines) == table.total.cells[column]


def test_columns_without_anything_are_left_out_of_the_page_only() -> None:
    rows = days(WEEK.first, [10_000])
    made = report(By.DAY, rows)
    shown = report_table(made, lambda row: row.key).columns
    whole = report_table(made, lambda row: row.key, all_columns=True).columns
    assert "discounts" not in shown
    assert "disputes" not in shown
    assert {"orders", "gross", "refunds", "net"} <= set(shown)
    assert {"discounts", "disputes"} <= set(whole)


def test_fees_are_left_out_while_none_is_known() -> None:
    rows = [Row("a", "", Sums(orders=1, sales=100))]
    assert "net_after_fees" not in report_table(report(By.DAY, rows), lambda row: row.key).columns
    rows = [Row("a", "", Sums(orders=1, sales=100, fees=-3))]
    assert "net_after_fees" in report_table(report(By.DAY, rows), lambda row: row.key).columns


def test_what_no_row_has_is_a_row_of_its_own() -> None:
    dishes = [Row("a", "Laksa", Sums(quantity=2, sales=3_000)), Row("b", "Teh", Sums(quantity=1, sales=500))]
    table = report_table(report(By.ITEM, dishes, total=sums(2, 3_500, unmatched=900)), lambda row: row.name)
    assert table.rest is not None
    for column in ("sales", "net"):
        assert (
            sum(line.cells[column] for line in table.lines) + table.rest.cells[column]
            == table.total.cells[column]
        )
    assert table.rest.cells["net"] == 350 + 210 + 900


def test_sorted_by_a_column_from_the_most_or_the_least() -> None:
    table = day_table()
    assert [line.cells["net"] for line in sorted_table(table, "net").lines] == sorted(
        (line.cells["net"] for line in table.lines), reverse=True
    )
    assert sorted_table(table, "-net").lines[0].cells["net"] == 0
    assert sorted_table(table, "net; drop table").lines == table.lines


def test_a_long_table_is_cut_and_says_what_the_others_sum_to() -> None:
    table = day_table()
    cut, others = cut_table(table, most=3)
    assert others is not None
    assert len(cut.lines) == 3
    assert sum(line.cells["net"] for line in cut.lines) + others.cells["net"] == table.total.cells["net"]
    assert cut_table(table, most=7) == (table, None)


@pytest.mark.parametrize("currency, unit", [("MYR", 100), ("JPY", 1), ("KWD", 1000)])
def test_both_files_have_the_tables_amounts_to_the_cent(currency: str, unit: int) -> None:
    table = day_table()
    heads = ["Day", *table.columns]
    rows = list(csv.reader(io.StringIO(table_csv(table, heads, WORDS, currency).decode("utf-8-sig"))))
    sheet = CalamineWorkbook.from_filelike(
        io.BytesIO(table_workbook(table, heads, WORDS, currency, "Online revenue"))
    ).get_sheet_by_index(0)
    cells = sheet.to_python()
    lines = [*table.lines, table.total]
    assert len(rows) == len(cells) == len(lines) + 1
    assert rows[0] == cells[0] == heads
    for line, text, numbers in zip(lines, rows[1:], cells[1:], strict=True):
        for column, one, other in zip(table.columns, text[1:], numbers[1:], strict=True):
            value = line.cells[column]
            scale = 1 if column in ("orders", "guests", "quantity") else unit
            assert Decimal(one) * scale == value
            assert round(float(str(other)) * scale) == value


def test_a_name_that_begins_like_a_formula_stays_a_text() -> None:
    rows = [Row("a", "=HYPERLINK(1)", sums(1, 100)), Row("b", "-5", sums(1, 200))]
    table = report_table(report(By.ITEM, rows), lambda row: row.name)
    text = table_csv(table, ["Dish", *table.columns], WORDS, "MYR").decode("utf-8-sig")
    assert "'=HYPERLINK(1)," in text
    assert "'-5," in text
    refund = report_table(report(By.DAY, [Row("d", "", Sums(refunds=-500))]), lambda row: row.key)
    assert ",-5.00" in table_csv(refund, ["Day", *refund.columns], WORDS, "MYR").decode("utf-8-sig")
