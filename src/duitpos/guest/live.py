"""The live part of an order's page: the number, what happens next, whether to pay again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from duitpos.domain.checkout.options import pay_options
from duitpos.domain.checkout.present_step import step_of
from duitpos.domain.orders.guest_refunds import RefundView
from duitpos.domain.orders.guest_view import FINAL, GuestOrder, GuestState
from duitpos.domain.orders.wait import usual_wait
from duitpos.guest.texts import heading_text, order_text, service_text, status_text, wait_text, waiting_text
from duitpos.guest.urls_of import again_url, pay_url
from duitpos.kit.clock import now
from duitpos.models import Tenant
from duitpos.models.order import OrderStatus
from duitpos.web.texts.refunds import dish_texts, guest_refund_text

_STEPS = (OrderStatus.PLACED, OrderStatus.PREPARING, OrderStatus.READY, OrderStatus.SERVED)
_TO_COME = _STEPS[:3]
MONEY_IS_HERE = frozenset(
    {
        GuestState.PAID,
        GuestState.NEEDS_STAFF,
        GuestState.LATE_CANCELED,
        GuestState.REFUNDING,
        GuestState.REFUNDED,
    }
)
LEAVES_THE_CART = MONEY_IS_HERE | {GuestState.PROCESSING}
"""States in which the phone forgets the order's cart: what is ordered next is another order."""
_LOOK = {
    GuestState.WAITING: ("waiting", "◷"),
    GuestState.AT_COUNTER: ("waiting", "◷"),
    GuestState.CHECKING: ("waiting", "◷"),
    GuestState.PROCESSING: ("waiting", "◷"),
    GuestState.PAID: ("ok", "✓"),
    GuestState.NEEDS_STAFF: ("attention", "!"),
    GuestState.LATE_CANCELED: ("attention", "!"),
    GuestState.NOT_PAID: ("failed", "✕"),
    GuestState.REFUNDING: ("waiting", "↩"),
    GuestState.REFUNDED: ("ok", "↩"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a paid order's way to the table."""

    word: str
    is_done: bool
    is_current: bool


@dataclass(frozen=True, slots=True)
class ShownRefund:
    """A refund in words. `is_bad`: the money did not arrive."""

    text: str
    dishes: list[str]
    credit_label: str
    is_bad: bool


def live_facts(tenant: Tenant, seen: GuestOrder) -> dict[str, Any]:
    """Template context of the live part. One query at most (orders/wait.py)."""
    look, icon = _LOOK[seen.state]
    is_paid = seen.state in MONEY_IS_HERE
    to_pay = seen.state in (GuestState.WAITING, GuestState.NOT_PAID) or (
        seen.state == GuestState.AT_COUNTER and _may_still_choose(tenant, seen)
    )
    return {
        "seen": seen,
        "order": seen.order,
        "heading": heading_text(seen),
        "message": order_text(seen),
        "by_itself": waiting_text(seen),
        "look": look,
        "icon": icon,
        "steps": _steps(seen),
        "next_steps": next_steps(tenant, seen),
        "is_paid": is_paid,
        "leaves_cart": seen.state in LEAVES_THE_CART,
        "is_over": seen.state in FINAL or seen.order.status == OrderStatus.SERVED,
        "pay_url": pay_url(tenant, seen.order) if can_go_on(seen) else "",
        "again_url": again_url(tenant, seen.order, seen.table) if to_pay else "",
        "refunds": [
            ShownRefund(
                guest_refund_text(told, seen.location.locale),
                dish_texts(told),
                told.refund.credit_label,
                told.view in (RefundView.NOT_MADE, RefundView.CAME_BACK),
            )
            for told in seen.told
        ],
    }


def next_steps(tenant: Tenant, seen: GuestOrder) -> list[str]:
    """How long a paid order still takes, and how it reaches the guest. They change without a change of the order."""
    order = seen.order
    if seen.state != GuestState.PAID or order.status not in _TO_COME:
        return []
    texts = []
    usual = usual_wait(tenant, seen.location) if order.status != OrderStatus.READY else None
    if usual is not None and order.placed_at is not None:
        # In steps of five minutes, because a screen reader reads the whole part aloud whenever it changes.
        texts.append(wait_text(usual, (now() - order.placed_at) // timedelta(minutes=5) * 5))
    service = service_text(seen.location.service_style, is_ready=order.status == OrderStatus.READY)
    return [*texts, service] if service else texts


def _may_still_choose(tenant: Tenant, seen: GuestOrder) -> bool:
    """Whether an order that waits at the counter can be changed, or be paid online after all."""
    if seen.order.status == OrderStatus.HELD:
        return True
    return any(not option.is_manual for option in pay_options(tenant, seen.location))


def can_go_on(seen: GuestOrder) -> bool:
    """Whether the guest can go on with the payment that was started."""
    if seen.state != GuestState.WAITING or seen.payment is None:
        return False
    return step_of(seen.payment, seen.order) is not None


def _steps(seen: GuestOrder) -> list[Step]:
    if seen.state not in (GuestState.PAID, GuestState.AT_COUNTER) or seen.order.status not in _STEPS:
        return []
    at = _STEPS.index(OrderStatus(seen.order.status))
    return [Step(status_text(step), number < at, number == at) for number, step in enumerate(_STEPS)]
