"""Staff do something about an Attention."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from duitpos.domain.attention.offers import WORDS, Action
from duitpos.domain.attention.open import resolve
from duitpos.domain.errors import Conflict, Gone, Invalid
from duitpos.domain.orders.advance import Actor, advance
from duitpos.domain.orders.release import release
from duitpos.domain.orders.states import CANCELED, HELD
from duitpos.domain.payments.refund import refund_payment
from duitpos.domain.tenancy.roles import Can, require
from duitpos.kit.clock import now
from duitpos.kit.transact import transact
from duitpos.models import Attention, Membership, Order, Payment


def act(
    member: Membership, attention_id: UUID, action: str, reason: str = "", order_id: UUID | None = None
) -> str:
    """Do it and say what was done. `reason` explains "done"; `order_id` is the order to link money to.

    Forbidden, Gone, Invalid, Conflict when somebody was faster.
    """
    require(member, Can.RESOLVE_ATTENTION)
    rows = Attention.objects.filter(tenant_id=member.tenant_id, id=attention_id)
    attention = rows.select_related("order__location", "payment").first()
    if attention is None:
        raise Gone(_("There is no such entry."))
    if attention.resolved_at is not None:
        raise Conflict(_("Somebody has taken care of this already: %(how)s") % {"how": attention.resolution})
    if action not in WORDS[attention.kind].actions:
        raise Invalid(_("This cannot be done about it."))
    if action == Action.REFUND:
        return _refund(member, attention, reason)
    if action == Action.SERVE:
        return transact(lambda: _serve(member, attention))
    if action == Action.LINK:
        return transact(lambda: _link(member, attention, order_id))
    return _close(member, attention, reason or _("Looked at."))


def _refund(member: Membership, attention: Attention, reason: str) -> str:
    if attention.payment_id is None:
        raise Invalid(_("There is no payment to refund."))
    refund = refund_payment(member, attention.payment_id, reason or str(WORDS[attention.kind].title))
    order = attention.order
    if order is not None:  # one that was still held would wait for ever: its money is on the way back
        at, why = now(), _("refunded")
        transact(
            lambda: advance(
                order, HELD, CANCELED, Actor("staff", member), at, why, ended_at=at, cancel_reason=why
            )
        )
    said = _("Refund of %(amount)s started.") % {"amount": refund.amount}
    # If this refund fails, that opens an Attention of its own.
    _close(member, attention, said)
    return said


def _serve(member: Membership, attention: Attention) -> str:
    order, payment = attention.order, attention.payment
    if order is None or payment is None:
        raise Invalid(_("There is no order to serve."))
    status = (
        Order.objects.filter(tenant_id=member.tenant_id, id=order.id).values_list("status", flat=True).get()
    )
    actor = Actor("staff", member)
    if status not in (HELD, CANCELED) or not release(
        order, payment, order.location, actor, now(), status, _("served after all")
    ):
        raise Conflict(_("This order is in the kitchen already."))
    return _close_as_first(member, attention, _("Sent to the kitchen."))


def _link(member: Membership, attention: Attention, order_id: UUID | None) -> str:
    """Book money without an order on an order; if that order waits for it, it goes to the kitchen."""
    orders = Order.objects.filter(tenant_id=member.tenant_id, id__in=[order_id] if order_id else [])
    order, payment = orders.select_related("location").first(), attention.payment
    if order is None or payment is None:
        raise Invalid(_("Give the order that this money is for."))
    mine = Payment.objects.filter(tenant_id=member.tenant_id, id=payment.id, order__isnull=True)
    if not mine.update(order_id=order.id, location_id=order.location_id):
        raise Conflict(_("This money is linked to an order already."))
    release(order, payment, order.location, Actor("staff", member), now(), HELD, _("linked by staff"))
    Attention.objects.filter(tenant_id=member.tenant_id, id=attention.id).update(order_id=order.id)
    return _close_as_first(
        member, attention, _("Linked to order %(number)s.") % {"number": order.label or order.id}
    )


def _close_as_first(member: Membership, attention: Attention, how: str) -> str:
    """In the deed's own transaction: who comes second, after a refund for example, takes the deed back."""
    if not resolve(member.tenant_id, now(), how, member=member, id=attention.id):
        raise Conflict(_("Somebody has taken care of this already. Look at the order again."))
    return how


def _close(member: Membership, attention: Attention, how: str) -> str:
    resolve(member.tenant_id, now(), how, member=member, id=attention.id)
    return how
