"""Make, prove, mend and replace an account's webhook endpoint at the processor.

A claim on the account's row lets one of several workers do it. The secret of a new endpoint is stored beside the
former one, so that late deliveries of a former endpoint are still believed. If the process ends between making and
storing, the endpoint has a tag of ours and no stored secret: it is offered for removal, and a repair removes it.
"""

from __future__ import annotations

from datetime import timedelta

from django.db.models import F

from duitpos.domain.errors import Code, Conflict, Unavailable
from duitpos.domain.payments.processors.connect import forget_accounts, open_account
from duitpos.domain.processor_accounts.health import made_health_of
from duitpos.domain.processor_accounts.store import Changed, keep_installed
from duitpos.domain.processor_accounts.webhooks.judge import endpoint_here, stale_endpoints
from duitpos.domain.processor_accounts.webhooks.look import (
    address_of,
    document,
    look,
    seen,
    tag_of,
)
from duitpos.kit.clock import now
from duitpos.kit.money import Money
from duitpos.kit.transact import outside_database, transact
from duitpos.models import AccountHealth, ProcessorAccount
from duitpos.processors.endpoints import Installed
from duitpos.processors.references import References
from duitpos.processors.registry import adapter

LEASE = timedelta(seconds=45)
"""How long a repair may take before another one may begin: it makes at most four calls of ten seconds."""
LEAST_MINOR = 200
"""The amount of a proof in a currency whose least is not known, in minor units."""


def claim_repair(account: ProcessorAccount) -> AccountHealth | None:
    """Take the account's repair by a guarded update; None when somebody else has it."""
    health, at = made_health_of(account), now()
    if health.next_heal_at is not None and health.next_heal_at > at:
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


def release_repair(health: AccountHealth, *, wait: timedelta = timedelta(0)) -> None:
    """Let the next repair begin after `wait`."""
    rows = AccountHealth.objects.filter(
        tenant_id=health.tenant_id,
        id=health.id,
        heal_tries=health.heal_tries,
        next_heal_at=health.next_heal_at,
    )
    rows.update(next_heal_at=now() + wait if wait else None)


def repair(account: ProcessorAccount, health: AccountHealth) -> None:
    """Mend our endpoint, or make one if there is none whose secret we have; then prove it. `health` was claimed.

    Raises ProcessorError, Unavailable, and Conflict when the credentials were changed meanwhile. What the processor
    could not deliver is fetched by the next sweep: it asks again for all that the processor keeps.
    """
    health = _keep_claim(look(account), health)
    if health.endpoints_problem:
        # Without the list, what is there already is not known: a new endpoint might be the second one.
        raise Unavailable(Code.WEBHOOK_REFUSED, reason=health.endpoints_problem)
    # The newest: a former one's secret ends a day after it was replaced.
    known = next((one for one in reversed(health.endpoints) if one["is_ours"] and one["has_secret"]), None)
    if known is None:
        account = make_endpoint(account, health)
        remove_stale(account)
    else:
        endpoints = open_account(account).endpoints
        if endpoints is not None:
            with outside_database():
                endpoints.mend(known["id"], address_of(account))
            look(account)
    ProcessorAccount.objects.filter(tenant_id=account.tenant_id, id=account.id).update(
        events_seen_to=None, next_events_at=now()
    )
    AccountHealth.objects.filter(tenant_id=account.tenant_id, account_id=account.id).update(healed_at=now())
    prove(account)


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
    """Begin a round trip: make a session, store its id, end it; its event must come back. Raises ProcessorError."""
    processor, health = open_account(account), made_health_of(account)
    if processor.endpoints is None:
        return
    currency = account.currency.upper() or "USD"
    least = adapter(account.processor).can.minimum_minor.get(currency, LEAST_MINOR)
    at = now()
    key = f"{health.id}:proof:{at.isoformat()}"
    with outside_database():
        home = address_of(account)
        reference = processor.endpoints.start_proof(Money(least, currency), home, tag_of(account), key)
    # Stored before its end, so that the event cannot arrive unrecognized.
    AccountHealth.objects.filter(tenant_id=health.tenant_id, id=health.id).update(
        proof_reference=reference, proof_sent_at=at
    )
    with outside_database():
        processor.cancel(References(reference))


def remove_stale(account: ProcessorAccount) -> int:
    """Remove endpoints that we made and no longer need; returns how many. Raises ProcessorError."""
    endpoints, health = open_account(account).endpoints, made_health_of(account)
    here = endpoint_here(health, address_of(account))
    if endpoints is None or here is None or not here.has_secret:
        return 0
    stale = stale_endpoints(health, address_of(account))
    with outside_database():
        for one in stale:
            endpoints.remove(one.id)
    if stale:
        look(account)
    return len(stale)


def _store_made(account: ProcessorAccount, made: Installed) -> ProcessorAccount:
    kept = keep_installed(account, made.verifying)
    health = made_health_of(account)
    entry = document(seen(made.endpoint, tag_of(account), has_secret=True))
    AccountHealth.objects.filter(tenant_id=health.tenant_id, id=health.id).update(
        endpoints=[*health.endpoints, entry], endpoints_seen_at=now(), endpoints_problem={}, healed_at=now()
    )
    return kept


def _keep_claim(fresh: AccountHealth, claimed: AccountHealth) -> AccountHealth:
    """What was seen now, with the claim that this repair holds."""
    fresh.heal_tries, fresh.next_heal_at = claimed.heal_tries, claimed.next_heal_at
    return fresh
