"""Build an owner's view of an account: masked credentials, the processor's webhook settings, health (M25, M26)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from duitpos.domain.payments.processors.connect import stored_or_none
from duitpos.domain.processor_accounts.credentials import address_choices, lacking_verifier, verifying_part
from duitpos.domain.processor_accounts.findings import owner_of
from duitpos.domain.processor_accounts.webhook import webhook_address
from duitpos.domain.processor_accounts.webhooks.signatures import newest_problem
from duitpos.kit.clock import now
from duitpos.kit.facts import Facts, facts
from duitpos.models import ProcessorAccount
from duitpos.models.credentials import StoredCredentials
from duitpos.models.payment_setup import AccountState
from duitpos.processors.base import Adapter
from duitpos.processors.credentials import CredentialField
from duitpos.processors.errors import SignatureProblem
from duitpos.processors.registry import ADAPTERS, adapter


class Health(StrEnum):
    """A notice about an account's state; each has facts."""

    KEY_PAUSED = "key_paused"
    START_REFUSED = "start_refused"
    NOT_OFFERED = "not_offered"
    CANNOT_CHARGE = "cannot_charge"
    KEY_WAITS = "key_waits"
    NOTHING_VERIFIES = "nothing_verifies"
    NO_DELIVERY_YET = "no_delivery_yet"
    BAD_SIGNATURE = "bad_signature"
    CLOCK_AHEAD = "clock_ahead"
    CLOCK_BEHIND = "clock_behind"
    THIN_EVENTS = "thin_events"
    UNKNOWN_EVENTS = "unknown_events"
    FOREIGN_EVENTS = "foreign_events"


@dataclass(frozen=True, slots=True)
class FieldView:
    """A credential on the form. A secret never leaves the domain: only what is no secret has a `value`."""

    field: CredentialField
    processor: str
    """The processor's label."""
    masked: str = ""
    """Enough to recognize what is saved; empty when nothing is. Of a long text it is a fingerprint."""
    value: str = ""
    """All that is saved of a field that is no secret."""
    is_unreadable: bool = False
    """Saved, but encrypted with a key that this installation lacks."""


@dataclass(frozen=True, slots=True)
class AccountView:
    """The data of an account's form. `problem` needs action; `owner` is empty before the first check."""

    account: ProcessorAccount
    label: str
    owner: Facts
    fields: tuple[FieldView, ...]
    verified_with: str
    """The label of the field to fill with what the processor gives for its deliveries; empty when there is none."""
    is_verified: bool
    """Whether that field is filled, so that deliveries can be verified."""
    has_waiting_key: bool
    addresses: tuple[str, ...]
    endpoint_url: str
    events: tuple[tuple[str, bool], ...]
    problem: Facts
    health: tuple[Facts, ...]
    checked_at: datetime | None


def account_view(account: ProcessorAccount, base_url: str, slug: str) -> AccountView:
    """Build the view without a query. `base_url` and `slug` make the webhook address to paste at the processor."""
    kind, stored = adapter(account.processor), stored_or_none(account)
    return AccountView(
        account=account,
        label=kind.label,
        owner=owner_of(account) if account.checked_at else {},
        fields=tuple(_field_view(kind, one, stored) for one in kind.credential_fields),
        verified_with=next((one.label for one in kind.credential_fields if one.verifies), ""),
        is_verified=stored is not None and bool(verifying_part(kind, stored.current)),
        has_waiting_key=stored is not None and bool(stored.waiting),
        # Without a sandbox existing is nothing to choose.
        addresses=choices if len(choices := address_choices()) > 1 else (),
        endpoint_url=webhook_address(account, base_url, slug),
        events=kind.guide_events,
        problem=account.problem,
        health=tuple(_health(account)),
        checked_at=account.checked_at,
    )


def field_views(
    kind: Adapter, account: ProcessorAccount | None, *, verifies: bool = False
) -> tuple[FieldView, ...]:
    """The fields of a short form: those without which nothing can be called, or those that verify deliveries."""
    stored = stored_or_none(account) if account is not None else StoredCredentials()
    wanted = (
        one for one in kind.credential_fields if one.verifies == verifies and (verifies or one.required)
    )
    return tuple(_field_view(kind, one, stored) for one in wanted)


def _field_view(kind: Adapter, one: CredentialField, stored: StoredCredentials | None) -> FieldView:
    if stored is None:
        return FieldView(one, kind.label, is_unreadable=True)
    text = stored.current.get(one.name, "")
    return FieldView(one, kind.label, masked(one, text), "" if one.is_secret else text)


def masked(one: CredentialField, text: str) -> str:
    """Return the text's known beginning and last four characters, such as `key_…4242`; empty for none.

    Of a long text, the beginning of its digest; all of what is no secret.
    """
    if not text or not one.is_secret:
        return text
    if one.is_long:
        return sha256(text.encode()).hexdigest()[:8]
    begins = max((begin for begin in one.begins_with if text.startswith(begin)), key=len, default="")
    body = text.removeprefix(begins)
    # Four characters would reveal most of a short secret.
    return f"{begins}…{body[-4:]}" if len(body) >= 12 else f"{begins}…"


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
    stored = stored_or_none(account)
    if stored is not None and stored.waiting:
        yield facts(Health.KEY_WAITS)


def _webhook_health(account: ProcessorAccount) -> Iterator[Facts]:
    if lacking := lacking_verifier(account):
        yield facts(Health.NOTHING_VERIFIES, field=lacking.label)
    elif account.last_event_at is None:
        yield facts(Health.NO_DELIVERY_YET)
    if problem := newest_problem(account):
        yield signature_health(problem[0], account.signature_skew)
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
