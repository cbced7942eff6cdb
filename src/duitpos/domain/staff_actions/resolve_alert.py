"""Staff take an action on an Alert (M63, M64)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from duitpos.domain.alerts.offers import IN_KITCHEN, Action
from duitpos.domain.alerts.open import Resolution, resolve
from duitpos.domain.alerts.queries import row_of
from duitpos.domain.errors import Code, Conflict, Gone, Invalid
from duitpos.domain.menus.sell import put_back
from duitpos.domain.orders.advance import Actor, advance
from duitpos.domain.orders.board import hidden_test_orders
from duitpos.domain.orders.states import CANCELED, HELD, Because
from duitpos.domain.payments.refunds.refund import Reserved, Who, reserve_refund, send_reserved
from duitpos.domain.payments.refunds.refund_result import is_bad_news
from duitpos.domain.payments.refunds.send_refund import heal_refund
from duitpos.domain.payments.settlement.settle import look_at_siblings
from duitpos.domain.people.roles import Can, require
from duitpos.domain.reasons import Reason
from duitpos.domain.staff_actions.link_payment import link_payment
from duitpos.domain.staff_actions.refund_dishes import reserve_dishes, stop_cooking
from duitpos.domain.staff_actions.serve_order import send_to_kitchen
from duitpos.kit.clock import now
from duitpos.kit.facts import Facts, facts, quoted
from duitpos.kit.transact import transact
from duitpos.models import Alert, Membership, Order, Payment, Refund
from duitpos.models.alert import AlertKind
from duitpos.models.refund import RefundStatus


@dataclass(frozen=True, slots=True)
class Done:
    """How the alert was resolved, and the refund that was made for it."""

    how: Facts
    refund: Refund | None = None


def act(
    member: Membership, alert_id: UUID, action: str, reason: str = "", order_id: UUID | None = None
) -> Done:
    """Take the action. `reason` explains "done"; `order_id` is the order to link money to.

    Raises Forbidden, Gone, Invalid, and Conflict after a concurrent action.
    """
    require(member, Can.RESOLVE_ALERTS)
    rows = Alert.objects.filter(tenant_id=member.tenant_id, id=alert_id)
    alert = rows.select_related("order__location", "payment__account").first()
    if alert is None:
        raise Gone(Code.ALERT_UNKNOWN)
    if alert.resolved_at is not None:
        raise Conflict(Code.ALERT_RESOLVED, resolution=alert.resolution)
    offered = row_of(alert)
    if action not in offered.actions:
        # It may have been offered when the page was made.
        raise (action == Action.REFUND and offered.no_refund) or Invalid(Code.ACTION_NOT_OFFERED)
    take: Mapping[str, Callable[[], Done]] = {
        Action.REFUND: lambda: _refund(member, alert, reason),
        Action.REFUND_DISHES: lambda: _refund_dishes(member, alert),
        Action.HOLD: lambda: _hold(alert),
        Action.SERVE: lambda: transact(lambda: _serve(member, alert)),
        Action.PUT_BACK: lambda: transact(lambda: _put_back(member, alert)),
        Action.LINK: lambda: transact(lambda: _link(member, alert, order_id)),
        Action.DONE: lambda: _done(member, alert, reason),
    }
    return take[action]()


def _done(member: Membership, alert: Alert, reason: str) -> Done:
    if alert.kind == AlertKind.REFUND_FAILED:
        _give_up_if_unsure(alert)
    if alert.kind in IN_KITCHEN:
        # The guest may have chosen at the same moment: then nothing is served as it was.
        return transact(lambda: _resolve_once(member, alert, quoted(reason) or facts(Resolution.LOOKED_AT)))
    return _resolve_if_open(member, alert, quoted(reason) or facts(Resolution.LOOKED_AT))


def _refund(member: Membership, alert: Alert, reason: str) -> Done:
    how, reserved = transact(lambda: _start_refund(member, alert, reason))
    refund = send_reserved(reserved)
    # Of an earlier refund that ended unmade or is unsure, say that instead of "under way".
    has_news = reserved.is_new or is_bad_news(refund) or bool(refund.failure)
    return Done(how, refund if has_news else None)


def _start_refund(member: Membership, alert: Alert, reason: str) -> tuple[Facts, Reserved]:
    """Reserve the money and resolve the Alert in one transaction, so that no one can serve the order in between."""
    if alert.payment_id is None:
        raise Invalid(Code.NO_PAYMENT_TO_REFUND)
    reserved = reserve_refund(member, alert.payment_id, reason or alert.kind)
    refund, order = reserved.refund, alert.order
    # Cancel an order that is still held, because its money is being refunded.
    if order is not None:
        at, why = now(), Because.REFUNDED
        if advance(order, HELD, CANCELED, Actor("staff", member), at, why, ended_at=at, cancel_reason=why):
            # The sweep ends an attempt that the guest started concurrently.
            look_at_siblings(reserved.refund.payment, at)
        elif alert.kind == AlertKind.DOUBLE_ORDER:
            stop_cooking(order, Actor("staff", member), at)
    if reserved.is_new:
        how = facts(Resolution.REFUND_STARTED, amount=refund.amount)
    elif refund.status == RefundStatus.SUCCEEDED:
        how = facts(Resolution.REFUNDED_ALREADY)
    else:
        # The Alert is resolved when the refund succeeds.
        return facts(Resolution.REFUND_UNDER_WAY, amount=refund.amount), reserved
    # If this refund fails, another Alert opens.
    return _resolve_once(member, alert, how).how, reserved


def _refund_dishes(member: Membership, alert: Alert) -> Done:
    require(member, Can.REFUND)
    how, reserved = transact(
        lambda: reserve_dishes(
            alert, Who(member.tenant_id, member), lambda how: _resolve_once(member, alert, how)
        )
    )
    return Done(how, send_reserved(reserved))


def _hold(alert: Alert) -> Done:
    """Stop what would happen by itself. The alert stays open: a person decides."""
    waiting = Alert.objects.filter(
        tenant_id=alert.tenant_id, id=alert.id, resolved_at__isnull=True, policy_at__isnull=False
    )
    if not waiting.update(policy_at=None):
        raise Conflict(Code.ALERT_JUST_RESOLVED)
    return Done(facts(Resolution.HELD_BACK))


def _serve(member: Membership, alert: Alert) -> Done:
    order, payment = alert.order, alert.payment
    if order is None or payment is None:
        raise Invalid(Code.NO_ORDER_TO_SERVE)
    # A no-op update that locks the row and checks the guard, so that a concurrent refund cannot reserve the money.
    not_refunded = Payment.objects.filter(tenant_id=member.tenant_id, id=payment.id, refund_reserved_minor=0)
    if not not_refunded.update(refund_reserved_minor=0):
        raise Conflict(Code.MONEY_ON_ITS_WAY_BACK)
    at = now()
    status = (
        Order.objects.filter(tenant_id=member.tenant_id, id=order.id).values_list("status", flat=True).get()
    )
    actor = Actor("staff", member)
    if hidden_test_orders(member.tenant_id).filter(id=order.id).exists():
        # The restaurant went live after the order was placed, so the board hides it. Cancel it, then place it again.
        advance(order, status, CANCELED, actor, at, Because.TEST_ORDER, ended_at=at)
        status = CANCELED.value
    if status not in (HELD, CANCELED) or not send_to_kitchen(
        order, payment, actor, at, status, Because.SERVED_AFTER_ALL
    ):
        raise Conflict(Code.ORDER_IN_KITCHEN)
    how = facts(Resolution.SENT_TO_KITCHEN)
    # The order is served after all, so no refund is due and its dishes stay taken.
    resolve(member.tenant_id, at, how, member=member, kind=AlertKind.REFUND_DUE, subject_id=payment.id)
    resolve(member.tenant_id, at, how, member=member, kind=AlertKind.STOCK_BACK, subject_id=order.id)
    return _resolve_once(member, alert, how)


def _put_back(member: Membership, alert: Alert) -> Done:
    """Resolve the Alert first, so that concurrent requests put the dishes back once."""
    done = _resolve_once(member, alert, facts(Resolution.PUT_BACK))
    order = alert.order
    if order is None:
        raise Invalid(Code.NO_ORDER_TO_PUT_BACK)
    put_back(order)
    return done


def _link(member: Membership, alert: Alert, order_id: UUID | None) -> Done:
    """Link a payment without an order to an order; a held order goes to the kitchen."""
    orders = Order.objects.filter(tenant_id=member.tenant_id, id__in=[order_id] if order_id else [])
    order, payment = orders.select_related("location").first(), alert.payment
    if order is None or payment is None:
        raise Invalid(Code.NO_ORDER_TO_LINK)
    link_payment(payment, order, Actor("staff", member), now())
    Alert.objects.filter(tenant_id=member.tenant_id, id=alert.id).update(order_id=order.id)
    number = order.label or str(order.id)
    return _resolve_once(member, alert, facts(Resolution.LINKED, number=number))


def _give_up_if_unsure(alert: Alert) -> None:
    """End a refund that nobody can say was made, because staff have compared; otherwise it would wait for ever."""
    rows = Refund.objects.filter(tenant_id=alert.tenant_id, id=alert.subject_id, status=RefundStatus.CREATED)
    refund = rows.first()
    if refund is None or refund.failure.get("code") != Reason.REFUND_UNSURE:
        return
    heal_refund(refund, is_pressed=True)
    if rows.exists():
        raise Conflict(Code.CHECK_NOT_ANSWERED)


def _resolve_once(member: Membership, alert: Alert, how: Facts) -> Done:
    """Resolve the Alert in the action's transaction; Conflict rolls the action back if it is resolved already."""
    if not resolve(member.tenant_id, now(), how, member=member, id=alert.id):
        raise Conflict(Code.ALERT_JUST_RESOLVED)
    return Done(how)


def _resolve_if_open(member: Membership, alert: Alert, how: Facts) -> Done:
    resolve(member.tenant_id, now(), how, member=member, id=alert.id)
    return Done(how)
