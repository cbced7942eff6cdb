"""Every sequence of refunds of lines, on every order and every set of rules."""

from __future__ import annotations

from collections import Counter
from copy import copy
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duitpos.domain.orders.pricing import Rules, totals_of
from duitpos.domain.payments.refunds.allocate import Allocation, Given, allocate_lines
from duitpos.models import OrderLine
from tests.domain.orders.menus import RULES

pytestmark = pytest.mark.pure

Step = dict[UUID, int]


def _line(quantity: int, price: int, tax_bp: int | None) -> OrderLine:
    return OrderLine(quantity=quantity, unit_price_minor=price, total_minor=quantity * price, tax_bp=tax_bp)


LINES = st.lists(
    st.builds(
        _line, st.integers(1, 4), st.integers(0, 20_000), st.sampled_from((None, 0, 500, 600, 800, 1000))
    ),
    min_size=1,
    max_size=5,
)


def _steps(draw: st.DrawFn, lines: list[OrderLine]) -> list[Step]:
    """All dishes of the order, shuffled and cut into refunds of one to four."""
    units = draw(st.permutations([line.id for line in lines for _ in range(line.quantity)]))
    steps, start = [], 0
    while start < len(units):
        size = draw(st.integers(1, 4))
        steps.append(dict(Counter(units[start : start + size])))
        start += size
    return steps


@st.composite
def refunds(draw: st.DrawFn) -> tuple[list[OrderLine], Rules, list[Step], list[Step]]:
    """An order, its rules, and two ways to refund all of it."""
    lines = draw(LINES)
    return lines, draw(RULES), _steps(draw, lines), _steps(draw, lines)


def _refund_all(lines: list[OrderLine], rules: Rules, steps: list[Step]) -> list[Allocation]:
    given: list[Given] = []
    for step in steps:
        given.append(Given(step, allocate_lines(lines, rules, given, step)))
    return [refund.parts for refund in given]


@given(refunds())
def test_refunds_add_up_to_the_order(case: tuple[list[OrderLine], Rules, list[Step], list[Step]]) -> None:
    lines, rules, steps, _ = case
    totals = totals_of(lines, rules)
    parts = _refund_all(lines, rules, steps)
    assert sum(part.items_minor for part in parts) == totals.subtotal_minor
    assert sum(part.service_charge_minor for part in parts) == totals.service_charge_minor
    assert sum(part.tax_minor for part in parts) == totals.tax_minor
    assert sum(part.total_minor for part in parts) == totals.total_minor


@given(refunds())
def test_the_tax_of_each_rate_adds_up_in_every_sequence(
    case: tuple[list[OrderLine], Rules, list[Step], list[Step]],
) -> None:
    lines, rules, steps, others = case
    sums: list[Counter[int]] = [Counter(), Counter()]
    for taxes, way in zip(sums, (steps, others), strict=True):
        for part in _refund_all(lines, rules, way):
            taxes.update(part.tax_by_rate)
    assert sums[0] == sums[1]


@given(refunds())
def test_no_part_is_negative_and_the_parts_are_the_amount(
    case: tuple[list[OrderLine], Rules, list[Step], list[Step]],
) -> None:
    lines, rules, steps, _ = case
    for step, part in zip(steps, _refund_all(lines, rules, steps), strict=True):
        prices = {line.id: line.unit_price_minor for line in lines}
        assert part.items_minor == sum(prices[key] * quantity for key, quantity in step.items())
        assert part.service_charge_minor >= 0
        assert all(tax > 0 for tax in part.tax_by_rate.values())
        on_top = 0 if rules.tax_is_inclusive else part.tax_minor
        assert part.total_minor == part.items_minor + part.service_charge_minor + on_top


@given(refunds(), st.data())
def test_refunds_add_up_after_some_of_them_failed(
    case: tuple[list[OrderLine], Rules, list[Step], list[Step]], data: st.DataObject
) -> None:
    lines, rules, steps, _ = case
    standing: list[Given] = []
    waiting = list(steps)
    fails = data.draw(st.lists(st.integers(0, 8), max_size=6))
    while waiting:
        step = waiting.pop(0)
        standing.append(Given(step, allocate_lines(lines, rules, standing, step)))
        if fails and (at := fails.pop()) < len(standing):
            waiting.append(dict(standing.pop(at).quantities))
        paid = sum(refund.parts.total_minor for refund in standing)
        assert paid <= totals_of(lines, rules).total_minor
    parts = [refund.parts for refund in standing]
    totals = totals_of(lines, rules)
    assert sum(part.total_minor for part in parts) == totals.total_minor
    assert sum(part.service_charge_minor for part in parts) == totals.service_charge_minor
    assert sum(part.tax_minor for part in parts) == totals.tax_minor
    assert all(part.service_charge_minor >= 0 and part.total_minor >= 0 for part in parts)


@given(refunds())
def test_the_sequence_moves_a_refund_by_roundings_only(
    case: tuple[list[OrderLine], Rules, list[Step], list[Step]],
) -> None:
    """The first refund of a sequence, made last instead."""
    lines, rules, steps, _ = case
    first = _refund_all(lines, rules, steps)[0]
    last = _refund_all(lines, rules, [*steps[1:], steps[0]])[-1]
    assert first.items_minor == last.items_minor
    assert abs(first.service_charge_minor - last.service_charge_minor) <= 1
    # Before rounding, a taxed service charge moves its tax by less than one more.
    for rate in {*first.tax_by_rate, *last.tax_by_rate}:
        assert abs(first.tax_by_rate.get(rate, 0) - last.tax_by_rate.get(rate, 0)) <= 2


def test_more_than_is_left_of_a_line_is_refused() -> None:
    line = _line(2, 1290, None)
    given = [Given({line.id: 1}, allocate_lines([line], Rules(), [], {line.id: 1}))]
    with pytest.raises(ValueError, match="no more than is left"):
        allocate_lines([line], Rules(), given, {line.id: 2})


@pytest.mark.parametrize("quantity", [1, 0])
def test_a_line_of_another_order_is_refused(quantity: int) -> None:
    with pytest.raises(ValueError, match="lines of its order"):
        allocate_lines([_line(2, 1290, None)], Rules(), [], {uuid4(): quantity})


def test_less_than_nothing_is_refused() -> None:
    line, other = _line(2, 1290, None), _line(1, 450, None)
    with pytest.raises(ValueError, match="no more than is left"):
        allocate_lines([line, other], Rules(), [], {line.id: 1, other.id: -1})


@st.composite
def swaps(draw: st.DrawFn) -> tuple[list[OrderLine], list[OrderLine], Rules, list[Step], list[Step]]:
    """An order, the same with cheaper dishes in place of some lines, and refunds before and after that choice.

    A line of which something was refunded cannot be swapped.
    """
    lines = draw(LINES)
    early = {line.id: draw(st.integers(0, line.quantity)) for line in lines if draw(st.booleans())}
    taken = []
    for line in lines:
        other = copy(line)
        if not early.get(line.id) and draw(st.booleans()):
            other.unit_price_minor = draw(st.integers(0, line.unit_price_minor))
            other.total_minor = other.unit_price_minor * line.quantity
        taken.append(other)
    units = [line.id for line in lines for _ in range(line.quantity - early.get(line.id, 0))]
    rest = [dict(Counter(part)) for part in _cut(draw, draw(st.permutations(units)))]
    before = [{key: quantity} for key, quantity in early.items() if quantity]
    return lines, taken, draw(RULES), before, rest


def _cut(draw: st.DrawFn, units: list[UUID]) -> list[list[UUID]]:
    size = draw(st.integers(1, 4))
    return [units[start : start + size] for start in range(0, len(units), size)]


@given(swaps())
def test_a_swap_and_all_refunds_add_up_to_what_was_paid(
    case: tuple[list[OrderLine], list[OrderLine], Rules, list[Step], list[Step]],
) -> None:
    lines, taken, rules, before, rest = case
    paid = totals_of(lines, rules).total_minor
    given: list[Given] = []
    for step in before:
        given.append(Given(step, allocate_lines(lines, rules, given, step)))
    left = paid - sum(one.parts.total_minor for one in given)
    difference = min(paid - totals_of(taken, rules).total_minor, left)
    assert difference >= 0
    for step in rest:
        given.append(Given(step, allocate_lines(taken, rules, given, step)))
        assert difference + sum(one.parts.total_minor for one in given) <= paid
    assert difference + sum(one.parts.total_minor for one in given) == paid
    if not before:
        items = {line.id: line.unit_price_minor for line in taken}
        for one in given:
            assert one.parts.items_minor == sum(items[key] * count for key, count in one.quantities.items())
