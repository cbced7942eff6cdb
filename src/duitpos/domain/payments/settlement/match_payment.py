"""Find the payment that a snapshot is about, by our ids or by the processor's (M7)."""

from __future__ import annotations

from uuid import UUID

from duitpos.domain.payments.references import payment_of_references
from duitpos.domain.tenancy.installation import installation
from duitpos.models import Payment, ProcessorAccount, Tenant
from duitpos.processors.references import Correlation, References
from duitpos.processors.snapshots import PaymentSnapshot


def as_uuid(text: str) -> UUID | None:
    """Parse a UUID from outside, or return None."""
    try:
        return UUID(text)
    except ValueError:
        return None


def payment_of_snapshot(account: ProcessorAccount, snapshot: PaymentSnapshot) -> Payment | None:
    """Find the payment of a snapshot from `account`, by our correlation or by the session's reference.

    The correlation counts only if the row has no other session. A second session with the same correlation (a replay
    after the processor forgot the idempotency key) is separate money, so it must not match the first one's row.
    """
    # Primary key first: nearly every snapshot has the correlation, and the lookup costs the same at any table size.
    correlated = payment_of_correlation(account.tenant_id, snapshot.correlation)
    if correlated is not None and correlated.reference == snapshot.reference:
        return correlated
    named = payment_of_references(account, References(snapshot.reference))
    if named is None and correlated is not None and not correlated.reference:
        return correlated
    return named


def names_us(tenant: Tenant, correlation: Correlation | None) -> bool:
    """Whether a correlation was written by this installation for this restaurant."""
    return correlation is not None and correlation.names(str(installation().id), str(tenant.id))


def payment_of_correlation(tenant_id: UUID, correlation: Correlation | None) -> Payment | None:
    """Return the payment that our correlation names, or None."""
    payment_id = as_uuid(correlation.payment) if correlation else None
    if payment_id is None:
        return None
    rows = Payment.objects.filter(tenant_id=tenant_id, id=payment_id)
    return rows.select_related("order", "location").first()
