"""What a refund takes from a business day's sums: by dish, choice and tax rate, where its lines are known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from duitpos.domain.reporting.report import By, Sums
from duitpos.models import LedgerEntry, Order, Refund
from duitpos.models.ledger import LedgerKind

REFUNDS = (LedgerKind.REFUND, LedgerKind.REFUND_FAILED)


def is_of_dishes(entry: LedgerEntry, order: Order | None, refund: Refund) -> bool:
    """Whether dishes that were counted as sold are given back. A second payment was never counted for dishes."""
    return (
        refund.items_minor is not None
        and order is not None
        and order.released_by_id == entry.payment_id
        and order.currency == entry.currency
    )


def refund_sums(entry: LedgerEntry, order: Order | None, refund: Refund) -> Sums:
    """The refund's sums. Money out is negative; what a bank sent back is positive."""
    amount = entry.amount_minor
    if order is None or not is_of_dishes(entry, order, refund):
        return Sums(refunds=amount, refunded_other=amount)
    sign = _sign(entry)
    items, service = sign * (refund.items_minor or 0), sign * (refund.service_charge_minor or 0)
    tax = sign * (refund.tax_minor or 0)
    added = 0 if order.tax_is_inclusive else tax
    return Sums(
        refunds=amount,
        refunded_quantity=-sign * sum(line.quantity for line in refund.lines.all()),
        refunded_sales=items,
        refunded_service_charge=service,
        refunded_tax=tax,
        refunded_tax_included=tax - added,
        refunded_other=amount - items - service - added,
    )


def refund_parts(entry: LedgerEntry, order: Order, refund: Refund) -> Iterator[tuple[str, str, str, Sums]]:
    """The refunded dishes, choices and tax rates, each with its key and its name."""
    sign = _sign(entry)
    taxed: dict[int, int] = defaultdict(int)
    for line in refund.lines.all():
        of_order = line.order_line
        yield (
            By.ITEM,
            str(of_order.item_id),
            of_order.name,
            _given_back(sign, line.quantity, line.items_minor),
        )
        # A dish that the guest swapped comes back at the new dish's price, which has no choices.
        is_swapped = line.items_minor != line.quantity * of_order.unit_price_minor
        for choice in () if is_swapped else of_order.modifiers:
            price = choice["price_delta_minor"] * line.quantity
            name = f"{choice['group']}: {choice['name']}"
            yield By.MODIFIER, choice["id"], name, _given_back(sign, line.quantity, price)
        taxed[order.tax_bp if of_order.tax_bp is None else of_order.tax_bp] += line.items_minor
    if order.tax_on_service_charge:
        taxed[order.tax_bp] += refund.service_charge_minor or 0
    for rate, amount in taxed.items():
        tax = refund.tax_by_rate.get(str(rate), 0)
        inside = tax if order.tax_is_inclusive else 0
        yield (
            By.TAX,
            str(rate),
            order.tax_name,
            Sums(
                refunds=sign * (amount + tax - inside),
                refunded_sales=sign * amount,
                refunded_tax=sign * tax,
                refunded_tax_included=sign * inside,
            ),
        )


def _given_back(sign: int, quantity: int, minor: int) -> Sums:
    return Sums(refunds=sign * minor, refunded_sales=sign * minor, refunded_quantity=-sign * quantity)


def _sign(entry: LedgerEntry) -> int:
    return 1 if entry.kind == LedgerKind.REFUND_FAILED else -1
