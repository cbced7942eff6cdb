"""Paid orders, refunds and disputes as they stand in the books, at any time: what reports are computed from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from duitpos.domain.payments.refunds.refunded_lines import Chosen, insert_refund
from duitpos.domain.payments.settlement.ledger import book_dispute, book_payment, book_refund
from duitpos.kit.clock import business_date
from duitpos.kit.ids import secret_token, uuid7
from duitpos.kit.money import Money
from duitpos.models import Location, MenuItem, Order, OrderLine, Payment, ProcessorAccount, Refund
from duitpos.models.ledger import LedgerKind
from duitpos.models.payment_setup import AccountState, Mode
from tests.support.restaurant import Restaurant, a_restaurant, a_table, an_item, online_type


@dataclass
class Books:
    """A restaurant whose books are written by a test."""

    restaurant: Restaurant
    account: ProcessorAccount
    items: list[MenuItem]

    def day(self, at: datetime, location: Location | None = None) -> Any:
        site = location or self.restaurant.location
        return business_date(at, site.time_zone, site.day_closes_at)

    def paid(self, at: datetime, *quantities: int, guest: str = "", **fields: Any) -> Payment:
        """An order of these numbers of each item, paid at `at`. `counts=False`: the money came a second time."""
        counts = fields.pop("counts", True)
        location = fields.pop("location", self.restaurant.location)
        is_test = fields.pop("is_test", False)
        chosen = [(item, number) for item, number in zip(self.items, quantities, strict=False) if number]
        subtotal = sum(item.price_minor * number for item, number in chosen)
        service, tax = fields.pop("service_charge_minor", 0), fields.pop("tax_minor", 0)
        inside = fields.get("tax_is_inclusive", False)
        order = Order.objects.create(
            tenant=self.restaurant.tenant,
            location=location,
            table=self.table(location),
            is_test=is_test,
            guest_token=guest or secret_token(),
            checkout_key=secret_token(),
            contents="digest",
            currency="MYR",
            subtotal_minor=subtotal,
            service_charge_minor=service,
            tax_minor=tax,
            total_minor=subtotal + service + (0 if inside else tax),
            status=fields.pop("status", "placed"),
            created_at=at,
            **fields,
        )
        for position, (item, number) in enumerate(chosen):
            self._line(order, position, item, number)
        payment = self.money(at, order.total_minor, order, location=location, is_test=is_test)
        if counts:
            Order.objects.filter(tenant=order.tenant, id=order.id).update(released_by=payment)
        return payment

    def money(self, at: datetime, minor: int, order: Order | None, **fields: Any) -> Payment:
        """Money that arrived, with its ledger row."""
        payment = Payment.objects.create(
            tenant=self.restaurant.tenant,
            order=order,
            account=self.account,
            payment_type=self.account.payment_type,
            status="succeeded",
            amount_minor=minor,
            currency="MYR",
            moved_minor=minor,
            moved_currency="MYR",
            method={"kind": "card", "brand": "visa", "last4": "4242"},
            created_at=at,
            settled_at=at,
            business_date=self.day(at, fields.get("location")),
            **fields,
        )
        book_payment(payment, at, self.day(at, payment.location))
        return payment

    def refunded(self, payment: Payment, at: datetime, minor: int, chosen: Chosen | None = None) -> Refund:
        """A refund that was made, of these lines or of an amount."""
        refund = Refund(
            tenant_id=payment.tenant_id,
            payment=payment,
            status="succeeded",
            amount_minor=minor,
            currency="MYR",
            member=self.restaurant.owner,
            created_at=at,
        )
        insert_refund(refund, chosen)
        book_refund(refund, payment, LedgerKind.REFUND, at, self.day(at, payment.location))
        return refund

    def came_back(self, refund: Refund, at: datetime) -> None:
        """The bank sent the refund back."""
        Refund.objects.filter(tenant=refund.tenant_id, id=refund.id).update(status="failed")
        book_refund(
            refund, refund.payment, LedgerKind.REFUND_FAILED, at, self.day(at, refund.payment.location)
        )

    def disputed(self, payment: Payment, at: datetime, minor: int, fee: int) -> None:
        """The guest's bank took money back, and the processor its fee."""
        day, source = self.day(at, payment.location), uuid7()
        book_dispute(source, payment, LedgerKind.DISPUTE, Money(-minor, "MYR"), at, day)
        book_dispute(source, payment, LedgerKind.DISPUTE_FEE, Money(-fee, "MYR"), at, day)

    def table(self, location: Location) -> Any:
        """The location's table."""
        return location.tables.first() or a_table(location)

    def _line(self, order: Order, position: int, item: MenuItem, number: int) -> None:
        OrderLine.objects.create(
            tenant_id=order.tenant_id,
            order=order,
            position=position,
            item=item,
            name=item.name,
            quantity=number,
            unit_price_minor=item.price_minor,
            total_minor=item.price_minor * number,
            tax_bp=order.tax_bp,
        )


def some_books(slug: str = "kopi", **rules: Any) -> Books:
    """A new restaurant with two dishes and a live account."""
    return books_of(a_restaurant(slug, **rules))


def books_of(restaurant: Restaurant) -> Books:
    """The same for a restaurant that is there."""
    tenant = restaurant.tenant
    account = ProcessorAccount.objects.create(
        tenant=tenant,
        payment_type=online_type(tenant),
        processor="stripe",
        external_id=f"acct_{tenant.slug}",
        mode=Mode.LIVE,
        state=AccountState.ACTIVE,
    )
    return Books(restaurant, account, [an_item(tenant, "Laksa", 1290), an_item(tenant, "Teh tarik", 350)])
