"""Refund a payment in full: insert our row, then call with an idempotency key made from it (M6, M17, M92)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import F

from duitpos.domain.alerts.refund_limit import refund_limit
from duitpos.domain.audit.record import record_change
from duitpos.domain.errors import Code, Conflict, Gone
from duitpos.domain.payments.disputes.disputes import open_dispute, taken_by_bank
from duitpos.domain.payments.refunds.refunded_lines import all_lines, insert_refund
from duitpos.domain.payments.refunds.send_refund import has_keys, heal_refund, send_refund
from duitpos.domain.people.refund_limits import refund_right, require_refund
from duitpos.kit.clock import now
from duitpos.kit.money import Money
from duitpos.kit.transact import transact
from duitpos.models import Membership, Payment, Refund
from duitpos.models.audit import AuditKind
from duitpos.models.payment import PaymentStatus
from duitpos.models.refund import RefundSource, RefundStatus

FIRST_CHECK = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Reserved:
    """A refund's row. `is_new`: this request made it; otherwise an earlier request did."""

    refund: Refund
    is_new: bool


@dataclass(frozen=True, slots=True)
class Who:
    """Who makes a refund: staff, or without a member a policy of the owner, or the guest whose order it is."""

    tenant_id: UUID
    member: Membership | None = None
    source: RefundSource = RefundSource.STAFF

    def require(self, amount: Money) -> None:
        """Raise Forbidden unless they may refund this amount."""
        if self.member is not None:
            require_refund(self.member, amount)


def refund_payment(member: Membership, payment_id: UUID, reason: str, code: str = "") -> Refund:
    """Refund all that is left of a payment. A second request gets the first one's row.

    `code` is one of RefundReason, or empty. A returned row that is still `created` has no response yet; the sweep
    continues it. Raises Forbidden, Gone, Conflict.
    """
    return send_reserved(transact(lambda: reserve_refund(member, payment_id, reason, code)))


def send_reserved(reserved: Reserved) -> Refund:
    """Call the processor for a committed row, with no transaction open."""
    refund = reserved.refund
    if refund.status == RefundStatus.CREATED:
        if reserved.is_new:
            send_refund(refund)
        else:
            # The processor may have forgotten the key of the earlier call.
            heal_refund(refund, is_pressed=True)
        refund.refresh_from_db()
    return refund


def whole_price(member: Membership, payment_id: UUID) -> Money:
    """What refunding all that is left would give back now. Raises what refunding it would."""
    payment, left = _refundable_whole(Who(member.tenant_id, member), payment_id)
    if left <= 0:
        raise Conflict(Code.REFUND_UNDER_WAY)
    return Money(left, payment.moved.currency)


def _refundable_whole(who: Who, payment_id: UUID) -> tuple[Payment, int]:
    payment, left = payment_with_money(who, payment_id)
    if left > 0:
        who.require(Money(left, payment.moved.currency))
    limit = refund_limit(payment, left)
    if limit is not None:
        raise limit
    return payment, left


def reserve_refund(member: Membership, payment_id: UUID, reason: str, code: str = "") -> Reserved:
    """Reserve all that is left of a payment, in the caller's transaction. Raises Forbidden, Gone, Conflict."""
    return reserve_all(Who(member.tenant_id, member), payment_id, reason, code)


def reserve_all(who: Who, payment_id: UUID, reason: str, code: str = "") -> Reserved:
    """As `reserve_refund`, also for a policy or a guest."""
    payment, left = _refundable_whole(who, payment_id)
    chosen = all_lines(payment)
    # The guard is on the payment's row, because concurrent refunds are two rows that cannot see each other. The version
    # guards their lines: a refund that failed meanwhile may have freed some.
    guarded = Payment.objects.filter(
        tenant_id=who.tenant_id,
        id=payment.id,
        status=PaymentStatus.SUCCEEDED,
        refund_version=payment.refund_version,
        refund_reserved_minor__lte=F("moved_minor") - left,
    )
    if left <= 0 or not guarded.update(
        refund_reserved_minor=F("refund_reserved_minor") + left, refund_version=F("refund_version") + 1
    ):
        return Reserved(_refund_under_way(payment), is_new=False)
    refund = new_refund(payment, who, left)
    refund.reason, refund.reason_code = reason.strip()[:200], code
    insert_refund(refund, chosen)
    record_refund(refund, payment, who)
    return Reserved(refund, is_new=True)


def refundable_payment(member: Membership, payment_id: UUID) -> tuple[Payment, int]:
    """The payment with its account, and the minor units left to refund. Raises Forbidden, Gone, Conflict."""
    return payment_with_money(Who(member.tenant_id, member), payment_id)


def payment_with_money(who: Who, payment_id: UUID) -> tuple[Payment, int]:
    """The same, also for a policy or a guest."""
    right = refund_right(who.member) if who.member is not None else None
    rows = Payment.objects.filter(tenant_id=who.tenant_id, id=payment_id)
    payment = rows.select_related("account", "order").first()
    if payment is None:
        raise Gone(Code.PAYMENT_UNKNOWN)
    if payment.status != PaymentStatus.SUCCEEDED:
        raise Conflict(Code.NOTHING_TO_REFUND)
    if right is not None:
        right.require_any(payment.moved.currency)
    left = payment.refundable.minor
    taken = taken_by_bank(payment).minor
    if left > 0 and taken >= left:
        raise Conflict(Code.MONEY_DISPUTED)
    contested = open_dispute(payment)
    if contested is not None:
        raise Conflict(Code.DISPUTE_OPEN, amount=contested.amount)
    return payment, left - taken


def new_refund(payment: Payment, who: Who, minor: int) -> Refund:
    """The unsaved row of a refund that we make, whose amount is reserved."""
    at = now()
    return Refund(
        tenant_id=who.tenant_id,
        payment=payment,
        source=who.source,
        amount_minor=minor,
        currency=payment.moved.currency,
        member=who.member,
        created_at=at,
        # Without keys, each call records itself before it is sent.
        first_sent_at=at if has_keys(payment) else None,
        next_check_at=at + FIRST_CHECK,
    )


def record_refund(refund: Refund, payment: Payment, who: Who) -> None:
    """Write a refund by staff into the audit log; who else makes one is in the refund's own row."""
    if who.member is not None:
        order = payment.order
        number = f"#{order.label}" if order is not None and order.label else payment.reference
        record_change(
            who.member,
            AuditKind.REFUND,
            number,
            {},
            {"amount": refund.amount},
            location_id=payment.location_id,
        )


def _refund_under_way(payment: Payment) -> Refund:
    rows = Refund.objects.filter(tenant_id=payment.tenant_id, payment=payment)
    refund = (
        rows.exclude(status__in=(RefundStatus.FAILED, RefundStatus.CANCELED)).order_by("-created_at").first()
    )
    if refund is None:
        raise Conflict(Code.REFUND_UNDER_WAY)
    return refund
