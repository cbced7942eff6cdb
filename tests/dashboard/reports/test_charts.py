"""The geometry of charts: round ticks, everything inside, and nothing that divides by zero."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duitpos.dashboard.charts.columns import bars, column_chart
from duitpos.dashboard.charts.heat import heat_map
from duitpos.dashboard.charts.line import Series, line_chart, point_labels
from duitpos.dashboard.charts.scale import PLOT, scale_of
from duitpos.dashboard.report_charts import charts_of
from duitpos.domain.reporting.report import By, Period, Question, Report, Row
from duitpos.models import Location
from tests.dashboard.reports.examples import WEEK, report, sums

AMOUNT = st.integers(-(10**12), 10**12)


@given(st.lists(AMOUNT, max_size=40), st.sampled_from([1, 100, 1000]))
def test_a_scale_has_round_ticks_zero_and_every_value(values: list[int], unit: int) -> None:
    scale = scale_of(values, unit)
    assert 0 in scale.ticks
    assert 2 <= len(scale.ticks) <= 8
    assert scale.step % unit == 0
    assert int(str(scale.step // unit).rstrip("0") or 1) in (1, 2, 5)
    assert all(0 <= scale.y(value) <= PLOT for value in values)


@pytest.mark.parametrize(
    "values, ticks",
    [
        ([], [0, 1]),
        ([0, 0], [0, 1]),
        ([7], [0, 2, 4, 6, 8]),
        ([99, 1234], [0, 500, 1000, 1500]),
        ([-300, 900], [-500, 0, 500, 1000]),
        ([-5], [-5, -4, -3, -2, -1, 0]),
    ],
)
def test_ticks_of_small_examples(values: list[int], ticks: list[int]) -> None:
    assert scale_of(values).ticks == ticks


@pytest.mark.parametrize("count", [1, 2, 5, 6, 7, 31, 366, 400])
def test_a_chart_names_its_ends_and_no_more_points_than_fit_a_phone(count: int) -> None:
    labels = point_labels([str(at) for at in range(count)])
    assert [labels[0].text, labels[-1].text] == ["0", str(count - 1)]
    assert len(labels) <= 7
    assert len({label.text for label in labels}) == len(labels)


def test_a_line_chart_compares_two_series_of_different_length() -> None:
    chart = line_chart([Series("Now", [100, 300]), Series("Before", [200, 200, 250])], "abc", str, 1)
    assert [(line.name, line.is_main) for line in chart.lines] == [("Now", True), ("Before", False)]
    assert chart.lines[0].points == "166.7,133.33 500.0,0.0"
    assert chart.lines[1].points.count(",") == 3
    assert abs(chart.lines[0].text_y - chart.lines[1].text_y) >= 18


def test_one_day_is_a_short_line_and_none_is_no_line() -> None:
    assert line_chart([Series("Now", [100])], ["a"], str, 1).lines[0].points == "450.0,0.0 550.0,0.0"
    assert line_chart([Series("Now", [])], [], str, 1).lines == []


def test_columns_are_stacked_from_zero_up_and_down() -> None:
    chart = column_chart([Series("FPX", [100, 0]), Series("Card", [100, -50])], ["Mon", "Tue"], str, 1)
    heights = {block.title: (block.y, block.height, block.shade) for block in chart.blocks}
    assert set(heights) == {"Mon · FPX · 100", "Mon · Card · 100", "Tue · Card · -50"}
    fpx, card = heights["Mon · FPX · 100"], heights["Mon · Card · 100"]
    assert card[0] + card[1] == pytest.approx(fpx[0]), "on top of it"
    zero = next(tick.y for tick in chart.ticks if tick.is_zero)
    assert fpx[0] + fpx[1] == pytest.approx(zero)
    assert heights["Tue · Card · -50"][0] == pytest.approx(zero)
    assert [name.text for name in chart.names] == ["FPX", "Card"]


def test_bars_share_a_scale_with_zero() -> None:
    shown = bars([("A", 300), ("B", -100), ("C", 0)], str)
    assert [(bar.x, bar.width, bar.is_negative) for bar in shown] == [
        ("25.00%", "75.00%", False),
        ("0.00%", "25.00%", True),
        ("25.00%", "0.00%", False),
    ]
    assert bars([("A", 0)], str)[0].width == "0.00%"
    assert bars([], str) == []


def test_a_heat_map_begins_with_the_business_day() -> None:
    shown = heat_map({(1, 22): 100, (1, 1): 50, (7, 23): 1}, first_hour=4)
    assert shown is not None
    assert shown.hours == [22, 23, 0, 1]
    assert [row.weekday for row in shown.rows] == [1, 2, 3, 4, 5, 6, 7]
    assert [cell.shade for cell in shown.rows[0].cells] == [5, 0, 0, 3]
    assert [cell.shade for cell in shown.rows[6].cells] == [0, 1, 0, 0]


def test_a_heat_map_of_nothing_or_of_refunds_only() -> None:
    assert heat_map({}) is None
    assert heat_map({(1, 1): 0}) is None
    shown = heat_map({(1, 1): -5})
    assert shown is not None
    assert shown.rows[0].cells[0].shade == 0


def typed(count: int) -> Report:
    """A week with some payment types; the first one is refunded more than it sold on one day."""
    rows = [Row(f"t{at}", f"Type {at}", sums(1, 1000 * (count - at))) for at in range(count)]
    by_day = {row.key: (100 * (at + 1), -50 if at == 0 else 0, 0, 0, 0, 0, 7) for at, row in enumerate(rows)}
    return replace(report(By.PAYMENT_TYPE, rows), by_day=by_day)


def test_payment_types_are_stacked_day_by_day_and_told_as_a_table() -> None:
    bars_chart, stacked = charts_of(typed(3), Location(), "en_MY")
    assert bars_chart.bars is not None
    assert stacked.columns is not None
    assert stacked.table is not None
    assert [name.text for name in stacked.columns.names] == ["Type 0", "Type 1", "Type 2"]
    assert len(stacked.columns.blocks) == 3 + 1 + 3
    assert stacked.table.heads == ["Day", "Type 0", "Type 1", "Type 2"]
    assert stacked.table.rows == [
        ("23 Nov", ["1.00", "2.00", "3.00"]),
        ("24 Nov", ["-0.50", "0.00", "0.00"]),
        ("29 Nov", ["0.07", "0.07", "0.07"]),
    ]


def test_of_many_payment_types_the_last_shade_has_all_others() -> None:
    stacked = charts_of(typed(8), Location(), "en_MY")[-1]
    assert stacked.columns is not None
    assert stacked.table is not None
    assert [name.text for name in stacked.columns.names][-1] == "Others"
    assert stacked.table.rows[0][1][-1] == "26.00", "500 to 800, in cents"
    assert {block.shade for block in stacked.columns.blocks} == {1, 2, 3, 4, 5}


def test_one_day_has_nothing_to_stack() -> None:
    day = Period(WEEK.first, WEEK.first)
    one = replace(typed(2), question=Question(day, By.PAYMENT_TYPE), by_day={"t0": (5,), "t1": (6,)})
    assert len(charts_of(one, Location(), "en_MY")) == 1
