"""Record money with our correlation but no row: after a restored backup, or from a second session (M7, M12, M19)."""

from __future__ import annotations

from duitpos.domain.payments.settlement.match_payment import payment_of_correlation
from duitpos.kit.clock import now
from duitpos.models import Payment, ProcessorAccount, Tenant
from duitpos.models.payment import PaymentStatus
from duitpos.processors.snapshots import PaymentSnapshot


def record_unknown_payment(tenant: Tenant, account: ProcessorAccount, snapshot: PaymentSnapshot) -> Payment:
    """Insert a payment row in the caller's transaction, once, because its reference is unique in the account.

    If the correlation names a payment with another session, the money is for that payment's order; settling it finds
    the order released and opens the Alert. Otherwise it belongs to no known order.
    """
    named = payment_of_correlation(tenant.id, snapshot.correlation)
    if named is not None and are_one(named.account, account):
        account = named.account
    money = snapshot.amount
    row = Payment(
        tenant=tenant,
        order=named.order if named else None,
        location=named.location if named else None,
        account=account,
        payment_type_id=account.payment_type_id,
        # Not a live attempt, because an order has at most one. Settling moves it to `succeeded` as late money.
        status=PaymentStatus.CANCELED,
        # Mode and amount as requested, if the payment is known, so that settling detects a difference.
        is_test=named.is_test
        if named
        else not (account.is_live if snapshot.is_live is None else snapshot.is_live),
        amount_minor=named.amount_minor if named else money.minor if money else 0,
        currency=named.currency if named else money.currency if money else account.currency,
        created_at=now(),
        reference=snapshot.reference,
    )
    Payment.objects.bulk_create([row], ignore_conflicts=True)
    found = Payment.objects.filter(tenant=tenant, account=account, reference=snapshot.reference)
    return found.select_related("order", "location").get()


def are_one(one: ProcessorAccount, other: ProcessorAccount) -> bool:
    """Whether two rows are the same account at the processor."""
    if one.id == other.id:
        return True
    identities = {(row.processor, row.external_id, row.mode) for row in (one, other)}
    return bool(one.external_id) and len(identities) == 1
