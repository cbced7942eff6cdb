"""Orders, payments and events of any age, without a processor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from duitpos.kit.clock import now
from duitpos.kit.ids import secret_token
from duitpos.models import (
    Order,
    OrderEvent,
    OrderLine,
    OutboxEntry,
    Payment,
    PaymentDecline,
    PaymentReference,
    ProcessorAccount,
    ServiceCall,
    Tenant,
    WebhookEvent,
)
from duitpos.models.outbox import OutboxKind
from duitpos.models.service_call import CallKind
from tests.support.restaurant import Restaurant, a_restaurant, a_table, an_item, online_type

PAYER = {"email": "payer@example.com", "name": "Aminah", "phone": "+60"}


@dataclass
class Past:
    """A restaurant whose rows get any age, in days."""

    restaurant: Restaurant
    account: ProcessorAccount

    @property
    def tenant(self) -> Tenant:
        return self.restaurant.tenant

    def call(self, age: float, *, is_open: bool = False) -> ServiceCall:
        """A guest's call of `age` days ago, from a table of its own."""
        at = now() - timedelta(days=age)
        return ServiceCall.objects.create(
            tenant=self.tenant,
            location=self.restaurant.location,
            table=a_table(self.restaurant.location, secret_token()[:8]),
            kind=CallKind.STAFF,
            guest_token="guest",
            created_at=at,
            acknowledged_at=None if is_open else at,
        )

    def order(self, age: float, status: str = "canceled", **fields: Any) -> Order:
        """An order that ended `age` days ago, with a line and an event."""
        at = now() - timedelta(days=age)
        values: dict[str, Any] = {
            "tenant": self.tenant,
            "location": self.restaurant.location,
            "status": status,
            "guest_token": "guest",
            "checkout_key": secret_token(),
            "contents": "digest",
            "currency": "MYR",
            "subtotal_minor": 500,
            "total_minor": 500,
            "created_at": at,
            "ended_at": None if status == "held" else at,
        }
        order = Order.objects.create(**{**values, **fields})
        item = an_item(self.tenant, order.checkout_key[:20])
        OrderLine.objects.create(
            tenant=self.tenant,
            order=order,
            position=0,
            item=item,
            name="Roti",
            quantity=1,
            unit_price_minor=500,
            total_minor=500,
        )
        OrderEvent.objects.create(tenant=self.tenant, order=order, at=at, actor="sweep", to_status=status)
        return order

    def payment(self, order: Order, age: float, status: str = "canceled", **fields: Any) -> Payment:
        """A payment that ended `age` days ago, if its status says that it ended, with a decline and no next check."""
        at = now() - timedelta(days=age)
        values: dict[str, Any] = {
            "tenant": self.tenant,
            "order": order,
            "account": self.account,
            "payment_type": self.account.payment_type,
            "location": self.restaurant.location,
            "status": status,
            "amount_minor": 500,
            "currency": "MYR",
            "created_at": at,
            "settled_at": at if status == "succeeded" else None,
            "ended_at": at if status in ("failed", "canceled") else None,
        }
        payment = Payment.objects.create(**{**values, **fields})
        PaymentDecline.objects.create(tenant=self.tenant, payment=payment, reference="ch_1", at=at)
        PaymentReference.objects.create(
            tenant=self.tenant,
            payment=payment,
            account=payment.account,
            kind="payment_intent",
            value=secret_token(),
        )
        return payment

    def paid(self, age: float, email: str = "guest@example.com", **fields: Any) -> Payment:
        """A payment that succeeded `age` days ago, of an order that was served."""
        return self.payment(
            self.order(age, "served"), age, "succeeded", guest_email=email, reference=secret_token(), **fields
        )

    def receipt(self, payment: Payment, *, is_due: bool, **fields: Any) -> OutboxEntry:
        return OutboxEntry.objects.create(
            tenant=self.tenant,
            kind=OutboxKind.RECEIPT,
            subject_id=payment.id,
            order=payment.order,
            created_at=payment.created_at,
            due_at=now() + timedelta(hours=1) if is_due else None,
            **fields,
        )

    def event(
        self, age: float, state: str = "done", body: str = '{"email": "guest@example.com"}'
    ) -> WebhookEvent:
        return WebhookEvent.objects.create(
            tenant=self.tenant,
            account=self.account,
            dedupe_key=secret_token(),
            type="checkout.session.completed",
            state=state,
            outcome="settled",
            body=body,
            received_at=now() - timedelta(days=age),
        )


def a_past(slug: str = "kopi") -> Past:
    """A new restaurant with an account that asks no processor."""
    restaurant = a_restaurant(slug)
    account = ProcessorAccount.objects.create(
        tenant=restaurant.tenant,
        payment_type=online_type(restaurant.tenant),
        processor="stripe",
        external_id=f"acct_{slug}",
    )
    return Past(restaurant, account)
