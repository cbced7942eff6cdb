"""Make, prove, mend and replace an account's webhook endpoint at the processor.

A claim on the account's row lets one of several workers do it. The secret of a new endpoint is stored beside the
former one, so that late deliveries of a former endpoint are still believed. If the process ends between making and
storing, the endpoint has a tag of ours and no stored secret: it is offered for removal, and a repair removes it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

from django.db.models import F

from duitpos.domain.errors import Code, Conflict, Unavailable
from duitpos.domain.payments.processors.connect import forget_accounts, open_account
from duitpos.domain.processor_accounts.health import made_health_of
from duitpos.domain.processor_accounts.store import Changed, keep_installed
from duitpos.domain.processor_accounts.webhooks.judge import (
    endpoint_here,
    is_secret_lost,
    lost_endpoints,
    stale_endpoints,
)
from duitpos.domain.processor_accounts.webhooks.look import (
    SeenEndpoint,
    address_of,
    document,
    look,
    mark_of,
    seen,
    seen_endpoints,
    tag_of,
)
from duitpos.domain.reasons import reason_of
from duitpos.kit.clock import now
from duitpos.kit.deadline import within
from duitpos.kit.facts import Facts
from duitpos.kit.money import Money
from duitpos.kit.transact import outside_database, transact
from duitpos.models import AccountHealth, ProcessorAccount
from duitpos.processors.endpoints import Installed, WebhookEndpoints
from duitpos.processors.errors import ProcessorError
from duitpos.processors.references import References
from duitpos.processors.registry import adapter

REPAIR_WITHIN = 30.0
"""Seconds for all calls of a repair together, however many endpoints there are to list and remove."""
LEASE = timedelta(seconds=60)
"""How long a repair may take before another one may begin: its calls, and the statements between them.

One that takes longer all the same, in a process that was suspended, loses when it stores the secret: another one has
changed the credentials by then, so it removes what it made.
"""
LEAST_MINOR = 200
"""The amount of a proof in a currency whose least is not known, in minor units."""


def claim_repair(account: ProcessorAccount, *, is_pressed: bool = False) -> AccountHealth | None:
    """Take the account's repair by a guarded update; None when somebody else has it, or it is not due again yet.

    A person who presses the button need not wait until it is due: then only what may be another one's lease refuses.
    """
    health, at = made_health_of(account), now()
    again = health.next_heal_at
    if again is not None and again > at and not (is_pressed and again > at + LEASE):
        return None
    rows = AccountHealth.objects.filter(
        tenant_id=health.tenant_id,
        id=health.id,
        heal_tries=health.heal_tries,
        next_heal_at=health.next_heal_at,
    )
    if not rows.update(heal_tries=F("heal_tries") + 1, next_heal_at=at + LEASE):
        return None
    health.refresh_from_db()
    return health


def release_repair(
    health: AccountHealth, *, wait: timedelta = timedelta(0), forgets_tries: bool = False
) -> None:
    """Let the next repair begin after `wait`; `forgets_tries` when it helped."""
    rows = AccountHealth.objects.filter(
        tenant_id=health.tenant_id,
        id=health.id,
        heal_tries=health.heal_tries,
        next_heal_at=health.next_heal_at,
    )
    columns: dict[str, Any] = {"heal_tries": 0} if forgets_tries else {}
    rows.update(next_heal_at=now() + wait if wait else None, **columns)


def repair(account: ProcessorAccount, health: AccountHealth) -> None:
    """Mend our endpoint, or make one if there is none whose secret we have; then prove it. `health` was claimed.

    Raises ProcessorError, Unavailable, and Conflict when the credentials were changed meanwhile. What the processor
    could not deliver is fetched by the next sweep: it asks again for all that the processor keeps.
    """
    rows = AccountHealth.objects.filter(tenant_id=account.tenant_id, account_id=account.id)
    try:
        with within(REPAIR_WITHIN):
            account = _mend_or_make(account, health)
            ProcessorAccount.objects.filter(tenant_id=account.tenant_id, id=account.id).update(
                events_seen_to=None, next_events_at=now()
            )
            rows.update(healed_at=now(), heal_problem=None)
            prove(account)
    except (ProcessorError, Unavailable) as error:
        rows.update(heal_problem=reason_of_refusal(error))
        raise


def rotate(account: ProcessorAccount, health: AccountHealth) -> None:
    """Make a second endpoint with a new secret, and prove it. `health` was claimed. Raises as `repair`."""
    with within(REPAIR_WITHIN):
        account = make_endpoint(account, health)
        look(account, counts_undelivered=False)
        prove(account)


def _mend_or_make(account: ProcessorAccount, health: AccountHealth) -> ProcessorAccount:
    health = _keep_claim(look(account, counts_undelivered=False), health)
    if health.endpoints_problem:
        # Without the list, what is there already is not known: a new endpoint might be the second one.
        raise Unavailable(Code.WEBHOOK_REFUSED, reason=health.endpoints_problem)
    endpoints, known = open_account(account).endpoints, _to_mend(account, health)
    if endpoints is None:
        return account
    if known is None or not (endpoints.can_mend or _is_right(known, account, health)):
        account = make_endpoint(account, health)
        remove_stale(account)
        return account
    if endpoints.can_mend:
        with outside_database():
            endpoints.mend(known.id, address_of(account))
        look(account, counts_undelivered=False)
    remove_lost(account)
    return account


def replace_endpoint(account: ProcessorAccount, health: AccountHealth) -> ProcessorAccount:
    """Remove what is at our address, whose secret nobody knows, and make another one. `health` was claimed.

    First the removal, because a processor may allow an address only once. Raises as `repair`.
    """
    with within(REPAIR_WITHIN):
        health = _keep_claim(look(account, counts_undelivered=False), health)
        if health.endpoints_problem:
            raise Unavailable(Code.WEBHOOK_REFUSED, reason=health.endpoints_problem)
        endpoints = open_account(account).endpoints
        if endpoints is not None:
            ours = [one for one in seen_endpoints(health) if one.is_ours]
            _remove(account, endpoints, tuple(ours))
        return make_endpoint(account, health)


def _is_right(known: SeenEndpoint, account: ProcessorAccount, health: AccountHealth) -> bool:
    here = endpoint_here(health, address_of(account))
    return here is not None and here.id == known.id and here.is_enabled


def _to_mend(account: ProcessorAccount, health: AccountHealth) -> SeenEndpoint | None:
    """The endpoint that becomes right by changing it; None when there has to be a new one.

    The newest: a former one's secret ends a day after it was replaced. The API version cannot be changed. One of ours
    without a known secret is used when signed deliveries come from it, because a person has pasted its secret.
    """
    version = adapter(account.processor).api_version
    ours = [one for one in seen_endpoints(health) if one.is_ours and not is_secret_lost(one, account)]
    # `max` finds the first of several, and the list is ordered from the oldest.
    newest = max(reversed(ours), key=lambda one: one.has_secret, default=None)
    is_of_version = newest is not None and newest.api_version in ("", version)
    return newest if is_of_version else None


def make_endpoint(account: ProcessorAccount, health: AccountHealth) -> ProcessorAccount:
    """Make an endpoint, and store its secret beside the former one. `health` was claimed. Raises ProcessorError."""
    endpoints, tag = open_account(account).endpoints, tag_of(account)
    if endpoints is None:
        return account
    # The counter of the claim: a repetition within the call is one endpoint, a later repair is another.
    key = f"{health.id}:endpoint:{health.heal_tries}"
    with outside_database():
        made = endpoints.create(address_of(account), tag, key)
    try:
        account = transact(lambda: _store_made(account, made))
    except Changed as error:
        with outside_database():
            endpoints.remove(made.endpoint.id)
        raise Conflict(Code.ACCOUNT_CHANGED) from error
    forget_accounts(account.tenant, account.processor)
    return account


def prove(account: ProcessorAccount) -> None:
    """Begin a round trip: make a session, store its id, end it; its event must come back. Raises ProcessorError.

    If the process ends before the session does, the next watch ends it.
    """
    processor, health = open_account(account), made_health_of(account)
    if processor.endpoints is None or not processor.endpoints.can_prove:
        return
    currency = account.currency.upper() or "USD"
    least = adapter(account.processor).can.minimum_minor.get(currency, LEAST_MINOR)
    at = now()
    key = f"{health.id}:proof:{at.isoformat()}"
    with outside_database():
        home = address_of(account)
        reference = processor.endpoints.start_proof(Money(least, currency), home, tag_of(account), key)
    # Stored before its end, so that the event cannot arrive unrecognized; its event is late only after its end.
    AccountHealth.objects.filter(tenant_id=health.tenant_id, id=health.id).update(
        proof_reference=reference, proof_sent_at=None
    )
    end_proof(account, reference)


def end_proof(account: ProcessorAccount, reference: str) -> None:
    """End the session of a round trip, which may have ended. Raises ProcessorError."""
    with outside_database():
        open_account(account).cancel(References(reference))
    note_proof_ended(account, reference)


def note_proof_ended(account: ProcessorAccount, reference: str) -> None:
    """Store that the event of this proof is on its way, if this is still the proof that is awaited.

    The event may have arrived meanwhile; it says when itself. Or another proof was begun: until that one has ended, the
    watch must find it without a time, to end it if its process does not.
    """
    rows = AccountHealth.objects.filter(tenant_id=account.tenant_id, account_id=account.id)
    rows.filter(proof_reference=reference, proof_sent_at=None).update(proof_sent_at=now())


def remove_stale(account: ProcessorAccount) -> int:
    """Remove endpoints that we made and no longer need; returns how many. Raises ProcessorError."""
    endpoints, health = open_account(account).endpoints, made_health_of(account)
    here = endpoint_here(health, address_of(account))
    if endpoints is None or here is None or is_secret_lost(here, account):
        return 0
    return _remove(account, endpoints, stale_endpoints(health, address_of(account)))


def remove_lost(account: ProcessorAccount) -> int:
    """Remove endpoints of ours whose deliveries are not believed any more, beside one that works; returns how many."""
    endpoints, health = open_account(account).endpoints, made_health_of(account)
    if endpoints is None:
        return 0
    return _remove(account, endpoints, lost_endpoints(account, health, address_of(account)))


def _remove(
    account: ProcessorAccount, endpoints: WebhookEndpoints, unneeded: tuple[SeenEndpoint, ...]
) -> int:
    with outside_database():
        for one in unneeded:
            endpoints.remove(one.id)
    if unneeded:
        look(account, counts_undelivered=False)
    return len(unneeded)


def _store_made(account: ProcessorAccount, made: Installed) -> ProcessorAccount:
    kept = keep_installed(account, made.verifying)
    health = made_health_of(account)
    entry = document(seen(made.endpoint, is_ours=True, has_secret=True, mark=mark_of(made.verifying)))
    others = [one for one in health.endpoints if one["id"] != made.endpoint.id]
    AccountHealth.objects.filter(tenant_id=health.tenant_id, id=health.id).update(
        endpoints=[*others, entry], endpoints_seen_at=now(), endpoints_problem={}, healed_at=now()
    )
    return kept


def reason_of_refusal(error: ProcessorError | Unavailable) -> Facts:
    """Why a repair was refused, as it is stored."""
    if isinstance(error, Unavailable) and error.code == Code.WEBHOOK_REFUSED:
        return cast(Facts, error.facts["reason"])
    return reason_of(error)


def _keep_claim(fresh: AccountHealth, claimed: AccountHealth) -> AccountHealth:
    """What was seen now, with the claim that this repair holds."""
    fresh.heal_tries, fresh.next_heal_at = claimed.heal_tries, claimed.next_heal_at
    return fresh
