"""Make one account take a type's new payments and retire the others, in the caller's transaction (M12 to M14).

Which account takes new payments is a rule over several rows. Two owners who choose different ones at once change no row
in common, so each choice first counts up on the payment type: whoever saw an older count has lost.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import F

from duitpos.models import PaymentType, ProcessorAccount
from duitpos.models.payment_setup import AccountState


def switches_of(tenant_id: UUID, type_id: UUID) -> int:
    """The count to claim with; read it before the rows that a decision is made from. -1 for an unknown type."""
    rows = PaymentType.objects.filter(tenant_id=tenant_id, id=type_id)
    return next(iter(rows.values_list("switches", flat=True)), -1)


def claim_switch(tenant_id: UUID, type_id: UUID, seen: int) -> bool:
    """Whether nobody else has changed the type's account since `seen` was read. Then nobody else can, until commit."""
    rows = PaymentType.objects.filter(tenant_id=tenant_id, id=type_id, switches=seen)
    return bool(rows.update(switches=F("switches") + 1))


def put_in_use(account: ProcessorAccount, at: datetime) -> bool:
    """Activate a retired account and retire the others of its type and processor, after a claim.

    False when it is not there, or in use already.
    """
    same = ProcessorAccount.objects.filter(
        tenant_id=account.tenant_id, payment_type_id=account.payment_type_id, processor=account.processor
    )
    retire_others(account)
    return bool(
        same.filter(id=account.id, state=AccountState.RETIRED).update(
            state=AccountState.ACTIVE, in_use_since=at
        )
    )


def retire_others(account: ProcessorAccount) -> None:
    """Retire every other account in use of the same type and processor, after a claim."""
    others = ProcessorAccount.objects.filter(
        tenant_id=account.tenant_id,
        payment_type_id=account.payment_type_id,
        processor=account.processor,
        state=AccountState.ACTIVE,
    ).exclude(id=account.id)
    others.update(state=AccountState.RETIRED)
