"""A new attempt to pay an order: the row, with everything the processor will be asked pinned in it (M10)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from duitpos.domain.checkout.line_items import PricedLine, line_items
from duitpos.domain.checkout.options import PayOption
from duitpos.domain.payments.schedule import FIRST_CHECK, SESSION_LIFE
from duitpos.domain.tenancy.installation import installation
from duitpos.models import Location, Order, Payment, Tenant
from duitpos.models.payment_setup import Mode
from duitpos.processors.base import CheckoutRequest, Correlation


def new_attempt(
    tenant: Tenant,
    location: Location,
    order: Order,
    lines: Sequence[PricedLine],
    option: PayOption,
    at: datetime,
) -> Payment:
    """An unsaved payment in state `created`. IntegrityError at saving when the order has a live one already (M4)."""
    expires_at = at + SESSION_LIFE
    payment = Payment(
        tenant=tenant,
        order=order,
        account_id=option.account_id,
        payment_type_id=option.payment_type_id,
        location=location,
        is_test=option.mode == Mode.TEST,
        amount_minor=order.total_minor,
        currency=order.currency,
        created_at=at,
        expires_at=expires_at,
        next_check_at=at + FIRST_CHECK,
    )
    home = f"{settings.BASE_URL}/{tenant.slug}/pay"
    request = CheckoutRequest(
        correlation=Correlation(str(installation().id), str(tenant.id), str(payment.id)),
        amount_minor=order.total_minor,
        currency=order.currency,
        lines=line_items(lines, order, order.tax_name),
        success_url=f"{home}/return/{order.token}/?session_id={{REFERENCE}}",
        cancel_url=f"{home}/cancel/{order.token}/",
        expires_at=int(expires_at.timestamp()),
        description=_("Order at %(restaurant)s, %(location)s")
        % {"restaurant": tenant.name, "location": location.name},
        locale=order.language,
        api_version=option.api_version,
    )
    payment.checkout_request = request.to_json()
    return payment
