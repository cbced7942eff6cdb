"""Open a stored account's processor, and find the account of a delivery (M13, M20)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

import structlog
from django.conf import settings

from duitpos.domain.payments.processors.bad_signatures import count_bad_signature
from duitpos.domain.payments.processors.bounded import bounded
from duitpos.domain.tenancy.installation import require_adopted
from duitpos.kit.clock import now
from duitpos.kit.crypto import SecretUnreadable
from duitpos.kit.kept import Kept
from duitpos.models import ProcessorAccount, Tenant
from duitpos.models.credentials import StoredCredentials
from duitpos.models.payment_setup import AccountState
from duitpos.processors.base import Processor
from duitpos.processors.credentials import CredentialField, Credentials, Mode
from duitpos.processors.errors import Failure, OwnCode, ProcessorError, SignatureInvalid, SignatureProblem
from duitpos.processors.events import Delivery
from duitpos.processors.registry import adapter

log = structlog.get_logger(__name__)

# Most specific first: a signature that one account verifies but that is too old is no mismatch.
_MOST_SPECIFIC = (
    SignatureProblem.MALFORMED,
    SignatureProblem.CLOCK,
    SignatureProblem.MISMATCH,
    SignatureProblem.MISSING,
    SignatureProblem.NO_SECRET,
)

_kept: Kept[list[ProcessorAccount]] = Kept(seconds=10, most=1000)
"""The accounts of a restaurant and processor, because reading them costs more than verifying a delivery."""


def open_account(account: ProcessorAccount) -> Processor:
    """Open an account, a retired one too, for the calls of one piece of work.

    Raises Unavailable in a copy of another installation's database, and ProcessorError (KEY_REFUSED)
    when credentials are missing, unreadable or must not be sent to the stored address.
    """
    require_adopted()
    try:
        current = account.read_credentials().current
    except SecretUnreadable as error:
        log.exception("secret_unreadable", account=str(account.id))
        raise ProcessorError(Failure.KEY_REFUSED, OwnCode.KEY_UNREADABLE) from error
    if missing_fields(account.processor, current):
        raise ProcessorError(Failure.KEY_REFUSED, OwnCode.KEY_MISSING)
    known = Mode.LIVE if account.is_live else None
    opened = open_credentials(account.processor, current, account.api_base, known)
    return bounded(opened, str(account.id))


def open_credentials(
    processor: str, credentials: Credentials, endpoint: str, known: Mode | None = None
) -> Processor:
    """Open credentials at an endpoint. Raises ProcessorError if they must never be sent there.

    `known` is the account's mode, for credentials that do not tell theirs.
    """
    kind = adapter(processor)
    problem = address_problem(kind.mode(credentials, endpoint) or known, endpoint)
    if problem:
        raise ProcessorError(Failure.KEY_REFUSED, problem, about={"address": endpoint})
    return kind.open(credentials, endpoint)


def address_problem(mode: Mode | None, api_base: str) -> OwnCode | None:
    """Return why credentials of this mode may not be sent to this address; None when they may.

    Those for real money go to the processor itself only; others, also to the sandboxes that the operator allows.
    """
    if not api_base:
        return None
    if mode == Mode.LIVE:
        return OwnCode.LIVE_KEY_AT_SANDBOX
    return None if api_base in settings.SANDBOX_URLS else OwnCode.ADDRESS_NOT_ALLOWED


def missing_fields(processor: str, credentials: Credentials) -> tuple[CredentialField, ...]:
    """Return the fields without which the processor cannot be called. One that only verifies deliveries is not one."""
    return tuple(
        field
        for field in adapter(processor).credential_fields
        if field.required and not field.verifies and not credentials.get(field.name)
    )


def stored_or_none(account: ProcessorAccount) -> StoredCredentials | None:
    """Return what the account keeps; None, and a line in the log, when it cannot be read."""
    try:
        return account.read_credentials()
    except SecretUnreadable:
        log.exception("secret_unreadable", account=str(account.id))
        return None


def verify(
    tenant: Tenant,
    processor_name: str,
    body: bytes,
    headers: Mapping[str, str],
    account_id: UUID | None = None,
) -> tuple[ProcessorAccount, Delivery]:
    """Return the account whose credentials verify a delivery, and its events.

    A delivery to the address of one account (`account_id`) is verified by that account only. Retired accounts and
    rotated credentials still verify. Raises SignatureInvalid after counting it for the accounts.

    The row may be as old as `_kept` keeps it, and several threads share it: change nothing in it, and read it again
    before deciding by more than its id.
    """
    key = f"{tenant.id}:{processor_name}"
    known = _kept.get(key)
    if known is not None:
        found, _ = _first_that_verifies(known, body, headers, account_id)
        if found is not None:
            return found
    # Its secret may be newer than what is kept.
    stored = ProcessorAccount.objects.filter(tenant_id=tenant.id, processor=processor_name)
    rows = list(stored.order_by("created_at", "id"))
    found, problems = _first_that_verifies(rows, body, headers, account_id)
    if found is not None:
        _kept.set(key, rows)
        return found
    reported = next(
        (problem for problem in _MOST_SPECIFIC if problem in problems), SignatureProblem.NO_SECRET
    )
    asked = [row.id for row in rows if account_id in (None, row.id)]
    if asked:
        count_bad_signature(asked, tenant.id, reported, problems.get(reported, 0))
    log.warning("webhook_not_believed", tenant=tenant.slug, problem=reported.value)
    raise SignatureInvalid(reported)


def forget_accounts(tenant: Tenant, processor_name: str) -> None:
    """Have the next delivery read the accounts again."""
    _kept.forget(f"{tenant.id}:{processor_name}")


def _first_that_verifies(
    rows: Iterable[ProcessorAccount], body: bytes, headers: Mapping[str, str], account_id: UUID | None
) -> tuple[tuple[ProcessorAccount, Delivery] | None, dict[SignatureProblem, int]]:
    """The account that verifies a delivery, with the delivery; or what was wrong, with the clock's difference."""
    # If two rows share a secret, prefer the one in use.
    accounts = sorted(
        (row for row in rows if account_id in (None, row.id)),
        key=lambda account: account.state == AccountState.RETIRED,
    )
    problems: dict[SignatureProblem, int] = {}
    for account in accounts:
        try:
            delivery = adapter(account.processor).read_event(body, headers, _verifiers(account))
        except SignatureInvalid as error:
            problems[error.problem] = error.skew
            continue
        return (account, delivery), {}
    return None, problems


def _verifiers(account: ProcessorAccount) -> tuple[Credentials, ...]:
    """Return the account's credentials, newest first; none when they cannot be read."""
    stored = stored_or_none(account)
    return () if stored is None else stored.verifying_at(now())
