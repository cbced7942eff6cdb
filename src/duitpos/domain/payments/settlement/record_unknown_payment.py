"""Money that carries our correlation but has no row here: after a restored backup, or a second session (M7, M19)."""

from __future__ import annotations

from duitpos.domain.payments.settlement.match_payment import payment_of_correlation
from duitpos.kit.clock import now
from duitpos.models import Payment, ProcessorAccount, Tenant
from duitpos.models.payment import PaymentStatus
from duitpos.processors.base import PaymentSnapshot


def record_unknown_payment(tenant: Tenant, account: ProcessorAccount, snapshot: PaymentSnapshot) -> Payment:
    """A payment row for it, in the caller's transaction: made once, since its reference is unique in the account.

    Where the correlation names a payment of ours with another session, the money is for that payment's order; settling
    it finds the order released and opens the Alert. Otherwise it belongs to no order we know.
    """
    sibling = payment_of_correlation(tenant.id, snapshot.correlation)
    if sibling is not None and are_one(sibling.account, account):
        account = sibling.account
    money = snapshot.amount
    row = Payment(
        tenant=tenant,
        order=sibling.order if sibling else None,
        location=sibling.location if sibling else None,
        account=account,
        payment_type_id=account.payment_type_id,
        # Not a live attempt: an order has at most one, and this one's guest is long gone. Late money settles from here.
        status=PaymentStatus.CANCELED,
        # What was asked for, where we asked: then settling sees money that differs from it.
        is_test=sibling.is_test if sibling else not snapshot.is_live,
        amount_minor=sibling.amount_minor if sibling else money.minor if money else 0,
        currency=sibling.currency if sibling else money.currency if money else account.currency,
        created_at=now(),
        reference=snapshot.reference,
    )
    Payment.objects.bulk_create([row], ignore_conflicts=True)
    found = Payment.objects.filter(tenant=tenant, account=account, reference=snapshot.reference)
    return found.select_related("order", "location").get()


def are_one(one: ProcessorAccount, other: ProcessorAccount) -> bool:
    """Whether two rows are the same account at the processor (M12)."""
    if one.id == other.id:
        return True
    identities = {(row.processor, row.external_id, row.mode) for row in (one, other)}
    return bool(one.external_id) and len(identities) == 1
