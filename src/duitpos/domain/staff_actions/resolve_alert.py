"""Staff do something about an Alert."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from duitpos.domain.alerts.offers import ACTIONS, Action
from duitpos.domain.alerts.open import Resolution, resolve
from duitpos.domain.errors import Code, Conflict, Gone, Invalid
from duitpos.domain.menus.sell import put_back
from duitpos.domain.orders.advance import Actor, advance
from duitpos.domain.orders.board import hidden_test_orders
from duitpos.domain.orders.states import CANCELED, HELD, Because
from duitpos.domain.payments.refunds.refund import Reserved, reserve_refund, send_reserved
from duitpos.domain.payments.settlement.settle import look_at_siblings
from duitpos.domain.people.roles import Can, require
from duitpos.domain.staff_actions.link_payment import link_payment
from duitpos.domain.staff_actions.serve_order import send_to_kitchen
from duitpos.kit.clock import now
from duitpos.kit.facts import Facts, facts, quoted
from duitpos.kit.transact import transact
from duitpos.models import Alert, Membership, Order, Payment, Refund
from duitpos.models.alert import AlertKind
from duitpos.models.refund import RefundStatus


@dataclass(frozen=True, slots=True)
class Done:
    """How the alert ended, and the refund that was made for it."""

    how: Facts
    refund: Refund | None = None


def act(
    member: Membership, alert_id: UUID, action: str, reason: str = "", order_id: UUID | None = None
) -> Done:
    """Do it. `reason` explains "done"; `order_id` is the order to link money to.

    Forbidden, Gone, Invalid, Conflict when somebody was faster.
    """
    require(member, Can.RESOLVE_ALERTS)
    rows = Alert.objects.filter(tenant_id=member.tenant_id, id=alert_id)
    alert = rows.select_related("order__location", "payment").first()
    if alert is None:
        raise Gone(Code.ALERT_UNKNOWN)
    if alert.resolved_at is not None:
        raise Conflict(Code.ALERT_RESOLVED, resolution=alert.resolution)
    if action not in ACTIONS[alert.kind]:
        raise Invalid(Code.ACTION_NOT_OFFERED)
    if action == Action.REFUND:
        return _refund(member, alert, reason)
    if action == Action.SERVE:
        return transact(lambda: _serve(member, alert))
    if action == Action.PUT_BACK:
        return transact(lambda: _put_back(member, alert))
    if action == Action.LINK:
        return transact(lambda: _link(member, alert, order_id))
    return _close(member, alert, quoted(reason) or facts(Resolution.LOOKED_AT))


def _refund(member: Membership, alert: Alert, reason: str) -> Done:
    how, reserved = transact(lambda: _start_refund(member, alert, reason))
    refund = send_reserved(reserved)
    return Done(how, refund if reserved.is_new else None)


def _start_refund(member: Membership, alert: Alert, reason: str) -> tuple[Facts, Reserved]:
    """Reserve the money and close the question in one transaction: nobody can serve it in between."""
    if alert.payment_id is None:
        raise Invalid(Code.NO_PAYMENT_TO_REFUND)
    reserved = reserve_refund(member, alert.payment_id, reason or alert.kind)
    refund, order = reserved.refund, alert.order
    if order is not None:  # one that was still held would wait for ever: its money is on the way back
        at, why = now(), Because.REFUNDED
        if advance(order, HELD, CANCELED, Actor("staff", member), at, why, ended_at=at, cancel_reason=why):
            look_at_siblings(
                reserved.refund.payment, at
            )  # an attempt made at this moment is ended by the sweep (M63)
    if reserved.is_new:
        how = facts(Resolution.REFUND_STARTED, amount=refund.amount)
    elif refund.status == RefundStatus.SUCCEEDED:
        how = facts(Resolution.REFUNDED_ALREADY)
    else:
        # Closed when it arrives.
        return facts(Resolution.REFUND_UNDER_WAY, amount=refund.amount), reserved
    # If this refund fails, that opens an Alert of its own.
    return _close_as_first(member, alert, how).how, reserved


def _serve(member: Membership, alert: Alert) -> Done:
    order, payment = alert.order, alert.payment
    if order is None or payment is None:
        raise Invalid(Code.NO_ORDER_TO_SERVE)
    # Not the row as it was read: a refund that reserves the money meanwhile waits here, or this waits for it.
    mine = Payment.objects.filter(tenant_id=member.tenant_id, id=payment.id, refund_reserved_minor=0)
    if not mine.update(refund_reserved_minor=0):
        raise Conflict(Code.MONEY_ON_ITS_WAY_BACK)
    at = now()
    status = (
        Order.objects.filter(tenant_id=member.tenant_id, id=order.id).values_list("status", flat=True).get()
    )
    actor = Actor("staff", member)
    if hidden_test_orders(member.tenant_id).filter(id=order.id).exists():
        # It was placed before the restaurant went live, and left the board then: it is placed anew, by a person (M64).
        advance(order, status, CANCELED, actor, at, Because.TEST_ORDER, ended_at=at)
        status = CANCELED.value
    if status not in (HELD, CANCELED) or not send_to_kitchen(
        order, payment, actor, at, status, Because.SERVED_AFTER_ALL
    ):
        raise Conflict(Code.ORDER_IN_KITCHEN)
    how = facts(Resolution.SENT_TO_KITCHEN)
    # Served after all: no refund is due any more, and its dishes are needed.
    resolve(member.tenant_id, at, how, member=member, kind=AlertKind.REFUND_DUE, subject_id=payment.id)
    resolve(member.tenant_id, at, how, member=member, kind=AlertKind.STOCK_BACK, subject_id=order.id)
    return _close_as_first(member, alert, how)


def _put_back(member: Membership, alert: Alert) -> Done:
    """Closed first: of two who press it, one puts the dishes back."""
    done = _close_as_first(member, alert, facts(Resolution.PUT_BACK))
    order = alert.order
    if order is None:
        raise Invalid(Code.NO_ORDER_TO_PUT_BACK)
    put_back(order)
    return done


def _link(member: Membership, alert: Alert, order_id: UUID | None) -> Done:
    """Book money without an order on an order; if that order waits for it, it goes to the kitchen."""
    orders = Order.objects.filter(tenant_id=member.tenant_id, id__in=[order_id] if order_id else [])
    order, payment = orders.select_related("location").first(), alert.payment
    if order is None or payment is None:
        raise Invalid(Code.NO_ORDER_TO_LINK)
    link_payment(payment, order, Actor("staff", member), now())
    Alert.objects.filter(tenant_id=member.tenant_id, id=alert.id).update(order_id=order.id)
    number = order.label or str(order.id)
    return _close_as_first(member, alert, facts(Resolution.LINKED, number=number))


def _close_as_first(member: Membership, alert: Alert, how: Facts) -> Done:
    """In the deed's own transaction: who comes second, after a refund for example, takes the deed back."""
    if not resolve(member.tenant_id, now(), how, member=member, id=alert.id):
        raise Conflict(Code.ALERT_JUST_RESOLVED)
    return Done(how)


def _close(member: Membership, alert: Alert, how: Facts) -> Done:
    resolve(member.tenant_id, now(), how, member=member, id=alert.id)
    return Done(how)
