"""Payment types whose money staff take, where they are offered, and the account that stands for each (decision 0021).

The account has no credentials and no mode: it is neither a test account nor one that moves money at a processor.
"""

from __future__ import annotations

from uuid import UUID, uuid5

from django.db.models import Exists, OuterRef, QuerySet

from duitpos.kit.clock import now
from duitpos.models import Location, PaymentType, PaymentTypeOffer, ProcessorAccount
from duitpos.models.payment_setup import MANUAL_KINDS, AccountState, Channel, Mode


def manual_account_id(type_id: UUID) -> UUID:
    """The id of a manual type's one account: derived from the type's, so that concurrent calls make one row."""
    return uuid5(type_id, "manual")


def keep_manual_account(row: PaymentType) -> UUID:
    """Insert the account of a manual type unless it exists, in the caller's transaction; return its id."""
    account = ProcessorAccount(
        id=manual_account_id(row.id),
        tenant_id=row.tenant_id,
        payment_type=row,
        processor=row.kind,
        mode=Mode.UNKNOWN,
        state=AccountState.ACTIVE,
        can_charge=True,
        created_at=now(),
    )
    ProcessorAccount.objects.bulk_create([account], ignore_conflicts=True)
    return account.id


def manual_types(tenant_id: UUID, location: Location, channel: Channel) -> QuerySet[PaymentType]:
    """Active manual types that are offered at a location in a channel, in the owner's order."""
    rows = PaymentType.objects.filter(tenant_id=tenant_id, is_active=True, kind__in=MANUAL_KINDS)
    return rows.exclude(is_switched_off(location, channel, "id")).order_by("position", "code")


def is_switched_off(location: Location, channel: Channel, type_field: str) -> Exists:
    """A condition: the type in column `type_field` is not offered at the location in that channel."""
    return Exists(
        PaymentTypeOffer.objects.filter(
            tenant_id=location.tenant_id,
            payment_type_id=OuterRef(type_field),
            location=location,
            channel=channel,
            is_offered=False,
        )
    )
