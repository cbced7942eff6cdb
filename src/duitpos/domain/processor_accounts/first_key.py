"""The set-up page's own actions: the first key, the payment type in one press, the refund of a test payment."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from duitpos.domain.errors import Code, Conflict, Gone
from duitpos.domain.payments.refunds.refund import refund_payment
from duitpos.domain.people.roles import Can, require
from duitpos.domain.processor_accounts.accounts import SavedAccount, add_processor, save_credentials
from duitpos.domain.processor_accounts.credentials import read_pasted
from duitpos.domain.processor_accounts.setup_facts import account_in_setup, guided_processor
from duitpos.domain.processor_accounts.types import create_type, edit_type, type_of
from duitpos.models import Membership, Payment, PaymentType, ProcessorAccount, Refund
from duitpos.models.payment_setup import AccountState, PaymentKind

CODE, NAME = "ONLINE", "Online Payment"
"""Of the type that is made in one press; the owner can change both."""


def save_first_key(member: Membership, values: Mapping[str, str]) -> SavedAccount:
    """Check pasted credentials of the guided processor and save them; make its payment type if there is none.

    A type that nobody could pay with before is switched on, because it was off only for want of a key. Raises as
    save_credentials does.
    """
    require(member, Can.SET_UP_PAYMENTS)
    account = account_in_setup(member.tenant)
    # Judged by their form before anything is made for them.
    read_pasted(account or _unsaved(member), values, None)
    if account is None:
        account = add_processor(member, _type_to_use(member).id, guided_processor().name)
    was_new = account.state == AccountState.NEW
    saved = save_credentials(member, account.id, values)
    kind = type_of(member.tenant_id, account.payment_type_id)
    if was_new and saved.facts is not None and not kind.is_active and not _was_used(kind):
        edit_type(member, kind.id, kind.code, kind.name, is_active=True)
    return saved


def choose_type(member: Membership, type_id: UUID | None) -> ProcessorAccount:
    """Offer guests an online type (None: a new one) with the guided processor. Raises Forbidden, Gone, Conflict."""
    require(member, Can.SET_UP_PAYMENTS)
    kind = create_type(member, CODE, NAME) if type_id is None else type_of(member.tenant_id, type_id)
    account = add_processor(member, kind.id, guided_processor().name)
    if not kind.is_active:
        edit_type(member, kind.id, kind.code, kind.name, is_active=True)
    return account


def refund_test_payment(member: Membership, payment_id: UUID, reason: str) -> Refund:
    """Refund a test payment in full; Gone for one of real money. Else as refund_payment."""
    rows = Payment.objects.filter(tenant_id=member.tenant_id, id=payment_id, is_test=True)
    if not rows.exists():
        raise Gone(Code.PAYMENT_UNKNOWN)
    return refund_payment(member, payment_id, reason)


def _type_to_use(member: Membership) -> PaymentType:
    types = PaymentType.objects.filter(tenant_id=member.tenant_id, kind=PaymentKind.ONLINE)
    found = types.order_by("-is_active", "position", "code").first()
    if found is not None:
        return found
    try:
        return create_type(member, CODE, NAME)
    except Conflict:
        # Two presses at once: the other one has just made it.
        made = types.filter(code=CODE).first()
        if made is None:
            raise
        return made


def _unsaved(member: Membership) -> ProcessorAccount:
    return ProcessorAccount(tenant=member.tenant, processor=guided_processor().name)


def _was_used(kind: PaymentType) -> bool:
    return Payment.objects.filter(tenant_id=kind.tenant_id, payment_type_id=kind.id).exists()
