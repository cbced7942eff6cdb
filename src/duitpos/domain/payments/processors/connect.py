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
from duitpos.kit.statements import Prepared
from duitpos.models import ProcessorAccount, Tenant
from duitpos.models.payment_setup import AccountState
from duitpos.processors.base import Processor
from duitpos.processors.errors import Failure, OwnCode, ProcessorError, SignatureInvalid, SignatureProblem
from duitpos.processors.events import Delivery
from duitpos.processors.registry import adapter

log = structlog.get_logger(__name__)

SECRET_KEY = "secret_key"
CANDIDATE, CANDIDATE_BASE = "candidate_secret_key", "candidate_api_base"
CANDIDATE_WEBHOOK = "candidate_webhook_secret"
"""A pasted key that could not be checked yet, with its address and secret; the key in use stays in use."""
WEBHOOK_SECRETS = ("webhook_secret", "webhook_secret_previous")

# Most specific first: a signature that matches one account's secret but is too old is no mismatch.
_MOST_SPECIFIC = (
    SignatureProblem.MALFORMED,
    SignatureProblem.CLOCK,
    SignatureProblem.MISMATCH,
    SignatureProblem.MISSING,
    SignatureProblem.NO_SECRET,
)

_ACCOUNTS = Prepared(
    lambda tenant_id, processor: ProcessorAccount.objects.filter(
        tenant_id=tenant_id, processor=processor
    ).order_by("created_at", "id"),
    UUID,
    str,
)


def open_account(account: ProcessorAccount) -> Processor:
    """Open an account, a retired one too, for the calls of one piece of work.

    Raises Unavailable in a copy of another installation's database, and ProcessorError (KEY_REFUSED)
    when the key is missing, unreadable or must not be sent to the stored address.
    """
    require_adopted()
    try:
        key = account.reveal(SECRET_KEY)
    except SecretUnreadable as error:
        log.exception("secret_unreadable", account=str(account.id))
        raise ProcessorError(Failure.KEY_REFUSED, OwnCode.KEY_UNREADABLE) from error
    if not key:
        raise ProcessorError(Failure.KEY_REFUSED, OwnCode.KEY_MISSING)
    return bounded(open_key(account.processor, key, account.api_base), str(account.id))


def open_key(processor: str, key: str, api_base: str) -> Processor:
    """Open a key at an address. Raises ProcessorError if the key must never be sent there."""
    kind = adapter(processor)
    problem = address_problem(kind.mode_of(key), api_base)
    if problem:
        raise ProcessorError(Failure.KEY_REFUSED, problem, about={"address": api_base})
    return kind.open(key, api_base)


def address_problem(mode: str, api_base: str) -> OwnCode | None:
    """Return why a key of this mode may not be sent to this address; None when it may.

    A live key goes to the processor itself only; a test key, also to the sandboxes that the operator allows.
    """
    if not api_base:
        return None
    if mode != "test":
        return OwnCode.LIVE_KEY_AT_SANDBOX
    return None if api_base in settings.SANDBOX_URLS else OwnCode.ADDRESS_NOT_ALLOWED


def verify(
    tenant: Tenant, processor_name: str, body: bytes, headers: Mapping[str, str]
) -> tuple[ProcessorAccount, Delivery]:
    """Return the account whose secret verifies a delivery, and its events.

    Retired accounts and rotated secrets still verify. Raises SignatureInvalid after counting it for the accounts.
    """
    # If two rows share a secret, prefer the one in use.
    accounts = sorted(
        _ACCOUNTS.rows(tenant.id, processor_name), key=lambda account: account.state == AccountState.RETIRED
    )
    problems: dict[SignatureProblem, int] = {}
    for account in accounts:
        try:
            delivery = adapter(account.processor).read_event(body, headers, _webhook_secrets(account))
        except SignatureInvalid as error:
            problems[error.problem] = error.skew
            continue
        return account, delivery
    reported = next(
        (problem for problem in _MOST_SPECIFIC if problem in problems), SignatureProblem.NO_SECRET
    )
    if accounts:
        count_bad_signature(tenant.id, processor_name, reported, problems.get(reported, 0))
    log.warning("webhook_not_believed", tenant=tenant.slug, problem=reported.value)
    raise SignatureInvalid(reported)


def _webhook_secrets(account: ProcessorAccount) -> tuple[str, ...]:
    """Return the account's secrets, newest first. Log and skip an unreadable one."""
    secrets = []
    for field in WEBHOOK_SECRETS:
        try:
            secret = account.reveal(field)
        except SecretUnreadable:
            log.exception("secret_unreadable", account=str(account.id), field=field)
            continue
        if secret:
            secrets.append(secret)
    return tuple(secrets)
