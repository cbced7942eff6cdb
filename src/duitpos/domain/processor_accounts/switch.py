"""Choose which of a type's accounts takes new payments, go live, and go back to test mode (M12 to M14, M64).

Payments that were started with another account stay with it: a retired one still verifies, fetches and refunds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q

from duitpos.domain.errors import Code, Conflict, Invalid
from duitpos.domain.payments.processors.connect import missing_fields, stored_or_none
from duitpos.domain.payments.settlement.went_live import after_going_live
from duitpos.domain.people.roles import Can, require
from duitpos.domain.processor_accounts.accounts import (
    SavedAccount,
    account_of,
    key_refused,
    recheck,
    record_use,
    store_checked,
)
from duitpos.domain.processor_accounts.credentials import checked_part, read_pasted
from duitpos.domain.processor_accounts.identity import Checked, check_credentials
from duitpos.domain.processor_accounts.in_use import claim_switch, put_in_use, switches_of
from duitpos.domain.processor_accounts.setup_facts import read_setup
from duitpos.domain.processor_accounts.setup_steps import judge
from duitpos.domain.tenancy.installation import require_adopted
from duitpos.kit.clock import now
from duitpos.kit.transact import transact
from duitpos.models import Membership, Order, Payment, ProcessorAccount
from duitpos.models.payment_setup import MANUAL_KINDS, AccountState
from duitpos.processors.credentials import Mode
from duitpos.processors.errors import ProcessorError
from duitpos.processors.registry import adapter


@dataclass(frozen=True, slots=True)
class AccountUse:
    """An account of a type, and how many payments were started with it."""

    account: ProcessorAccount
    name: str
    payments: int
    can_switch: bool
    """It is retired and keeps a key, so that it can take new payments again."""


def account_name(account: ProcessorAccount) -> str:
    """An account among others: its owner's name, else its id, else the processor's name."""
    return account.name or account.external_id or adapter(account.processor).label


def account_uses(tenant_id: UUID, type_id: UUID) -> list[AccountUse]:
    """Every account at a processor of a type, also retired unused ones, the one in use first. Two queries."""
    rows = ProcessorAccount.objects.filter(
        ~Q(processor__in=MANUAL_KINDS), tenant_id=tenant_id, payment_type_id=type_id
    )
    counted = Payment.objects.filter(tenant_id=tenant_id, payment_type_id=type_id).values_list("account_id")
    payments = dict(counted.annotate(count=Count("id")))
    return [
        AccountUse(
            row,
            account_name(row),
            payments.get(row.id, 0),
            row.state == AccountState.RETIRED and _has_key(row),
        )
        for row in sorted(rows.order_by("created_at", "id"), key=_order)
    ]


def is_choice(uses: Sequence[AccountUse]) -> bool:
    """Whether there is more to see than the one account in use."""
    return len(uses) > 1 or any(use.account.state == AccountState.RETIRED for use in uses)


def use_account(member: Membership, account_id: UUID) -> ProcessorAccount:
    """Have new payments use this account; the others of its type and processor are retired. Asks the processor first.

    Raises Forbidden, Gone, Unavailable, and Conflict: it has no usable key, or somebody else chose at the same moment.
    """
    require(member, Can.SET_UP_PAYMENTS)
    account = account_of(member.tenant_id, account_id)
    if account.state == AccountState.ACTIVE:
        return account
    if not _has_key(account):
        raise Conflict(Code.ACCOUNT_WITHOUT_KEY)
    seen = switches_of(account.tenant_id, account.payment_type_id)
    checked = recheck(account).account
    if checked.paused_at is not None:
        raise Conflict(Code.ACCOUNT_KEY_REFUSED, reason=checked.problem)

    def work() -> None:
        at = now()
        claimed = claim_switch(account.tenant_id, account.payment_type_id, seen)
        if not (claimed and put_in_use(account, at)):
            # Raised so that the transaction is rolled back.
            raise Conflict(Code.ACCOUNT_CHANGED)
        record_use(member, account, is_used=True)
        after_going_live(account.tenant_id, at)

    transact(work)
    return account_of(account.tenant_id, account.id)


def retire(member: Membership, account_id: UUID) -> None:
    """Stop new payments with the account in use. Raises Forbidden, Gone, and Conflict when it is not in use."""
    require(member, Can.SET_UP_PAYMENTS)
    account = account_of(member.tenant_id, account_id)
    rows = ProcessorAccount.objects.filter(
        tenant_id=account.tenant_id, id=account.id, state=AccountState.ACTIVE
    )

    def work() -> None:
        if not rows.update(state=AccountState.RETIRED):
            raise Conflict(Code.ACCOUNT_CHANGED)
        record_use(member, account, is_used=False)

    transact(work)


def go_live(
    member: Membership, account_id: UUID, values: Mapping[str, str], *, is_other_meant: bool = False
) -> SavedAccount:
    """Have new payments use pasted live keys; the test account is retired.

    Raises CredentialsRefused and KeyRefused, which name a field; Invalid for a key of test mode, and for one of another
    account at the processor unless `is_other_meant`; Conflict, Unavailable. Then nothing was saved.
    """
    require(member, Can.SET_UP_PAYMENTS)
    require_adopted()
    account = account_of(member.tenant_id, account_id)
    if not judge(read_setup(member.tenant), now()).can_go_live:
        raise Conflict(Code.SETUP_UNFINISHED)
    pasted = read_pasted(account, values, "")
    if not checked_part(adapter(account.processor), pasted.values):
        raise Invalid(Code.LIVE_KEY_MISSING)
    # By its form alone, so that a test key is not even tried.
    _refuse_test(adapter(account.processor).mode(pasted.merged, pasted.endpoint))
    try:
        checked = check_credentials(account, pasted.merged, pasted.endpoint)
    except ProcessorError as error:
        raise key_refused(account, pasted, error) from error
    _refuse_test(checked.facts.mode)
    if not is_other_meant and _is_of_another(account, checked):
        name = checked.facts.name or checked.facts.external_id
        raise Invalid(Code.LIVE_KEY_OF_ANOTHER, test=account.name or account.external_id, live=name)
    return store_checked(account, checked, pasted.values, by=member)


def back_to_test(member: Membership, account_id: UUID) -> ProcessorAccount:
    """Have new payments use the test account that the live one replaced. Raises as use_account, Conflict for none."""
    require(member, Can.SET_UP_PAYMENTS)
    former = former_test_account(account_of(member.tenant_id, account_id))
    if former is None:
        raise Conflict(Code.NO_TEST_ACCOUNT)
    return use_account(member, former.id)


def former_test_account(account: ProcessorAccount) -> ProcessorAccount | None:
    """The newest test account that a live one replaced and that can be used again."""
    rows = ProcessorAccount.objects.filter(
        tenant_id=account.tenant_id,
        payment_type_id=account.payment_type_id,
        processor=account.processor,
        state=AccountState.RETIRED,
        mode=Mode.TEST,
    )
    return next((row for row in rows.order_by("-in_use_since", "-created_at") if _has_key(row)), None)


def count_test_orders(tenant_id: UUID) -> int:
    """How many test orders were placed. None of them is in any figure."""
    return Order.objects.filter(tenant_id=tenant_id, is_test=True, placed_at__isnull=False).count()


def _refuse_test(mode: Mode | None) -> None:
    if mode == Mode.TEST:
        raise Invalid(Code.TEST_KEY_TO_GO_LIVE)


def _is_of_another(account: ProcessorAccount, checked: Checked) -> bool:
    theirs = checked.facts.external_id
    return bool(account.external_id and theirs and account.external_id != theirs)


def _has_key(account: ProcessorAccount) -> bool:
    stored = stored_or_none(account)
    return (
        stored is not None and bool(stored.current) and not missing_fields(account.processor, stored.current)
    )


def _order(account: ProcessorAccount) -> int:
    return (AccountState.ACTIVE, AccountState.NEW, AccountState.RETIRED).index(AccountState(account.state))
