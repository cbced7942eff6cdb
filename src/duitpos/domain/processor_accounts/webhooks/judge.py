"""Judge a webhook from stored facts, without a query or a call."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from duitpos.domain.processor_accounts.credentials import lacking_verifier
from duitpos.domain.processor_accounts.webhooks.look import LATELY, Owner, SeenEndpoint, seen_endpoints
from duitpos.domain.processor_accounts.webhooks.signatures import (
    NOISE,
    misdated_since_last,
    mismatch_since_last,
    newest_problem,
)
from duitpos.kit.facts import Facts, facts
from duitpos.models import AccountHealth, ProcessorAccount
from duitpos.processors.errors import SignatureProblem
from duitpos.processors.registry import adapter

THIN_NOTED_EVERY = timedelta(minutes=2)
"""A thin delivery is noted at most once a minute (events/apply_event.py)."""
PROOF_WAIT = timedelta(minutes=5)
"""How long a round trip may take."""


class WebhookState(StrEnum):
    """`unproven`: it looks right, but no signed delivery has arrived. `missing`: nothing is set up."""

    WORKING = "working"
    UNPROVEN = "unproven"
    DOWN = "down"
    MISSING = "missing"


class WebhookFinding(StrEnum):
    """What was found. Those in BAD need action; the others are notes."""

    NO_ENDPOINT = "no_endpoint"
    WRONG_ADDRESS = "wrong_address"
    WRONG_ADDRESS_BY_HAND = "wrong_address_by_hand"
    DISABLED = "disabled"
    NOTHING_VERIFIES = "nothing_verifies"
    NEEDED_EVENTS_MISSING = "needed_events_missing"
    EVENTS_MISSING = "events_missing"
    EVENTS_SUPERFLUOUS = "events_superfluous"
    OTHER_VERSION = "other_version"
    THIN = "thin"
    TWO_ENDPOINTS = "two_endpoints"
    STALE_ENDPOINT = "stale_endpoint"
    BY_HAND_ELSEWHERE = "by_hand_elsewhere"
    OTHER_INSTALLATION = "other_installation"
    OTHER_RESTAURANT = "other_restaurant"
    SECRET_LOST = "secret_lost"
    WRONG_SIGNATURE = "wrong_signature"
    STRANGE_SIGNATURE = "strange_signature"
    NOISE = "noise"
    UNDELIVERED = "undelivered"
    EVENT_MISSED = "event_missed"
    PROOF_LATE = "proof_late"
    CANNOT_LIST = "cannot_list"
    REPAIR_REFUSED = "repair_refused"


F = WebhookFinding
BAD = frozenset(
    {
        F.NO_ENDPOINT,
        F.WRONG_ADDRESS,
        F.WRONG_ADDRESS_BY_HAND,
        F.DISABLED,
        F.NOTHING_VERIFIES,
        F.NEEDED_EVENTS_MISSING,
        F.SECRET_LOST,
        F.WRONG_SIGNATURE,
        F.UNDELIVERED,
        F.EVENT_MISSED,
        F.PROOF_LATE,
        F.REPAIR_REFUSED,
    }
)
GONE = (F.NO_ENDPOINT, F.WRONG_ADDRESS, F.WRONG_ADDRESS_BY_HAND, F.DISABLED)
"""Nothing is delivered to our address."""
MENDABLE = (F.NEEDED_EVENTS_MISSING, F.EVENTS_MISSING, F.OTHER_VERSION, F.SECRET_LOST, *GONE)
"""What a repair puts right."""


@dataclass(frozen=True, slots=True)
class WebhookReport:
    """A webhook's state, the time of its evidence (None: there is none), and what was found, the worst first."""

    state: WebhookState
    at: datetime | None
    findings: tuple[Facts, ...]
    since: datetime | None = None
    """Since when it does not work; None when it does, or never did."""

    def has(self, *codes: WebhookFinding) -> bool:
        """Whether one of these was found."""
        return any(one["code"] in codes for one in self.findings)


def judge(account: ProcessorAccount, health: AccountHealth, address: str, at: datetime) -> WebhookReport:
    """Judge the account's webhook. A signed delivery outweighs what the processor lists before it."""
    found = [*_endpoint_findings(health, address, account), *_delivery_findings(account, health, at)]
    if health.heal_problem and any(one["code"] in MENDABLE for one in found):
        found.append(facts(F.REPAIR_REFUSED, reason=health.heal_problem))
    found.sort(key=lambda one: one["code"] not in BAD)
    report = WebhookReport(WebhookState.UNPROVEN, account.last_event_at, tuple(found))
    state, evidence_at = _state(account, health, report)
    since = (health.down_since or evidence_at) if state == WebhookState.DOWN else None
    return WebhookReport(state, evidence_at, report.findings, since)


def endpoint_here(health: AccountHealth, address: str) -> SeenEndpoint | None:
    """The endpoint at our address: one that is enabled and whose secret we have before others, of these the newest.

    After a rotation there are two, and only the newer one's secret verifies for longer than a day. One that a person
    made comes before one of ours whose secret was lost: theirs may have been pasted.
    """
    newest_first = reversed(seen_endpoints(health))
    at_address = [one for one in newest_first if _same(one.url, address)]
    return max(at_address, key=lambda one: (one.is_enabled, one.has_secret, not one.is_ours), default=None)


def lost_endpoints(
    account: ProcessorAccount, health: AccountHealth, address: str
) -> tuple[SeenEndpoint, ...]:
    """Endpoints of ours beside the one in use whose deliveries are no longer believed, or never were."""
    in_use = endpoint_here(health, address)
    if in_use is None or is_secret_lost(in_use, account):
        return ()
    stale = [one for one in stale_endpoints(health, address) if not one.has_secret]
    return tuple(one for one in stale if in_use.has_secret or is_secret_lost(one, account))


def stale_endpoints(health: AccountHealth, address: str) -> tuple[SeenEndpoint, ...]:
    """Endpoints that we made for this restaurant and that the one in use makes superfluous. Never anybody else's."""
    in_use = endpoint_here(health, address)
    ours = [one for one in seen_endpoints(health) if one.is_ours]
    return tuple(one for one in ours if in_use is not None and one.id != in_use.id)


def _state(
    account: ProcessorAccount, health: AccountHealth, report: WebhookReport
) -> tuple[WebhookState, datetime | None]:
    last = account.last_event_at
    if report.has(F.NOTHING_VERIFIES):
        return WebhookState.MISSING, health.endpoints_seen_at
    if report.has(F.EVENT_MISSED):
        return WebhookState.DOWN, health.missed_at
    gone = report.has(*GONE)
    if gone and (last is None or health.endpoints_seen_at is None or last < health.endpoints_seen_at):
        was_there = last is not None or health.proved_at is not None or health.healed_at is not None
        return (WebhookState.DOWN if was_there else WebhookState.MISSING), health.endpoints_seen_at
    if report.has(F.SECRET_LOST):
        return WebhookState.DOWN, health.endpoints_seen_at
    if report.has(F.PROOF_LATE):
        return WebhookState.DOWN, health.proof_sent_at
    # A wrong signature is no evidence, because a stranger can send one; a wrong time under a good one is.
    if misdated := misdated_since_last(account):
        return WebhookState.DOWN, misdated
    if report.has(F.NEEDED_EVENTS_MISSING):
        return WebhookState.DOWN, health.endpoints_seen_at
    if report.has(F.UNDELIVERED) and (last is None or last < (health.undelivered_since or last)):
        return WebhookState.DOWN, health.undelivered_since
    return (WebhookState.WORKING if last is not None else WebhookState.UNPROVEN), last


def _endpoint_findings(health: AccountHealth, address: str, account: ProcessorAccount) -> Iterator[Facts]:
    if health.endpoints_problem:
        yield facts(F.CANNOT_LIST, reason=health.endpoints_problem)
    if health.endpoints_seen_at is None:
        return
    here = endpoint_here(health, address)
    yield from _others(health)
    by_hand = [one for one in seen_endpoints(health) if _is_by_hand_elsewhere(one, address)]
    if here is None:
        yield from _nothing_here(account, health, address, by_hand)
        return
    for one in by_hand:
        yield facts(F.BY_HAND_ELSEWHERE, url=one.url, ours=address)
    if not here.is_enabled:
        yield facts(F.DISABLED, url=here.url)
    if is_secret_lost(here, account):
        yield facts(F.SECRET_LOST, url=here.url)
    yield from _event_findings(here, account)
    if sum(_same(one.url, address) for one in seen_endpoints(health)) > 1:
        yield facts(F.TWO_ENDPOINTS, url=address)
    for one in stale_endpoints(health, address):
        yield facts(F.STALE_ENDPOINT, url=one.url, id=one.id)


def _nothing_here(
    account: ProcessorAccount, health: AccountHealth, address: str, by_hand: list[SeenEndpoint]
) -> Iterator[Facts]:
    """What is there instead of an endpoint at our address."""
    ours = [one for one in seen_endpoints(health) if one.is_ours]
    for one in ours:
        yield facts(F.WRONG_ADDRESS, url=one.url, ours=address)
    for one in () if ours else by_hand:
        yield facts(F.WRONG_ADDRESS_BY_HAND, url=one.url, ours=address)
    # Endpoints for thin events are not in the list, and what they deliver is believed.
    thin, last = account.thin_event_at, account.last_event_at
    is_thin = thin is not None and last is not None and last - thin < THIN_NOTED_EVERY
    if not ours and not by_hand and not is_thin:
        yield facts(F.NO_ENDPOINT, ours=address)


def _others(health: AccountHealth) -> Iterator[Facts]:
    """Endpoints of others at this account, which are never changed from here."""
    for one in seen_endpoints(health):
        if one.owner:
            is_near = one.owner == Owner.RESTAURANT
            yield facts(F.OTHER_RESTAURANT if is_near else F.OTHER_INSTALLATION, url=one.url)


def _is_by_hand_elsewhere(one: SeenEndpoint, address: str) -> bool:
    """Whether a person made it for this restaurant at another address: another host, or another path at ours."""
    if one.is_ours or one.owner or _same(one.url, address):
        return False
    theirs, ours = urlsplit(one.url), urlsplit(address)
    is_same_path = theirs.path.rstrip("/") == ours.path.rstrip("/")
    return is_same_path or (theirs.netloc == ours.netloc and "/webhooks/" in theirs.path)


def _event_findings(here: SeenEndpoint, account: ProcessorAccount) -> Iterator[Facts]:
    kind = adapter(account.processor)
    wanted, ticked = dict(kind.guide_events), set(here.events)
    if "*" not in ticked:
        needed = [name for name, is_needed in wanted.items() if is_needed and name not in ticked]
        others = [name for name, is_needed in wanted.items() if not is_needed and name not in ticked]
        if needed:
            yield facts(F.NEEDED_EVENTS_MISSING, names=", ".join(needed))
        if others:
            yield facts(F.EVENTS_MISSING, names=", ".join(others))
    if wanted and (superfluous := sorted(ticked - set(wanted))):
        yield facts(F.EVENTS_SUPERFLUOUS, names=", ".join(superfluous))
    if here.api_version and here.api_version != kind.api_version:
        yield facts(F.OTHER_VERSION, version=here.api_version, ours=kind.api_version)


def is_secret_lost(one: SeenEndpoint, account: ProcessorAccount) -> bool:
    """Whether we made it and do not know its secret: the process ended before the secret was stored.

    A signed delivery since shows that somebody has pasted it.
    """
    last = account.last_event_at
    made_at = datetime.fromisoformat(one.created_at) if one.created_at else last
    is_used = last is not None and made_at is not None and last >= made_at
    if one.mark and mismatch_since_last(account):
        # Another secret was saved instead of its own, and what is delivered since is not signed with it.
        is_used = False
    return one.is_ours and not one.has_secret and not is_used


def _delivery_findings(account: ProcessorAccount, health: AccountHealth, at: datetime) -> Iterator[Facts]:
    yield from _lost_events(account, health, at)
    if lacking := lacking_verifier(account):
        yield facts(F.NOTHING_VERIFIES, field=lacking.label)
    yield from _signature_findings(account, health, at)
    if _is_thin_lately(account, at):
        yield facts(F.THIN)


def counting_problem(
    account: ProcessorAccount, health: AccountHealth, at: datetime
) -> tuple[str, datetime] | None:
    """What is wrong with the signatures since the last good delivery, and when; None when it may be a stranger's.

    A mismatch counts when there is other evidence too, or nothing has ever arrived.
    """
    problem = newest_problem(account)
    if problem is None or problem[0] in NOISE:
        return None
    if problem[0] == SignatureProblem.MISMATCH and account.last_event_at is not None:
        sent = health.proof_sent_at if health.proof_reference else None
        is_awaited = sent is not None and problem[1] >= sent
        return problem if is_awaited or any(_lost_events(account, health, at)) else None
    return problem


def _signature_findings(account: ProcessorAccount, health: AccountHealth, at: datetime) -> Iterator[Facts]:
    problem = newest_problem(account)
    if problem is None:
        return
    if counting_problem(account, health, at):
        yield facts(F.WRONG_SIGNATURE, problem=problem[0])
    else:
        yield facts(F.NOISE if problem[0] in NOISE else F.STRANGE_SIGNATURE, problem=problem[0])


def _lost_events(account: ProcessorAccount, health: AccountHealth, at: datetime) -> Iterator[Facts]:
    """Events that should have arrived and did not."""
    last = account.last_event_at
    if health.undelivered:
        yield facts(F.UNDELIVERED, count=health.undelivered, since=health.undelivered_since)
    if _counts_as_missed(account, health):
        yield facts(F.EVENT_MISSED)
    sent = health.proof_sent_at
    if (
        health.proof_reference
        and sent is not None
        and at - sent > PROOF_WAIT
        and (last is None or last < sent)
    ):
        yield facts(F.PROOF_LATE)


def _is_thin_lately(account: ProcessorAccount, at: datetime) -> bool:
    return account.thin_event_at is not None and at - account.thin_event_at < LATELY


def _counts_as_missed(account: ProcessorAccount, health: AccountHealth) -> bool:
    """Whether a payment's event did not come, at a webhook that somebody has set up: without one, none can come."""
    last, missed = account.last_event_at, health.missed_at
    if missed is None or (last is not None and last >= missed):
        return False
    is_proof_made = bool(health.proof_reference) or health.proof_sent_at is not None
    return last is not None or is_proof_made or endpoint_known(health)


def endpoint_known(health: AccountHealth) -> bool:
    """Whether an endpoint that we made was ever seen."""
    return any(one.has_secret for one in seen_endpoints(health))


def _same(one: str, other: str) -> bool:
    """Whether two addresses are one to us: the last slash makes no difference (webhooks/urls.py)."""
    return one.rstrip("/") == other.rstrip("/")
