"""Find the account that credentials belong to, and its row.

An account is (processor, the processor's account id, mode). What the processor did not tell at first, its id or its
mode, may become known later without being another account. A row that was in use never becomes another account: the
other account gets its own row and the old one is retired (M12, M13).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from duitpos.domain.payments.processors.bounded import bounded
from duitpos.domain.payments.processors.connect import address_problem, open_credentials
from duitpos.domain.payments.references import references_of
from duitpos.kit.transact import outside_database
from duitpos.models import Payment, ProcessorAccount
from duitpos.models.payment_setup import AccountState, Mode
from duitpos.processors.base import AccountFacts
from duitpos.processors.credentials import Credentials
from duitpos.processors.credentials import Mode as ProcessorMode
from duitpos.processors.errors import Failure, ProcessorError
from duitpos.processors.references import PAGE, References
from duitpos.processors.registry import adapter


@dataclass(frozen=True, slots=True)
class Checked:
    """Credentials that the processor accepted. `is_same`: they belong to the account of the row they were pasted into.

    The mode among `facts` is None when neither the processor nor the credentials told it.
    """

    credentials: Credentials = field(repr=False)
    endpoint: str
    facts: AccountFacts
    is_same: bool


def check_credentials(
    account: ProcessorAccount, credentials: Credentials, endpoint: str, *, are_in_use: bool = False
) -> Checked:
    """Ask the processor which account these belong to, outside any transaction. Raises ProcessorError.

    `are_in_use`: the row uses them already, so that they cannot be another account's for lack of a proof.
    """
    kind = adapter(account.processor)
    processor = bounded(open_credentials(account.processor, credentials, endpoint), str(account.id))
    with outside_database():
        facts = processor.check()
    facts = replace(facts, mode=facts.mode or kind.mode(credentials, endpoint))
    checked = Checked(credentials, endpoint, facts, False)
    checked = replace(checked, is_same=_is_same(account, checked, are_in_use=are_in_use))
    if problem := address_problem(_mode_to_use(account, checked), endpoint):
        raise ProcessorError(Failure.KEY_REFUSED, problem, about={"address": endpoint})
    return checked


def _mode_to_use(account: ProcessorAccount, checked: Checked) -> ProcessorMode | None:
    is_known_live = checked.is_same and account.is_live and account.state != AccountState.NEW
    return checked.facts.mode or (ProcessorMode.LIVE if is_known_live else None)


def _is_same(account: ProcessorAccount, checked: Checked, *, are_in_use: bool) -> bool:
    facts = checked.facts
    # A new row has no payments, so it may become any account.
    if account.state == AccountState.NEW:
        return True
    if account.mode and facts.mode and account.mode != facts.mode:
        return False
    if account.external_id and facts.external_id:
        return account.external_id == facts.external_id
    if are_in_use:
        return True
    # A restricted key may be unable to read its account. Then fetch a payment, which only its own account can do.
    payments = Payment.objects.filter(tenant_id=account.tenant_id, account_id=account.id).exclude(
        reference=""
    )
    newest = payments.order_by("-created_at").first()
    if newest is None:
        # Without proof, assume another account if the row has an account id already.
        return not account.external_id
    named = references_of(newest)
    # Further money from a page has no page of its own.
    return _finds(account.processor, checked, References(named.of(PAGE) or named.main))


def _finds(processor: str, checked: Checked, named: References) -> bool:
    opened = bounded(open_credentials(processor, checked.credentials, checked.endpoint), "set-up")
    try:
        with outside_database():
            opened.fetch(named)
    except ProcessorError as error:
        if error.failure == Failure.NOT_FOUND:
            return False
        raise
    return True


def row_of(account: ProcessorAccount, checked: Checked) -> ProcessorAccount:
    """Return the row for checked credentials, in the caller's transaction.

    It is another row that has their account already, else the row they were pasted into, else a new unsaved row.
    """
    facts = checked.facts
    known = ProcessorAccount.objects.filter(
        tenant_id=account.tenant_id,
        payment_type_id=account.payment_type_id,
        processor=account.processor,
        external_id=facts.external_id,
    ).exclude(external_id="")
    others = {row.mode: row for row in known.exclude(id=account.id)}
    if facts.mode in others:
        return others[facts.mode]
    # What is in use stays in its row; a new row is needed only if none is there already.
    if checked.is_same and account.state != AccountState.NEW:
        return account
    likely = _of_a_mode_not_known(others, checked)
    if likely is not None:
        return likely
    return account if checked.is_same else _new_row(account, facts)


def _of_a_mode_not_known(others: Mapping[str, ProcessorAccount], checked: Checked) -> ProcessorAccount | None:
    """Return the row of this account if its mode, or that of what was pasted, is not known; None if there are two."""
    if Mode.UNKNOWN in others or checked.facts.mode:
        return others.get(Mode.UNKNOWN)
    usable = [row for row in others.values() if not (row.is_live and checked.endpoint)]
    return usable[0] if len(usable) == 1 else None


def _new_row(account: ProcessorAccount, facts: AccountFacts) -> ProcessorAccount:
    return ProcessorAccount(
        tenant_id=account.tenant_id,
        payment_type_id=account.payment_type_id,
        processor=account.processor,
        external_id=facts.external_id,
        mode=facts.mode or Mode.UNKNOWN,
    )
