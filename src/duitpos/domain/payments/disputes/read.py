"""Read disputes for staff: the list, one with its money, and those whose deadline comes near."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Case, F, QuerySet, Value, When

from duitpos.domain.errors import Code, Gone
from duitpos.domain.payments.disputes.disputes import taken_by_bank
from duitpos.domain.payments.references import references_of
from duitpos.kit.money import Money
from duitpos.models import Dispute, LedgerEntry, Payment, PaymentReference, Tenant
from duitpos.models.dispute import DisputeStatus
from duitpos.models.ledger import LedgerKind
from duitpos.processors.references import Reference, References
from duitpos.processors.registry import ADAPTERS

PAGE = 50
TO_ANSWER = (DisputeStatus.NEEDS_RESPONSE, DisputeStatus.INQUIRY)
"""Staff can still answer these."""


@dataclass(frozen=True, slots=True)
class Movement:
    """Money that moved in the disputes of a payment. `kind` is one of LedgerKind."""

    kind: str
    amount: Money


@dataclass(frozen=True, slots=True)
class DisputeDetails:
    """A dispute with what it cost. `movements` are all of its payment's disputes: nearly always there is one.

    `address` is where it is answered at the processor; empty when that is not known.
    """

    dispute: Dispute
    taken: Money
    movements: tuple[Movement, ...]
    address: str
    processor: str


def disputes_page(tenant: Tenant, page: int = 0) -> tuple[list[Dispute], bool]:
    """Disputes that can be answered first, the most urgent on top, then newest first; and whether there are more."""
    rank = Case(When(status__in=TO_ANSWER, then=Value(0)), default=Value(1))
    urgent = Case(When(status__in=TO_ANSWER, then=F("respond_by")), default=None)
    rows = _with_orders(tenant).order_by(rank, urgent.asc(nulls_last=True), "-opened_at", "-id")
    found = list(rows[page * PAGE : (page + 1) * PAGE + 1])
    return found[:PAGE], len(found) > PAGE


def disputes_to_answer(tenant: Tenant) -> list[Dispute]:
    """Disputes that wait for an answer, the most urgent first. One query; there are rarely any."""
    rows = _with_orders(tenant).filter(status__in=TO_ANSWER)
    return list(rows.order_by(F("respond_by").asc(nulls_last=True), "opened_at")[:PAGE])


def dispute_details(tenant: Tenant, dispute_id: UUID) -> DisputeDetails:
    """One dispute. Raises Gone."""
    dispute = _with_orders(tenant).filter(id=dispute_id).first()
    if dispute is None:
        raise Gone(Code.DISPUTE_UNKNOWN)
    payment = dispute.payment
    rows = LedgerEntry.objects.filter(
        tenant=tenant,
        payment_id=payment.id,
        kind__in=(LedgerKind.DISPUTE, LedgerKind.DISPUTE_RETURN, LedgerKind.DISPUTE_FEE),
    ).order_by("at", "id")
    movements = tuple(
        Movement(kind, Money(minor, currency))
        for kind, minor, currency in rows.values_list("kind", "amount_minor", "currency")
    )
    kind, address = ADAPTERS.get(payment.account.processor), ""
    if kind is not None:
        address = kind.dispute_page(
            dispute.reference, references_of(payment), payment.account.api_base, is_test=payment.is_test
        )
    return DisputeDetails(
        dispute, taken_by_bank(payment), movements, address, kind.label if kind else payment.account.processor
    )


def payment_pages(tenant: Tenant, payments: Iterable[Payment]) -> dict[UUID, str]:
    """Each payment's page at its processor, by the payment's id, where it has one. One query; none without payments."""
    payments = list(payments)
    rows = PaymentReference.objects.filter(tenant=tenant, payment_id__in=[one.id for one in payments])
    named: dict[UUID, list[Reference]] = defaultdict(list)
    for row in rows.order_by("id") if payments else ():
        named[row.payment_id].append(Reference(row.kind, row.value))
    pages = {}
    for payment in payments:
        kind = ADAPTERS.get(payment.account.processor)
        references = References(payment.reference, tuple(named[payment.id]))
        page = (
            kind.payment_page(references, payment.account.api_base, is_test=payment.is_test) if kind else ""
        )
        if page:
            pages[payment.id] = page
    return pages


def _with_orders(tenant: Tenant) -> QuerySet[Dispute]:
    return Dispute.objects.filter(tenant=tenant).select_related(
        "payment__order__table",
        "payment__order__location",
        "payment__location",
        "payment__account",
        "payment__payment_type",
    )
