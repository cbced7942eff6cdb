"""From an account's row to somebody who moves money, or who vouches for an event."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from django.conf import settings
from django.db.models import F

from duitpos.domain.tenancy.installation import require_adopted
from duitpos.kit.clock import now
from duitpos.models import ProcessorAccount, Tenant
from duitpos.processors.base import (
    Failure,
    Processor,
    ProcessorError,
    ProcessorEvent,
    SignatureInvalid,
    SignatureProblem,
)
from duitpos.processors.registry import adapter

MOST_BAD_SIGNATURES = 1_000_000
"""The counter stops here: an attacker may not fill a column (design.md section 5)."""


def open_account(account: ProcessorAccount) -> Processor:
    """A client of this account for the calls of one piece of work; every outbound money call goes through here.

    Unavailable in a copy of the database that was not adopted (M20); ProcessorError when there is no usable key or a
    live key would be sent to a sandbox.
    """
    require_adopted()
    key = account.reveal("secret_key")
    if not key:
        raise ProcessorError(Failure.KEY_REFUSED, "No secret key is saved for this account.")
    kind = adapter(account.processor)
    if account.api_base and (kind.mode_of(key) != "test" or account.api_base not in settings.SANDBOX_URLS):
        raise ProcessorError(Failure.KEY_REFUSED, "This account may not be used with that sandbox address.")
    return kind.open(key, account.api_base)


def verify(
    tenant: Tenant, processor_name: str, body: bytes, headers: Mapping[str, str]
) -> tuple[ProcessorAccount, ProcessorEvent]:
    """The account whose secret vouches for an event, and the event; SignatureInvalid, after counting it.

    Every account is tried, also retired ones and inactive types: their late events are money too (M13).
    """
    accounts = list(
        ProcessorAccount.objects.filter(tenant=tenant, processor=processor_name).order_by("created_at", "id")
    )
    problem = SignatureProblem.NO_SECRET
    for account in accounts:
        secrets = list(_secrets(account))
        if not secrets:
            continue
        try:
            return account, adapter(processor_name).read_event(body, headers, secrets)
        except SignatureInvalid as error:
            # A right signature with a wrong clock says more than a mismatch with the next account's secret.
            if problem != SignatureProblem.CLOCK:
                problem = error.problem
    _count(tenant, processor_name, problem)
    raise SignatureInvalid(problem)


def _secrets(account: ProcessorAccount) -> Iterator[str]:
    for field in ("webhook_secret", "webhook_secret_previous"):
        secret = account.reveal(field)
        if secret:
            yield secret


def _count(tenant: Tenant, processor_name: str, problem: SignatureProblem) -> None:
    """A health counter and the last reason; no row per bad request."""
    rows = ProcessorAccount.objects.filter(
        tenant=tenant, processor=processor_name, bad_signatures__lt=MOST_BAD_SIGNATURES
    )
    rows.update(
        bad_signatures=F("bad_signatures") + 1, last_bad_signature_at=now(), last_bad_signature=problem.value
    )
