"""Insert an order as it was priced. Its status is held, so no board shows it before it is paid (M3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from duitpos.domain.orders.pricing import Quote
from duitpos.domain.orders.states import HELD
from duitpos.models import Location, Order, OrderEvent, OrderLine, Table, Tenant


@dataclass(frozen=True, slots=True)
class Placing:
    """Who orders what, where. `contents` is the cart's hash, `checkout_key` its key."""

    tenant: Tenant
    location: Location
    table: Table
    guest_token: str
    checkout_key: str
    contents: str
    note: str
    quote: Quote
    is_test: bool
    replaces: Order | None
    is_unknown_phone: bool
    at: datetime
    scanned_at: datetime | None = None
    """When the phone had loaded the menu, where its cookie tells."""
    language: str = "en"
    """The guest's language, in which `quote` has names, too."""


def place(placing: Placing) -> Order:
    """Insert the order and its lines in the caller's transaction. Raises IntegrityError if the key has an order."""
    totals, location = placing.quote.totals, placing.location
    order = Order.objects.create(
        tenant=placing.tenant,
        location=location,
        table=placing.table,
        status=HELD,
        is_test=placing.is_test,
        guest_token=placing.guest_token,
        checkout_key=placing.checkout_key,
        contents=placing.contents,
        replaces=placing.replaces,
        is_unknown_phone=placing.is_unknown_phone,
        note=placing.note,
        language=placing.language,
        currency=placing.quote.currency,
        subtotal_minor=totals.subtotal_minor,
        service_charge_minor=totals.service_charge_minor,
        tax_minor=totals.tax_minor,
        total_minor=totals.total_minor,
        service_charge_bp=location.service_charge_bp,
        tax_bp=location.tax_bp,
        tax_name=location.tax_name,
        tax_is_inclusive=location.tax_is_inclusive,
        tax_on_service_charge=location.tax_on_service_charge,
        scanned_at=placing.scanned_at,
        created_at=placing.at,
    )
    lines = list(placing.quote.lines)
    for position, line in enumerate(lines):
        line.tenant, line.order, line.position = placing.tenant, order, position
    OrderLine.objects.bulk_create(lines)
    OrderEvent.objects.create(
        tenant=placing.tenant, order=order, at=placing.at, actor="guest", to_status=HELD, reason=""
    )
    return order
