"""Find the account that a key belongs to, and its row.

An account is (processor, the processor's account id, mode). A row that was in use never becomes another account: the
other account gets its own row and the old one is retired (M12, M13).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from duitpos.domain.payments.processors.bounded import bounded
from duitpos.domain.payments.processors.connect import open_key
from duitpos.kit.transact import outside_database
from duitpos.models import Payment, ProcessorAccount
from duitpos.models.payment_setup import AccountState
from duitpos.processors.base import AccountFacts
from duitpos.processors.errors import Failure, ProcessorError
from duitpos.processors.references import References


@dataclass(frozen=True, slots=True)
class CheckedKey:
    """A key that the processor accepted. `is_same`: it belongs to the account of the row it was pasted into."""

    key: str = field(repr=False)
    api_base: str
    facts: AccountFacts
    is_same: bool


def check_key(account: ProcessorAccount, key: str, api_base: str) -> CheckedKey:
    """Check at the processor which account a key belongs to, outside any transaction. Raises ProcessorError."""
    processor = bounded(open_key(account.processor, key, api_base), str(account.id))
    with outside_database():
        facts = processor.check()
    return CheckedKey(key, api_base, facts, _is_same(account, facts, key, api_base))


def _is_same(account: ProcessorAccount, facts: AccountFacts, key: str, api_base: str) -> bool:
    # A new row has no payments, so it may become any account.
    if account.state == AccountState.NEW:
        return True
    if account.mode != facts.mode:
        return False
    if account.external_id and facts.external_id:
        return account.external_id == facts.external_id
    # A restricted key may be unable to read its account. Then fetch a payment, which only its own account can do.
    references = Payment.objects.filter(tenant_id=account.tenant_id, account_id=account.id).exclude(
        reference=""
    )
    newest = references.order_by("-created_at").values_list("reference", flat=True).first()
    if newest is None:
        # Without proof, assume another account if the row has an account id already.
        return not account.external_id
    return _key_finds(account.processor, key, api_base, newest)


def _key_finds(processor: str, key: str, api_base: str, reference: str) -> bool:
    opened = bounded(open_key(processor, key, api_base), "set-up")
    try:
        with outside_database():
            opened.fetch(References(reference))
    except ProcessorError as error:
        if error.failure == Failure.NOT_FOUND:
            return False
        raise
    return True


def row_of(account: ProcessorAccount, checked: CheckedKey) -> ProcessorAccount:
    """Return the row for a checked key, in the caller's transaction.

    It is another row that has the key's account already, else the row the key was pasted into, else a new unsaved row.
    """
    facts = checked.facts
    known = ProcessorAccount.objects.filter(
        tenant_id=account.tenant_id,
        payment_type_id=account.payment_type_id,
        processor=account.processor,
        external_id=facts.external_id,
        mode=facts.mode,
    ).exclude(external_id="")
    other = known.exclude(id=account.id).first()
    if other is not None:
        return other
    if checked.is_same:
        return account
    return ProcessorAccount(
        tenant_id=account.tenant_id,
        payment_type_id=account.payment_type_id,
        processor=account.processor,
        external_id=facts.external_id,
        mode=facts.mode,
    )
