"""The list of what a person must look at."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Case, QuerySet, Value, When

from duitpos.domain.alerts.offers import WORDS, Offer, offers
from duitpos.models import Attention, Tenant
from duitpos.models.attention import AttentionKind

NO_MONEY_YET = (
    AttentionKind.STILL_PROCESSING,
    AttentionKind.NOT_AT_PROCESSOR,
    AttentionKind.KEY_REFUSED,
    AttentionKind.EVENT_FAILED,
    AttentionKind.KEY_REUSED,
    AttentionKind.START_REFUSED,
    AttentionKind.SWEEP_FAILED,
    AttentionKind.STOCK_BACK,
)
"""What is wrong without money that arrived. Many of these at once must not hide the money that a guest waits for."""
PAGE = 100


@dataclass(frozen=True, slots=True)
class AttentionRow:
    """One of them, in words and with its buttons."""

    attention: Attention
    title: str
    text: str
    offers: tuple[Offer, ...]


def open_attentions(
    tenant: Tenant, order_id: UUID | None = None, limit: int = PAGE, offset: int = 0
) -> list[AttentionRow]:
    """What is open, money first, then newest first; of one order, where given. One query."""
    rows = _open(tenant)
    if order_id is not None:
        rows = rows.filter(order_id=order_id)
    rank = Case(When(kind__in=NO_MONEY_YET, then=Value(1)), default=Value(0))
    found = rows.order_by(rank, "-opened_at", "-id")[offset : offset + limit]
    return [_row(attention) for attention in found]


def open_attention_row(tenant: Tenant, attention_id: UUID) -> AttentionRow | None:
    """One that is open, on whatever page it stands."""
    attention = _open(tenant).filter(id=attention_id).first()
    return None if attention is None else _row(attention)


def _open(tenant: Tenant) -> QuerySet[Attention]:
    rows = Attention.objects.filter(tenant=tenant, resolved_at__isnull=True)
    return rows.select_related("order__location", "order__table", "payment", "account__payment_type")


def attention_count(tenant: Tenant) -> int:
    """How many are open: the badge."""
    return Attention.objects.filter(tenant=tenant, resolved_at__isnull=True).count()


def _row(attention: Attention) -> AttentionRow:
    words = WORDS[attention.kind]
    return AttentionRow(attention, str(words.title), str(words.text), offers(attention.kind))
