"""One page that took money more than once: every further charge is a payment of its own (M93).

Also what a later snapshot says of refunds, since both come with paid snapshots of payments that are settled already.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from duitpos.kit.clock import now
from duitpos.models import Payment
from duitpos.models.payment import PaymentStatus
from duitpos.processors.references import PAGE, References
from duitpos.processors.snapshots import Charge, PaymentSnapshot, SnapshotState


def of_first_charge(snapshot: PaymentSnapshot) -> PaymentSnapshot:
    """The snapshot with its first charge's amount and time: the others are other payments' money."""
    if not snapshot.charges:
        return snapshot
    first = snapshot.charges[0]
    return replace(snapshot, amount=first.amount, paid_at=first.paid_at or snapshot.paid_at)


def further_payments(
    payment: Payment, snapshot: PaymentSnapshot
) -> Iterator[tuple[Payment, PaymentSnapshot]]:
    """Insert a payment for each further charge, once by the charge's id, in the caller's transaction.

    Yields each with the snapshot to settle it with. Without further charges there is no statement.
    """
    if snapshot.state != SnapshotState.PAID:
        return
    for charge in snapshot.charges[1:]:
        yield _row_of(payment, charge), _snapshot_of(charge, snapshot)


def keep_refund_scope(payment: Payment, snapshot: PaymentSnapshot) -> None:
    """Update what of a settled payment can be refunded, if a later snapshot says something else."""
    if snapshot.state == SnapshotState.PAID and payment.refund_scope != snapshot.refundable:
        rows = Payment.objects.filter(
            tenant_id=payment.tenant_id, id=payment.id, status=PaymentStatus.SUCCEEDED
        )
        rows.update(refund_scope=snapshot.refundable)


def _row_of(payment: Payment, charge: Charge) -> Payment:
    row = Payment(
        tenant_id=payment.tenant_id,
        order_id=payment.order_id,
        location_id=payment.location_id,
        account_id=payment.account_id,
        payment_type_id=payment.payment_type_id,
        # Not a live attempt, because an order has at most one. Settling moves it to `succeeded` as late money.
        status=PaymentStatus.CANCELED,
        is_test=payment.is_test,
        # Nothing was asked for it, so no amount can differ: what is wrong is that the order is paid already.
        amount_minor=charge.amount.minor,
        currency=charge.amount.currency,
        created_at=now(),
        reference=charge.reference,
    )
    Payment.objects.bulk_create([row], ignore_conflicts=True)
    found = Payment.objects.filter(
        tenant_id=payment.tenant_id, account_id=payment.account_id, reference=charge.reference
    )
    return found.select_related("account", "order", "location").get()


def _snapshot_of(charge: Charge, snapshot: PaymentSnapshot) -> PaymentSnapshot:
    return replace(
        snapshot,
        references=References.named(charge.reference, **{PAGE: snapshot.reference}),
        amount=charge.amount,
        paid_at=charge.paid_at,
        acted_at=charge.paid_at,
        # Its own, for the fee.
        charges=(charge,),
        declines=(),
    )
