"""The line items of a checkout request."""

from __future__ import annotations

import pytest

from duitpos.domain.checkout.line_items import LinesDiffer, line_items
from duitpos.domain.orders.cart import MAX_LINES, Cart
from duitpos.domain.orders.pricing import Quote, Rules, Totals, price
from duitpos.models import Order
from duitpos.processors.capabilities import LineLimits
from duitpos.processors.start import LineItem
from tests.domain.orders.menus import LABELS, choice, group, item, line, menu

EXCLUSIVE = Rules(1000, 600, "SST", tax_is_inclusive=False, tax_on_service_charge=True)
INCLUSIVE = Rules(0, 600, "SST", tax_is_inclusive=True)

pytestmark = pytest.mark.pure


def _quote(rules: Rules, lines: int = 1) -> Quote:
    egg = choice("Egg", 150)
    roti = item("Roti", 150, group(egg))
    return price(Cart(tuple(line(roti, egg, quantity=2) for _ in range(lines))), menu(roti), rules)


def test_service_charge_and_tax_on_top_are_separate_lines() -> None:
    quote = _quote(EXCLUSIVE)
    assert line_items(quote.lines, quote.totals, LABELS, "SST") == (
        LineItem("Roti", 300, 2, "Egg"),
        LineItem("Service charge", 60, 1),
        LineItem("SST", 40, 1),
    )


def test_inclusive_tax_is_in_the_prices() -> None:
    quote = _quote(INCLUSIVE)
    assert quote.totals.tax_minor == 34
    assert line_items(quote.lines, quote.totals, LABELS, "SST") == (LineItem("Roti", 300, 2, "Egg"),)


def test_a_tax_without_a_name_is_called_tax() -> None:
    quote = _quote(EXCLUSIVE)
    assert line_items(quote.lines, quote.totals, LABELS)[-1].name == "Tax"


LIMITS = LineLimits(most=100, name_length=250, description_length=500)


@pytest.mark.parametrize("lines, asked", [(98, 100), (99, 100), (MAX_LINES, 100)])
def test_more_lines_than_the_processor_takes_are_folded(lines: int, asked: int) -> None:
    quote = _quote(EXCLUSIVE, lines)
    sent = line_items(quote.lines, quote.totals, LABELS, "SST", LIMITS)
    assert len(sent) == asked == LIMITS.most
    assert sum(part.unit_minor * part.quantity for part in sent) == quote.totals.total_minor
    folded = lines - 97
    expected = (
        LineItem("Roti", 300, 2, "Egg")
        if folded == 1
        else LineItem(f"{folded * 2} more items", folded * 600, 1)
    )
    assert sent[97] == expected


def test_long_names_are_cut_to_what_the_processor_shows() -> None:
    roti = item("R" * 300, 150, group(choice("E" * 600)))
    quote = price(Cart((line(roti, roti.groups[0].choices[0]),)), menu(roti), Rules())
    sent = line_items(quote.lines, quote.totals, LABELS, limits=LIMITS)[0]
    assert sent.name == "R" * 249 + "…"
    assert len(sent.description) == 500


def test_a_page_without_descriptions_and_with_short_names() -> None:
    limits = LineLimits(most=3, name_length=6, description_length=0)
    quote = _quote(EXCLUSIVE, 2)
    assert line_items(quote.lines, quote.totals, LABELS, "SST 2026", limits) == (
        LineItem("4 more items", 1200, 1),
        LineItem("Servi…", 120, 1),
        LineItem("SST 2…", 79, 1),
    )


def test_the_order_and_its_quote_have_the_same_lines() -> None:
    quote = _quote(EXCLUSIVE)
    totals = quote.totals
    order = Order(
        subtotal_minor=totals.subtotal_minor,
        service_charge_minor=totals.service_charge_minor,
        tax_minor=totals.tax_minor,
        total_minor=totals.total_minor,
    )
    assert line_items(quote.lines, order, LABELS, "SST") == line_items(quote.lines, totals, LABELS, "SST")


@pytest.mark.parametrize("totals", [Totals(601, 60, 40, 701), Totals(500, 60, 40, 600)])
def test_lines_of_another_order_are_refused(totals: Totals) -> None:
    with pytest.raises(LinesDiffer):
        line_items(_quote(EXCLUSIVE).lines, totals, LABELS, "SST")


def test_a_total_below_the_lines_never_makes_a_negative_tax_line() -> None:
    with pytest.raises(LinesDiffer):
        line_items(_quote(EXCLUSIVE).lines, Totals(600, 60, 0, 650), LABELS, "SST")
