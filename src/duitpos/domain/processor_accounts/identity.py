"""Which account a key belongs to, and which row that account has.

An account is (processor, the processor's account id, mode). A row that was in use never becomes another account: the
other account gets a row of its own and the old one is retired (M12, M13).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from duitpos.domain.payments.processors.bounded import bounded
from duitpos.domain.payments.processors.connect import open_key
from duitpos.kit.transact import outside_database
from duitpos.models import Payment, ProcessorAccount
from duitpos.models.payment_setup import AccountState
from duitpos.processors.base import AccountFacts, Failure, ProcessorError


@dataclass(frozen=True, slots=True)
class CheckedKey:
    """A key that the processor accepted. `is_same`: it belongs to the account of the row it was pasted into."""

    key: str = field(repr=False)
    api_base: str
    facts: AccountFacts
    is_same: bool


def check_key(account: ProcessorAccount, key: str, api_base: str) -> CheckedKey:
    """Ask the processor who a key belongs to, outside any transaction. ProcessorError."""
    processor = bounded(open_key(account.processor, key, api_base), str(account.id))
    with outside_database():
        facts = processor.check()
    return CheckedKey(key, api_base, facts, _is_same(account, facts, key, api_base))


def _is_same(account: ProcessorAccount, facts: AccountFacts, key: str, api_base: str) -> bool:
    if account.state == AccountState.NEW:
        return True  # nothing is started on it, so it may become any account
    if account.mode != facts.mode:
        return False
    if account.external_id and facts.external_id:
        return account.external_id == facts.external_id
    # A restricted key may not tell its account. Then a payment proves it: only its own account can show it.
    references = Payment.objects.filter(tenant_id=account.tenant_id, account_id=account.id).exclude(
        reference=""
    )
    newest = references.order_by("-created_at").values_list("reference", flat=True).first()
    if newest is None:
        # Nothing can prove it. Where the row is an account's already, the key is taken for another's.
        return not account.external_id
    return _knows(account.processor, key, api_base, newest)


def _knows(processor: str, key: str, api_base: str, reference: str) -> bool:
    opened = bounded(open_key(processor, key, api_base), "set-up")
    try:
        with outside_database():
            opened.fetch(reference)
    except ProcessorError as error:
        if error.failure == Failure.NOT_FOUND:
            return False
        raise
    return True


def row_of(account: ProcessorAccount, checked: CheckedKey) -> ProcessorAccount:
    """The row that the key belongs into: the one it was pasted into, one that has this identity already, or a new one.

    In the caller's transaction. A new row is not saved.
    """
    facts = checked.facts
    known = ProcessorAccount.objects.filter(
        tenant_id=account.tenant_id,
        payment_type_id=account.payment_type_id,
        processor=account.processor,
        external_id=facts.external_id,
        mode=facts.mode,
    ).exclude(external_id="")
    there = known.exclude(id=account.id).first()
    if there is not None:
        return there
    if checked.is_same:
        return account
    return ProcessorAccount(
        tenant_id=account.tenant_id,
        payment_type_id=account.payment_type_id,
        processor=account.processor,
        external_id=facts.external_id,
        mode=facts.mode,
    )
