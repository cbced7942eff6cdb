"""Find the payment that an event or snapshot is about (M7)."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q

from duitpos.domain.tenancy.installation import installation
from duitpos.kit.statements import Prepared
from duitpos.models import Payment, Tenant
from duitpos.processors.base import Correlation, PaymentSnapshot

_BY_ID = Prepared(
    lambda tenant_id, payment_id: Payment.objects.filter(tenant_id=tenant_id, id=payment_id).select_related(
        "order", "location"
    ),
    UUID,
    UUID,
)
_BY_REFERENCE = Prepared(
    lambda tenant_id, reference: Payment.objects.filter(
        tenant_id=tenant_id, reference=reference
    ).select_related("order", "location"),
    UUID,
    str,
)


def as_uuid(text: str) -> UUID | None:
    """Parse a UUID from outside, or return None."""
    try:
        return UUID(text)
    except ValueError:
        return None


def payment_of_snapshot(tenant_id: UUID, snapshot: PaymentSnapshot) -> Payment | None:
    """Find the payment by our correlation or by the session's reference.

    The correlation counts only if the row has no other session. A second session with the same correlation (a replay
    after the processor forgot the idempotency key) is separate money, so it must not match the first one's row.
    """
    # Primary key first: nearly every snapshot has the correlation, and the lookup costs the same at any table size.
    correlated = payment_of_correlation(tenant_id, snapshot.correlation)
    if correlated is not None and correlated.reference == snapshot.reference:
        return correlated
    named = next(iter(_BY_REFERENCE.rows(tenant_id, snapshot.reference)), None)
    if named is None and correlated is not None and not correlated.reference:
        return correlated
    return named


def names_us(tenant: Tenant, correlation: Correlation | None) -> bool:
    """Whether a correlation was written by this installation for this restaurant."""
    return correlation is not None and (correlation.installation, correlation.tenant) == (
        str(installation().id),
        str(tenant.id),
    )


def payment_of_correlation(tenant_id: UUID, correlation: Correlation | None) -> Payment | None:
    """Return the payment that our correlation names, or None."""
    payment_id = as_uuid(correlation.payment) if correlation else None
    if payment_id is None:
        return None
    return next(iter(_BY_ID.rows(tenant_id, payment_id)), None)


def payment_of_intent(tenant_id: UUID, intent_reference: str, charge_reference: str = "") -> Payment | None:
    """Return the payment of a refund or dispute, by its intent or charge, or None."""
    wanted = Q()
    if intent_reference:
        wanted |= Q(intent_reference=intent_reference)
    if charge_reference:
        wanted |= Q(charge_reference=charge_reference)
    if not wanted:
        return None
    return Payment.objects.filter(wanted, tenant_id=tenant_id).select_related("order", "location").first()
