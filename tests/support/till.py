"""Cash that staff take, in a restaurant's books."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from duitpos.domain.payments.processors.manual_account import keep_manual_account
from duitpos.models import Payment, PaymentType, ProcessorAccount
from duitpos.models.payment_setup import PaymentKind
from tests.support.books import Books


def till_of(books: Books) -> Books:
    """The same books, whose payments are taken in cash."""
    tenant = books.restaurant.tenant
    kind, _ = PaymentType.objects.get_or_create(
        tenant=tenant, code="TILL", defaults={"name": "Till", "kind": PaymentKind.CASH}
    )
    account = ProcessorAccount.objects.get(tenant=tenant, id=keep_manual_account(kind))
    return Books(books.restaurant, account, books.items)


def cash(books: Books, at: datetime, *quantities: int, **fields: Any) -> Payment:
    """An order that was paid in cash."""
    return till_of(books).paid(at, *quantities, **fields)
