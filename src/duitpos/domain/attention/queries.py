"""The list of what a person must look at."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from duitpos.domain.attention.offers import WORDS, Offer, offers
from duitpos.models import Attention, Tenant


@dataclass(frozen=True, slots=True)
class AttentionRow:
    """One of them, in words and with its buttons."""

    attention: Attention
    title: str
    text: str
    offers: tuple[Offer, ...]


def open_attentions(tenant: Tenant, order_id: UUID | None = None, limit: int = 100) -> list[AttentionRow]:
    """What is open, newest first; of one order, where given. One query."""
    rows = Attention.objects.filter(tenant=tenant, resolved_at__isnull=True)
    if order_id is not None:
        rows = rows.filter(order_id=order_id)
    rows = rows.select_related("order__location", "order__table", "payment", "account__payment_type")
    return [_row(attention) for attention in rows.order_by("-opened_at")[:limit]]


def attention_count(tenant: Tenant) -> int:
    """How many are open: the badge."""
    return Attention.objects.filter(tenant=tenant, resolved_at__isnull=True).count()


def _row(attention: Attention) -> AttentionRow:
    words = WORDS[attention.kind]
    return AttentionRow(attention, str(words.title), str(words.text), offers(attention.kind))
