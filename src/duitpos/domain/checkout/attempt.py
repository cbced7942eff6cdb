"""Build a new attempt to pay an order: the payment row, with the processor request pinned in it (M4, M10)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from duitpos.domain.checkout.guest_checkout import GuestCheckout
from duitpos.domain.checkout.line_items import line_items
from duitpos.domain.checkout.options import PayOption
from duitpos.domain.payments.schedule import EVENTS_EVERY, FIRST_CHECK, is_enforced, session_ends
from duitpos.domain.tenancy.installation import installation
from duitpos.kit.clock import business_date, day_bounds
from duitpos.models import Order, OrderLine, Payment, ProcessorAccount
from duitpos.models.payment import PaymentStatus
from duitpos.processors.capabilities import WebhookAddress
from duitpos.processors.references import Correlation
from duitpos.processors.registry import adapter
from duitpos.processors.start import CheckoutRequest


def new_attempt(
    checkout: GuestCheckout, order: Order, lines: Sequence[OrderLine], option: PayOption, at: datetime
) -> Payment:
    """Return an unsaved payment in state `created`; one that staff take the money of is `pending` from the start."""
    if option.is_manual:
        return _manual_attempt(checkout, order, option, at)
    tenant, labels = checkout.tenant, checkout.labels
    kind = adapter(option.processor)
    has_own_address = kind.can.webhook_address is WebhookAddress.OWN
    expires_at = session_ends(kind.can.expiry, at)
    payment = Payment(
        tenant=tenant,
        order=order,
        account_id=option.account_id,
        payment_type_id=option.payment_type_id,
        location=checkout.table.location,
        is_test=option.is_test,
        amount_minor=order.total_minor,
        currency=order.currency,
        created_at=at,
        expires_at=expires_at,
        is_end_enforced=is_enforced(kind.can.expiry),
        next_check_at=at + FIRST_CHECK,
    )
    request = CheckoutRequest(
        correlation=Correlation(str(installation().id), str(tenant.id), str(payment.id)),
        amount_minor=order.total_minor,
        currency=order.currency,
        lines=line_items(lines, order, labels, order.tax_name, kind.can.lines),
        return_url=checkout.urls.back(order.token),
        cancel_url=checkout.urls.cancel(order.token),
        expires_at=int(expires_at.timestamp()),
        description=labels.description,
        locale=order.language,
        api_version=kind.api_version,
        webhook_url=checkout.urls.webhook(kind.name, str(option.account_id)) if has_own_address else "",
        payer=checkout.payer_for(option),
    )
    payment.checkout_request = request.to_json()
    return payment


def _manual_attempt(checkout: GuestCheckout, order: Order, option: PayOption, at: datetime) -> Payment:
    """It has no page, no end and nobody to ask; the sweep ends it when the trading day closes."""
    location = checkout.table.location
    day = business_date(at, location.time_zone, location.day_closes_at)
    return Payment(
        tenant=checkout.tenant,
        order=order,
        account_id=option.account_id,
        payment_type_id=option.payment_type_id,
        location=location,
        status=PaymentStatus.PENDING,
        is_test=option.is_test,
        amount_minor=order.total_minor,
        currency=order.currency,
        created_at=at,
        is_end_enforced=False,
        next_check_at=day_bounds(day, location.time_zone, location.day_closes_at)[1],
    )


def insert_attempt(payment: Payment) -> None:
    """Save a new attempt, in the caller's transaction. IntegrityError if the order has a live one.

    From now on its account is asked as often as usual, should it have been idle.
    """
    payment.save(force_insert=True)
    ProcessorAccount.objects.filter(
        tenant_id=payment.tenant_id, id=payment.account_id, idle_asks__gt=0
    ).update(idle_asks=0, next_events_at=payment.created_at + EVENTS_EVERY)
