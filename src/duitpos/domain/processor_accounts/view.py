"""An account as its owner sees it: what is set, masked; what to paste and tick at the processor; how it is doing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from duitpos.domain.payments.processors.connect import CANDIDATE
from duitpos.domain.processor_accounts.credentials import address_choices
from duitpos.domain.processor_accounts.words import owner_words
from duitpos.kit.clock import now
from duitpos.kit.crypto import SecretUnreadable
from duitpos.models import ProcessorAccount
from duitpos.models.payment_setup import AccountState
from duitpos.processors.base import SignatureProblem
from duitpos.processors.registry import ADAPTERS, adapter


@dataclass(frozen=True, slots=True)
class FieldView:
    """A credential on the form. `masked` is empty when nothing is saved; the secret itself never leaves the domain."""

    name: str
    label: str
    looks_like: str
    required: bool
    masked: str


@dataclass(frozen=True, slots=True)
class AccountView:
    """Everything the form of one account shows. `health` are sentences; `problem` is the one that must be acted on."""

    account: ProcessorAccount
    label: str
    owner: str
    state: str
    fields: tuple[FieldView, ...]
    has_waiting_key: bool
    addresses: tuple[tuple[str, str], ...]
    endpoint_url: str
    events: tuple[tuple[str, bool], ...]
    problem: str
    health: tuple[str, ...]
    checked_at: datetime | None


def account_view(account: ProcessorAccount, base_url: str, slug: str) -> AccountView:
    """No query. `base_url` and `slug` make the address to paste at the processor."""
    kind = adapter(account.processor)
    return AccountView(
        account=account,
        label=kind.label,
        owner=owner_words(account) if account.checked_at else "",
        state=_state(account),
        fields=tuple(
            FieldView(one.name, one.label, one.looks_like, one.required, masked(account, one.name))
            for one in kind.credential_fields
        ),
        has_waiting_key=CANDIDATE in account.secrets,
        # Without a sandbox there is nothing to choose.
        addresses=choices if len(choices := address_choices()) > 1 else (),
        endpoint_url=f"{base_url}/{slug}/webhooks/{account.processor}/" if kind.can.webhooks else "",
        events=kind.guide_events,
        problem=account.problem,
        health=tuple(_health(account)),
        checked_at=account.checked_at,
    )


def masked(account: ProcessorAccount, field: str) -> str:
    """The kind of secret and its last four: `sk_test_…4242`."""
    try:
        secret = account.reveal(field)
    except SecretUnreadable:
        return _("cannot be read here: paste it again")
    if not secret:
        return ""
    kind = secret[:8].rpartition("_")[0]
    body = secret.removeprefix(f"{kind}_")
    # Of a short secret, four characters would be most of it.
    return f"{kind}_…{body[-4:]}" if len(body) >= 12 else f"{kind}_…"


def _state(account: ProcessorAccount) -> str:
    return {
        AccountState.NEW: _("No usable key yet"),
        AccountState.ACTIVE: _("In use"),
        AccountState.RETIRED: _("Retired: takes no new payments, but may still receive and refund old ones"),
    }[AccountState(account.state)]


def _health(account: ProcessorAccount) -> Iterator[str]:
    yield from _key_health(account)
    yield from _webhook_health(account)


def _key_health(account: ProcessorAccount) -> Iterator[str]:
    if account.paused_at:
        yield _(
            "Paused since the key was refused: save a good key of the same account, and checking goes on."
        )
    if account.start_problem:
        yield _("The last payment could not be started: %(problem)s") % {"problem": account.start_problem}
    if account.offered_again_at and account.offered_again_at > now():
        yield _(
            "It was refused so often that guests are not offered it for a while. Press Check to try at once."
        )
    if CANDIDATE in account.secrets:
        yield _("A new key waits, because nobody could say yet whose it is: press Check.")


def _webhook_health(account: ProcessorAccount) -> Iterator[str]:
    if "webhook_secret" not in account.secrets:
        yield _("No webhook secret yet: payments are found by the guest's return and by regular checks.")
    elif account.last_event_at is None:
        yield _("No delivery has arrived yet. Is the address above entered at the processor?")
    if account.bad_signatures and account.last_bad_signature_at is not None:
        newer = account.last_event_at is None or account.last_bad_signature_at > account.last_event_at
        if newer:
            yield signature_words(account.last_bad_signature, account.signature_skew)
    if account.thin_event_at:
        yield _(
            "Deliveries come as thin events, each of which must be looked up at the processor:"
            " choose snapshot payloads for the endpoint there."
        )
    if account.unknown_events:
        yield _("%(count)s deliveries were of kinds that need not be ticked.") % {
            "count": account.unknown_events
        }
    if account.foreign_events:
        yield _("%(count)s deliveries were about payments made elsewhere with this account.") % {
            "count": account.foreign_events
        }


def signature_words(problem: str, skew: int = 0) -> str:
    """What was wrong with the last delivery that was not believed (M25, M26); `skew` in seconds, future positive."""
    if problem == SignatureProblem.CLOCK and skew:
        return _clock_words(skew)
    return {
        SignatureProblem.MISSING: _("A delivery came without a signature: it was not from the processor."),
        SignatureProblem.NO_SECRET: _(
            "A delivery came, but there is no webhook secret here to check it with."
        ),
        SignatureProblem.MISMATCH: _(
            "Deliveries are signed with another secret. Compare the webhook secret with the one of the endpoint."
        ),
        SignatureProblem.CLOCK: _(
            "A delivery was signed rightly, but more than five minutes ago: our clock or the sender's is wrong."
        ),
        SignatureProblem.MALFORMED: _("A delivery was signed rightly, but was no event."),
    }[SignatureProblem(problem)]


def _clock_words(skew: int) -> str:
    words = {"seconds": abs(skew)}
    if skew > 0:
        return (
            _(
                "A delivery was signed rightly, but %(seconds)s seconds in the future:"
                " our clock is behind, or the sender's is ahead."
            )
            % words
        )
    return (
        _(
            "A delivery was signed rightly, but %(seconds)s seconds ago:"
            " our clock is ahead, or the sender's is behind."
        )
        % words
    )


def processors_to_add(accounts: Iterable[ProcessorAccount]) -> tuple[tuple[str, str], ...]:
    """Name and label of each processor that a type with these accounts does not have yet."""
    there = {account.processor for account in accounts if account.state != AccountState.RETIRED}
    return tuple((name, kind.label) for name, kind in ADAPTERS.items() if name not in there)
