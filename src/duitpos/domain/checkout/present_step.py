"""How the guest goes on with a started payment, after a reload, from a link and while a code is shown (M27)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from duitpos.domain.checkout.handle_return import fetch_unless_recent
from duitpos.domain.checkout.results import NextStep, ShowCode
from duitpos.domain.errors import Code, Gone
from duitpos.domain.orders.advance import is_unpaid
from duitpos.domain.orders.board import takes_real_money
from duitpos.domain.orders.guest_view import order_of_token
from duitpos.domain.payments.settlement.fetch import latest_of
from duitpos.kit.clock import now
from duitpos.models import Order, Payment, Tenant
from duitpos.models.payment import PaymentStatus
from duitpos.processors.registry import adapter
from duitpos.processors.start import next_step_from_json


@dataclass(frozen=True, slots=True)
class PresentStep:
    """The step of the order's live attempt; None when there is nothing to pay now: show the order's page.

    `ends_at`: until when a code can be paid. `is_unsure`: the processor did not answer whether it is paid already.
    """

    order: Order
    step: NextStep | None
    label: str = ""
    ends_at: datetime | None = None
    is_unsure: bool = False


def present_step(tenant: Tenant, order_token: str) -> PresentStep:
    """Return the step, after asking the processor whether the attempt is still open. Raises Gone.

    Repeated requests are throttled as for the return.
    """
    order = order_of_token(tenant, order_token)
    payment = latest_of(order.id, tenant.id)
    # A code that is over is asked about too: the processor may have renewed it.
    if payment is None or _stored_step(payment, order) is None:
        return PresentStep(order, None)
    fetch_unless_recent(payment)
    order = order_of_token(tenant, order_token)
    payment = latest_of(order.id, tenant.id)
    step = step_of(payment, order) if payment is not None else None
    if payment is None or step is None:
        return PresentStep(order, None)
    # A code goes on being shown, with a warning. The processor's own page might take the money a second time.
    if payment.last_problem and not isinstance(step, ShowCode):
        return PresentStep(order, None)
    return PresentStep(
        order,
        step,
        adapter(payment.account.processor).label,
        ends_at=_ends_at(step, payment) if isinstance(step, ShowCode) else None,
        is_unsure=bool(payment.last_problem),
    )


def shown_code(tenant: Tenant, order_token: str) -> ShowCode:
    """Return the code of the order's live attempt, without asking the processor. Raises Gone if there is none."""
    order = order_of_token(tenant, order_token)
    payment = latest_of(order.id, tenant.id)
    step = step_of(payment, order) if payment is not None else None
    if not isinstance(step, ShowCode):
        raise Gone(Code.PAYMENT_CLOSED)
    return step


def step_of(payment: Payment, order: Order) -> NextStep | None:
    """Return how the guest goes on with this payment of the order; None when it may not be paid now."""
    step = _stored_step(payment, order)
    if isinstance(step, ShowCode) and _is_over(_ends_at(step, payment)):
        return None
    return step


def _stored_step(payment: Payment, order: Order) -> NextStep | None:
    """Return the step of a payment that may be paid, whether or not its code is over."""
    if payment.status != PaymentStatus.PENDING or payment.is_processing or not is_unpaid(order):
        return None
    # With a live account in use, no guest is sent to a test session, not even to one that is still open.
    if payment.is_test and takes_real_money(payment.tenant_id):
        return None
    return next_step_from_json(payment.next_step)


def _ends_at(code: ShowCode, payment: Payment) -> datetime | None:
    """The code's own end or the attempt's, whichever is earlier."""
    return min(filter(None, (code.expires_at, payment.expires_at)), default=None)


def _is_over(end: datetime | None) -> bool:
    return end is not None and end <= now()
