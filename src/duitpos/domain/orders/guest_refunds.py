"""The refunds of an order as its guest sees them: on its page, on the receipt and in mails."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from duitpos.domain.orders.line_changes import as_swapped
from duitpos.models import LedgerEntry, LineSwap, OrderLine, Payment, Refund, RefundLine, Tenant
from duitpos.models.ledger import LedgerKind
from duitpos.models.refund import RefundStatus


class RefundView(StrEnum):
    """The state of a refund for the guest."""

    UNDER_WAY = "under_way"
    DONE = "done"
    NOT_MADE = "not_made"  # it failed, and the money is still with the restaurant
    CAME_BACK = "came_back"  # it was made, and the bank sent it back


@dataclass(frozen=True, slots=True)
class GuestRefund:
    """A refund with its dishes: quantity and line. A refund of the whole payment lists none."""

    refund: Refund
    view: RefundView
    dishes: tuple[tuple[int, OrderLine], ...]


def guest_refunds(
    tenant: Tenant, payments: Sequence[Payment], refunds: Sequence[Refund]
) -> dict[UUID, GuestRefund]:
    """The refunds that guests are told of, by id. No query without refunds, one more for those that failed,
    and one for dishes."""
    if not refunds:
        return {}
    of = {payment.id: payment for payment in payments}
    lines = RefundLine.objects.filter(tenant=tenant, refund_id__in=[refund.id for refund in refunds])
    dishes: dict[UUID, list[RefundLine]] = {refund.id: [] for refund in refunds}
    for line in lines.select_related("order_line").order_by("order_line__position"):
        dishes[line.refund_id].append(line)
    swaps = _swaps(tenant, [line.order_line_id for rows in dishes.values() for line in rows])
    failed = [refund.id for refund in refunds if refund.status == RefundStatus.FAILED]
    came_back = _came_back(tenant, failed) if failed else set()
    shown = {}
    for refund in refunds:
        payment = of[refund.payment_id]
        view = _view(refund, payment, refund.id in came_back)
        if view is not None:
            rows = [] if refund.amount == payment.moved else dishes[refund.id]
            taken = swaps.get(refund.payment_id, {})
            named = tuple((row.quantity, as_swapped(row.order_line, taken)) for row in rows)
            shown[refund.id] = GuestRefund(refund, view, named)
    return shown


def _swaps(tenant: Tenant, line_ids: list[UUID]) -> dict[UUID | None, dict[UUID, LineSwap]]:
    """The dishes that the guest had instead, by the payment that counts for the order, and by line."""
    if not line_ids:
        return {}
    found: dict[UUID | None, dict[UUID, LineSwap]] = {}
    for swap in LineSwap.objects.filter(tenant=tenant, line_id__in=line_ids).select_related("order"):
        found.setdefault(swap.order.released_by_id, {})[swap.line_id] = swap
    return found


def _came_back(tenant: Tenant, failed: list[UUID]) -> set[UUID]:
    rows = LedgerEntry.objects.filter(tenant=tenant, kind=LedgerKind.REFUND_FAILED, source_id__in=failed)
    return set(rows.values_list("source_id", flat=True))


def _view(refund: Refund, payment: Payment, came_back: bool) -> RefundView | None:
    if refund.status == RefundStatus.SUCCEEDED:
        return RefundView.DONE
    if refund.status in (RefundStatus.CREATED, RefundStatus.PENDING):
        return RefundView.UNDER_WAY
    # One that staff have made good for by another refund is no news.
    if refund.status == RefundStatus.CANCELED or payment.refundable.minor < refund.amount_minor:
        return None
    return RefundView.CAME_BACK if came_back else RefundView.NOT_MADE
