"""The code computes the worked examples in docs/money.md."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest

from duitpos.domain.checkout.line_items import line_items
from duitpos.domain.menus.read import Choice, Group, Item, Menu, Section
from duitpos.domain.orders.cart import Cart, CartLine
from duitpos.domain.orders.pricing import Rules, Totals, price
from tests.domain.orders.menus import LABELS

pytestmark = pytest.mark.pure

PAGE = Path(__file__).parents[3] / "docs" / "money.md"
HEADINGS = (
    "case",
    "currency",
    "lines",
    "service",
    "tax",
    "tax is",
    "on service",
    "subtotal",
    "service charge",
    "tax amount",
    "total",
)


@dataclass(frozen=True)
class Example:
    """A row of the page's table."""

    case: str
    currency: str
    lines: str
    rules: Rules
    totals: Totals


def _cells(row: str) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in row.strip().strip("|").split("|"))


def _examples() -> list[Example]:
    rows = [_cells(line) for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    start = rows.index(HEADINGS)
    found = []
    for row in rows[start + 2 :]:
        if len(row) != len(HEADINGS):
            break
        case, currency, lines, service, tax, tax_is, on_service, *totals = row
        assert tax_is in ("inclusive", "exclusive")
        assert on_service in ("yes", "no")
        rules = Rules(int(service), int(tax), "SST", tax_is == "inclusive", on_service == "yes")
        found.append(Example(case, currency, lines, rules, Totals(*map(int, totals))))
    return found


def _sold(line: str) -> tuple[Item, CartLine]:
    """`2 x 1290 +150 -50` as an item with its choices, and the line that takes them all."""
    match = re.fullmatch(r"(\d+) x (\d+)((?: [+-]\d+)*)", line)
    assert match, line
    choices = tuple(Choice(uuid4(), delta, int(delta)) for delta in match[3].split())
    group = Group(uuid4(), "Extras", 0, max(1, len(choices)), choices)
    item = Item(uuid4(), "Dish", "", int(match[2]), (), (), "in_stock", None, (group,) if choices else ())
    return item, CartLine(item.id, tuple(choice.id for choice in choices), int(match[1]))


EXAMPLES = _examples()


def test_the_page_has_examples_of_every_kind() -> None:
    """Checks the parser: with a page that it cannot parse, the other tests would pass."""
    assert len(EXAMPLES) >= 18
    assert {example.currency for example in EXAMPLES} == {"MYR", "JPY", "KWD"}
    kinds = {(example.rules.tax_is_inclusive, example.rules.tax_on_service_charge) for example in EXAMPLES}
    assert len(kinds) == 4


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.case)
def test_a_worked_example(example: Example) -> None:
    sold = [_sold(line) for line in example.lines.split("; ")]
    menu = Menu(1, example.currency, (Section(uuid4(), "All", tuple(item for item, _ in sold)),))

    quote = price(Cart(tuple(line for _, line in sold)), menu, example.rules)

    assert quote.totals == example.totals
    assert quote.currency == example.currency
    assert not quote.changes
    asked = line_items(quote.lines, quote.totals, LABELS, example.rules.tax_name)
    assert sum(line.unit_minor * line.quantity for line in asked) == example.totals.total_minor
