"""Open a stored account's processor, and find the account of a delivery (M13, M20)."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

import structlog
from django.conf import settings

from duitpos.domain.payments.processors.bad_signatures import count_bad_signature
from duitpos.domain.payments.processors.bounded import bounded
from duitpos.domain.tenancy.installation import require_adopted
from duitpos.kit.crypto import SecretUnreadable
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
    """
    stored = ProcessorAccount.objects.filter(tenant_id=tenant.id, processor=processor_name)
    # If two rows share a secret, prefer the one in use.
    accounts = sorted(
        (row for row in stored.order_by("created_at", "id") if account_id in (None, row.id)),
        key=lambda account: account.state == AccountState.RETIRED,
    )
    problems: dict[SignatureProblem, int] = {}
    for account in accounts:
        try:
            delivery = adapter(account.processor).read_event(body, headers, _verifiers(account))
        except SignatureInvalid as error:
            problems[error.problem] = error.skew
            continue
        return account, delivery
    reported = next(
        (problem for problem in _MOST_SPECIFIC if problem in problems), SignatureProblem.NO_SECRET
    )
    if accounts:
        count_bad_signature([row.id for row in accounts], tenant.id, reported, problems.get(reported, 0))
    log.warning("webhook_not_believed", tenant=tenant.slug, problem=reported.value)
    raise SignatureInvalid(reported)


def _verifiers(account: ProcessorAccount) -> tuple[Credentials, ...]:
    """Return the account's credentials, newest first; none when they cannot be read."""
    stored = stored_or_none(account)
    return () if stored is None else (stored.current, *stored.previous)
