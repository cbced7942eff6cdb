"""Build an owner's view of an account: masked credentials, the processor's webhook settings, health (M25, M26)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from duitpos.domain.payments.processors.connect import CANDIDATE
from duitpos.domain.processor_accounts.credentials import address_choices
from duitpos.domain.processor_accounts.findings import owner_of
from duitpos.kit.clock import now
from duitpos.kit.crypto import SecretUnreadable
from duitpos.kit.facts import Facts, facts
from duitpos.models import ProcessorAccount
from duitpos.models.payment_setup import AccountState
from duitpos.processors.base import CredentialField
from duitpos.processors.capabilities import WebhookAddress
from duitpos.processors.errors import SignatureProblem
from duitpos.processors.registry import ADAPTERS, adapter


class Health(StrEnum):
    """A notice about an account's state; each has facts."""

    KEY_PAUSED = "key_paused"
    START_REFUSED = "start_refused"
    NOT_OFFERED = "not_offered"
    CANNOT_CHARGE = "cannot_charge"
    KEY_WAITS = "key_waits"
    NO_WEBHOOK_SECRET = "no_webhook_secret"
    NO_DELIVERY_YET = "no_delivery_yet"
    BAD_SIGNATURE = "bad_signature"
    CLOCK_AHEAD = "clock_ahead"
    CLOCK_BEHIND = "clock_behind"
    THIN_EVENTS = "thin_events"
    UNKNOWN_EVENTS = "unknown_events"
    FOREIGN_EVENTS = "foreign_events"


@dataclass(frozen=True, slots=True)
class FieldView:
    """A credential on the form. `masked` is empty when nothing is saved. The secret never leaves the domain."""

    name: str
    label: str
    hint: str
    required: bool
    masked: str
    is_unreadable: bool = False
    """Saved, but encrypted with a key that this installation lacks."""


@dataclass(frozen=True, slots=True)
class AccountView:
    """The data of an account's form. `problem` needs action; `owner` is empty before the first check."""

    account: ProcessorAccount
    label: str
    owner: Facts
    fields: tuple[FieldView, ...]
    has_waiting_key: bool
    addresses: tuple[str, ...]
    endpoint_url: str
    events: tuple[tuple[str, bool], ...]
    problem: Facts
    health: tuple[Facts, ...]
    checked_at: datetime | None


def account_view(account: ProcessorAccount, base_url: str, slug: str) -> AccountView:
    """Build the view without a query. `base_url` and `slug` make the webhook address to paste at the processor."""
    kind = adapter(account.processor)
    return AccountView(
        account=account,
        label=kind.label,
        owner=owner_of(account) if account.checked_at else {},
        fields=tuple(_field(account, one) for one in kind.credential_fields),
        has_waiting_key=CANDIDATE in account.secrets,
        # Without a sandbox existing is nothing to choose.
        addresses=choices if len(choices := address_choices()) > 1 else (),
        endpoint_url=f"{base_url}/{slug}/webhooks/{account.processor}/"
        if kind.can.webhook_address != WebhookAddress.NONE
        else "",
        events=kind.guide_events,
        problem=account.problem,
        health=tuple(_health(account)),
        checked_at=account.checked_at,
    )


def _field(account: ProcessorAccount, one: CredentialField) -> FieldView:
    try:
        secret = account.reveal(one.name)
    except SecretUnreadable:
        return FieldView(one.name, one.label, one.hint, one.required, "", is_unreadable=True)
    return FieldView(one.name, one.label, one.hint, one.required, masked(secret))


def masked(secret: str) -> str:
    """Return the secret's prefix and last four characters, such as `sk_test_…4242`; empty for none."""
    if not secret:
        return ""
    kind = secret[:8].rpartition("_")[0]
    body = secret.removeprefix(f"{kind}_")
    # Four characters would reveal most of a short secret.
    return f"{kind}_…{body[-4:]}" if len(body) >= 12 else f"{kind}_…"


def _health(account: ProcessorAccount) -> Iterator[Facts]:
    yield from _key_health(account)
    yield from _webhook_health(account)


def _key_health(account: ProcessorAccount) -> Iterator[Facts]:
    if account.paused_at:
        yield facts(Health.KEY_PAUSED)
    if account.start_problem:
        yield facts(Health.START_REFUSED, reason=account.start_problem)
    if account.offered_again_at and account.offered_again_at > now():
        yield facts(Health.NOT_OFFERED)
    if account.state == AccountState.ACTIVE and not account.can_charge:
        yield facts(Health.CANNOT_CHARGE)
    if CANDIDATE in account.secrets:
        yield facts(Health.KEY_WAITS)


def _webhook_health(account: ProcessorAccount) -> Iterator[Facts]:
    if "webhook_secret" not in account.secrets:
        yield facts(Health.NO_WEBHOOK_SECRET)
    elif account.last_event_at is None:
        yield facts(Health.NO_DELIVERY_YET)
    if account.bad_signatures and account.last_bad_signature_at is not None:
        newer = account.last_event_at is None or account.last_bad_signature_at > account.last_event_at
        if newer:
            yield signature_health(account.last_bad_signature, account.signature_skew)
    if account.thin_event_at:
        yield facts(Health.THIN_EVENTS)
    if account.unknown_events:
        yield facts(Health.UNKNOWN_EVENTS, count=account.unknown_events)
    if account.foreign_events:
        yield facts(Health.FOREIGN_EVENTS, count=account.foreign_events)


def signature_health(problem: str, skew: int = 0) -> Facts:
    """Describe the last delivery with a bad signature; `skew` is in seconds, positive if signed in the future."""
    if problem == SignatureProblem.CLOCK and skew:
        # A signature from the future means that our clock is behind.
        return facts(Health.CLOCK_BEHIND if skew > 0 else Health.CLOCK_AHEAD, seconds=abs(skew))
    return facts(Health.BAD_SIGNATURE, problem=problem)


def processors_to_add(accounts: Iterable[ProcessorAccount]) -> tuple[tuple[str, str], ...]:
    """Return name and label of each processor that a type with these accounts lacks."""
    existing = {account.processor for account in accounts if account.state != AccountState.RETIRED}
    return tuple((name, kind.label) for name, kind in ADAPTERS.items() if name not in existing)
