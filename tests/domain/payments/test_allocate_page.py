"""The code computes the worked refunds in docs/money.md."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from duitpos.domain.orders.pricing import Rules
from duitpos.domain.payments.refunds.allocate import Allocation, Given, allocate_lines
from duitpos.models import OrderLine

pytestmark = pytest.mark.pure

PAGE = Path(__file__).parents[3] / "docs" / "money.md"
HEADING = "| order | service | tax | tax is | on service | refunds | each refund |"


def _rows() -> list[list[str]]:
    after = PAGE.read_text(encoding="utf-8").split(HEADING)[1]
    table = after.split("\n\n")[0].strip().splitlines()
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in table[1:]]


ROWS = _rows()


def _line(text: str) -> OrderLine:
    quantity, price = map(int, text.split(" x "))
    return OrderLine(quantity=quantity, unit_price_minor=price, total_minor=quantity * price)


def _text(part: Allocation, *, is_inclusive: bool) -> str:
    tax = f"({part.tax_minor})" if is_inclusive else str(part.tax_minor)
    return f"{part.items_minor} + {part.service_charge_minor} + {tax} = {part.total_minor}"


def test_the_page_has_refunds_of_every_kind() -> None:
    assert len(ROWS) >= 4
    assert {row[3] for row in ROWS} == {"exclusive", "inclusive"}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]}, {row[3]}")
def test_a_worked_refund(row: list[str]) -> None:
    order, service, tax, tax_is, on_service, refunds, results = row
    lines = [_line(text) for text in order.split("; ")]
    rules = Rules(int(service), int(tax), "SST", tax_is == "inclusive", on_service == "yes")
    given: list[Given] = []
    for step in refunds.split(" then "):
        match = re.fullmatch(r"(\d+) of (\d+)", step)
        assert match, step
        wanted = {lines[int(match[2]) - 1].id: int(match[1])}
        given.append(Given(wanted, allocate_lines(lines, rules, given, wanted)))
    found = [_text(refund.parts, is_inclusive=rules.tax_is_inclusive) for refund in given]
    assert found == results.split(" then ")
