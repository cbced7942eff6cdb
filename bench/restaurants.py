"""Restaurants with guests on the payment page: the rows that a confirm needs.

Every identifier in a confirm's statements ends in the twelve digits of its restaurant or its order, so that
statements.py can turn one confirm's statements into any other's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from duitpos.domain.orders.states import HELD
from duitpos.domain.tenancy.installation import installation
from duitpos.kit.clock import now
from duitpos.models import (
    Location,
    MenuItem,
    MenuSection,
    Order,
    OrderLine,
    Payment,
    PaymentType,
    ProcessorAccount,
    Table,
    Tenant,
)
from duitpos.models.credentials import StoredCredentials
from duitpos.models.payment import PaymentStatus
from duitpos.models.payment_setup import AccountState
from duitpos.processors.references import Correlation
from duitpos.processors.start import CheckoutRequest, LineItem

SECRET = "whsec_4Xk0yJzWq2bVn8RtLpE6sHcA1uDfGm3o"
AMOUNT = 3160
"""Minor units: the sum of `_LINES`."""
_LINES = (("Nasi lemak", 1250, 2), ("Teh tarik", 660, 1))

FIRST_RESTAURANT = 200_000_000_000
FIRST_ORDER = 100_000_000_000


def row_id(kind: int, number: int) -> UUID:
    """A row's id, whose text ends in `number`."""
    return UUID(f"{kind:08x}-0000-7000-8000-{number:012d}")


TENANT, LOCATION, TYPE, ACCOUNT, TABLE, ITEM, SECTION, ORDER, PAYMENT = range(1, 10)


@dataclass(frozen=True)
class Pending:
    """One guest on the payment page: the twelve-digit numbers of the order and the restaurant."""

    order: int
    restaurant: int

    @property
    def reference(self) -> str:
        """The checkout session's id."""
        return f"cs_test_a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0u1V2w3X4y5{self.order}"

    @property
    def mark(self) -> Correlation:
        """The correlation in the session's metadata."""
        return Correlation(
            str(installation().id), str(row_id(TENANT, self.restaurant)), str(row_id(PAYMENT, self.order))
        )


def slug_of(restaurant: int) -> str:
    """The restaurant's slug."""
    return f"cafe-{restaurant}"


def open_restaurants(count: int) -> list[int]:
    """Create restaurants with online payment; returns their numbers."""
    numbers = list(range(FIRST_RESTAURANT, FIRST_RESTAURANT + count))
    for number in numbers:
        tenant = Tenant.objects.create(id=row_id(TENANT, number), slug=slug_of(number), name="Kopi & Co")
        kind = PaymentType.objects.create(
            id=row_id(TYPE, number), tenant=tenant, code="ONLINE", name="Online Payment"
        )
        account = ProcessorAccount(
            id=row_id(ACCOUNT, number),
            tenant=tenant,
            payment_type=kind,
            processor="stripe",
            external_id=f"acct_1Sabcd{number}",
            state=AccountState.ACTIVE,
            country="MY",
            currency="MYR",
            can_charge=True,
        )
        account.seal_credentials(
            StoredCredentials({"secret_key": f"sk_test_51Sabcd{number}", "webhook_secret": SECRET})
        )
        account.save(force_insert=True)
        location = Location.objects.create(
            id=row_id(LOCATION, number), tenant=tenant, name="Bangsar", slug="bangsar"
        )
        Table.objects.create(id=row_id(TABLE, number), tenant=tenant, location=location, name="1")
        section = MenuSection.objects.create(id=row_id(SECTION, number), tenant=tenant, name="Food")
        MenuItem.objects.create(
            id=row_id(ITEM, number),
            tenant=tenant,
            section=section,
            name="Nasi lemak",
            price_minor=1250,
            currency="MYR",
        )
    return numbers


def seat_guests(restaurants: Sequence[int], first: int, count: int) -> list[Pending]:
    """Create orders `first`, `first` + 1 … with a pending payment each, distributed evenly over the restaurants."""
    guests = [Pending(first + i, restaurants[i % len(restaurants)]) for i in range(count)]
    for start in range(0, count, 500):
        some = guests[start : start + 500]
        Order.objects.bulk_create([_order(guest) for guest in some])
        OrderLine.objects.bulk_create([line for guest in some for line in _lines(guest)])
        Payment.objects.bulk_create([_payment(guest) for guest in some])
    return guests


def _order(guest: Pending) -> Order:
    return Order(
        id=row_id(ORDER, guest.order),
        tenant_id=row_id(TENANT, guest.restaurant),
        location_id=row_id(LOCATION, guest.restaurant),
        table_id=row_id(TABLE, guest.restaurant),
        status=HELD,
        is_test=True,
        token=f"token-{guest.order}",
        guest_token=f"guest-{guest.order}",
        checkout_key=f"key-{guest.order}",
        contents="0" * 64,
        currency="MYR",
        subtotal_minor=AMOUNT,
        total_minor=AMOUNT,
        created_at=now(),
    )


def _lines(guest: Pending) -> Iterator[OrderLine]:
    for position, (name, price, quantity) in enumerate(_LINES):
        yield OrderLine(
            tenant_id=row_id(TENANT, guest.restaurant),
            order_id=row_id(ORDER, guest.order),
            position=position,
            item_id=row_id(ITEM, guest.restaurant),
            name=name,
            quantity=quantity,
            unit_price_minor=price,
            total_minor=price * quantity,
        )


def _payment(guest: Pending) -> Payment:
    at = now()
    request = CheckoutRequest(
        correlation=guest.mark,
        amount_minor=AMOUNT,
        currency="MYR",
        lines=tuple(LineItem(*line) for line in _LINES),
        return_url=f"https://bench.example/{slug_of(guest.restaurant)}/pay/return/token-{guest.order}/",
        cancel_url=f"https://bench.example/{slug_of(guest.restaurant)}/pay/cancel/token-{guest.order}/",
        expires_at=int((at + timedelta(minutes=45)).timestamp()),
        description="Order at Kopi & Co, Bangsar",
        locale="en",
    )
    return Payment(
        id=row_id(PAYMENT, guest.order),
        tenant_id=row_id(TENANT, guest.restaurant),
        order_id=row_id(ORDER, guest.order),
        account_id=row_id(ACCOUNT, guest.restaurant),
        payment_type_id=row_id(TYPE, guest.restaurant),
        location_id=row_id(LOCATION, guest.restaurant),
        status=PaymentStatus.PENDING,
        is_test=True,
        amount_minor=AMOUNT,
        currency="MYR",
        created_at=at,
        checkout_request=request.to_json(),
        expires_at=at + timedelta(minutes=45),
        reference=guest.reference,
        next_step={"redirect": f"https://checkout.stripe.com/c/pay/{guest.reference}"},
        next_check_at=at + timedelta(minutes=45),
    )
