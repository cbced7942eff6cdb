"""An order that waits for its payment, and the processor's event that it is paid."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.db import transaction

from duitpos.domain.orders.advance import Actor
from duitpos.domain.payments.events.load_context import VerifiedEvent
from duitpos.domain.tenancy.installation import installation
from duitpos.kit.clock import now
from duitpos.kit.ids import secret_token
from duitpos.kit.money import Money
from duitpos.kit.tenancy import TenantModel
from duitpos.models import MenuItem, Order, OrderLine, Payment, ProcessorAccount
from duitpos.models.payment_setup import AccountState, Mode
from duitpos.processors.events import EventKind, ProcessorEvent
from duitpos.processors.references import Correlation, References
from duitpos.processors.snapshots import PaymentSnapshot, SnapshotState
from tests.support.restaurant import Restaurant, a_restaurant, a_table, an_item, online_type

PAGE_ID = "cs_test_a1"
PRICE = 1250


@dataclass(frozen=True)
class Waiting:
    """A held order, its pending payment, and everything that they belong to."""

    restaurant: Restaurant
    account: ProcessorAccount
    item: MenuItem
    order: Order
    payment: Payment

    def snapshot(self, **changes: Any) -> PaymentSnapshot:
        """What the processor says: paid a few seconds ago, by a guest who left an address."""
        usual = PaymentSnapshot(
            references=References.named(PAGE_ID, payment_intent="pi_1"),
            state=SnapshotState.PAID,
            amount=Money(PRICE, "MYR"),
            is_live=False,
            correlation=self.correlation,
            paid_at=now() - timedelta(seconds=3),
            guest_email="guest@example.com",
        )
        return replace(usual, **changes)

    def event(self, snapshot: PaymentSnapshot | None = None, **changes: Any) -> VerifiedEvent:
        """The verified event with this snapshot."""
        usual = ProcessorEvent(
            dedupe_key="evt_1",
            type="checkout.session.completed",
            kind=EventKind.PAYMENT,
            is_live=False,
            created_at=now(),
            correlation=self.correlation,
            references=References(PAGE_ID),
            payment=snapshot or self.snapshot(),
            body='{"id": "evt_1"}',
        )
        # Read again, since a test may have changed the row.
        account = ProcessorAccount.objects.get(tenant=self.restaurant.tenant, id=self.account.id)
        return VerifiedEvent(self.restaurant.tenant, account, replace(usual, **changes), Actor("webhook"))

    @property
    def correlation(self) -> Correlation:
        """Our ids at the processor."""
        return Correlation(str(installation().id), str(self.restaurant.tenant.id), str(self.payment.id))


def an_order_that_waits(slug: str = "kopi") -> Waiting:
    """An order for one dish, whose guest is on the processor's page."""
    restaurant = a_restaurant(slug)
    tenant, item = restaurant.tenant, an_item(restaurant.tenant, "Nasi lemak", PRICE)
    account = ProcessorAccount.objects.create(
        tenant=tenant,
        payment_type=online_type(tenant),
        processor="stripe",
        external_id="acct_1",
        mode=Mode.TEST,
        state=AccountState.ACTIVE,
    )
    order = Order.objects.create(
        tenant=tenant,
        location=restaurant.location,
        table=a_table(restaurant.location),
        is_test=True,
        guest_token=secret_token(),
        checkout_key=secret_token(),
        contents="digest",
        currency="MYR",
        subtotal_minor=PRICE,
        total_minor=PRICE,
        created_at=now(),
    )
    OrderLine.objects.create(
        tenant=tenant,
        order=order,
        position=0,
        item=item,
        name=item.name,
        quantity=1,
        unit_price_minor=PRICE,
        total_minor=PRICE,
    )
    return Waiting(restaurant, account, item, order, a_payment(order, account, reference=PAGE_ID))


def a_payment(order: Order, account: ProcessorAccount, **fields: Any) -> Payment:
    """A pending payment of the order."""
    usual: dict[str, Any] = {
        "status": "pending",
        "is_test": True,
        "amount_minor": PRICE,
        "currency": "MYR",
        "created_at": now(),
        "next_check_at": now(),
    }
    return Payment.objects.create(
        tenant_id=order.tenant_id,
        order=order,
        account=account,
        payment_type=account.payment_type,
        location=order.location,
        **{**usual, **fields},
    )


@contextmanager
def undone() -> Iterator[None]:
    """Undo everything that is written inside, in a test whose own transaction is open."""
    point = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(point)


def all_rows(tenant_id: Any, unlike: frozenset[str] = frozenset()) -> dict[str, list[str]]:
    """Every row of the restaurant, by table, as texts without their own ids.

    New rows have new ids wherever they are named, so a column that names another row tells only whether it was known
    (`unlike`: ids that were there before).
    """
    return {
        model.__name__: sorted(
            str({name: _told(value, unlike) for name, value in row.items() if name != "id"})
            for row in model._default_manager.filter(tenant_id=tenant_id).values()
        )
        for model in apps.get_models()
        if issubclass(model, TenantModel)
    }


def ids_of(tenant_id: Any) -> frozenset[str]:
    """The ids of all rows of the restaurant."""
    return frozenset(
        str(row)
        for model in apps.get_models()
        if issubclass(model, TenantModel)
        for row in model._default_manager.filter(tenant_id=tenant_id).values_list("id", flat=True)
    )


def _told(value: object, known: frozenset[str]) -> object:
    is_id = type(value).__name__ == "UUID"
    return "new" if is_id and str(value) not in known else value
