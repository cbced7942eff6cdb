"""Judge a webhook from stored facts, without a query or a call."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from duitpos.domain.processor_accounts.credentials import lacking_verifier
from duitpos.domain.processor_accounts.webhooks.look import SeenEndpoint, seen_endpoints
from duitpos.kit.facts import Facts, facts
from duitpos.models import AccountHealth, ProcessorAccount
from duitpos.processors.errors import SignatureProblem
from duitpos.processors.registry import adapter

PROOF_WAIT = timedelta(minutes=5)
"""How long a round trip may take."""
NOISE = (SignatureProblem.MISSING.value, SignatureProblem.MALFORMED.value)
"""What anybody can send; it says nothing about the webhook."""


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
    DISABLED = "disabled"
    NOTHING_VERIFIES = "nothing_verifies"
    NEEDED_EVENTS_MISSING = "needed_events_missing"
    EVENTS_MISSING = "events_missing"
    EVENTS_SUPERFLUOUS = "events_superfluous"
    OTHER_VERSION = "other_version"
    THIN = "thin"
    TWO_ENDPOINTS = "two_endpoints"
    STALE_ENDPOINT = "stale_endpoint"
    WRONG_SIGNATURE = "wrong_signature"
    NOISE = "noise"
    UNDELIVERED = "undelivered"
    EVENT_MISSED = "event_missed"
    PROOF_LATE = "proof_late"
    CANNOT_LIST = "cannot_list"


F = WebhookFinding
BAD = frozenset(
    {
        F.NO_ENDPOINT,
        F.WRONG_ADDRESS,
        F.DISABLED,
        F.NOTHING_VERIFIES,
        F.NEEDED_EVENTS_MISSING,
        F.WRONG_SIGNATURE,
        F.UNDELIVERED,
        F.EVENT_MISSED,
        F.PROOF_LATE,
    }
)


@dataclass(frozen=True, slots=True)
class WebhookReport:
    """A webhook's state, the time of its evidence (None: there is none), and what was found, the worst first."""

    state: WebhookState
    at: datetime | None
    findings: tuple[Facts, ...]

    def has(self, *codes: WebhookFinding) -> bool:
        """Whether one of these was found."""
        return any(one["code"] in codes for one in self.findings)


def judge(account: ProcessorAccount, health: AccountHealth, address: str, at: datetime) -> WebhookReport:
    """Judge the account's webhook. A signed delivery outweighs what the processor lists before it."""
    found = [*_endpoint_findings(health, address, account), *_delivery_findings(account, health, at)]
    found.sort(key=lambda one: one["code"] not in BAD)
    report = WebhookReport(WebhookState.UNPROVEN, account.last_event_at, tuple(found))
    state, since = _state(account, health, report)
    return WebhookReport(state, since, report.findings)


def endpoint_here(health: AccountHealth, address: str) -> SeenEndpoint | None:
    """The endpoint at our address: one that is enabled and whose secret we made before others, of these the newest.

    After a rotation there are two, and only the newer one's secret verifies for longer than a day.
    """
    newest_first = reversed(seen_endpoints(health))
    at_address = [one for one in newest_first if _same(one.url, address)]
    return max(at_address, key=lambda one: (one.is_enabled, one.has_secret), default=None)


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
    gone = report.has(F.NO_ENDPOINT, F.WRONG_ADDRESS, F.DISABLED)
    if gone and (last is None or health.endpoints_seen_at is None or last < health.endpoints_seen_at):
        has_worked = last is not None or health.proved_at is not None
        return (WebhookState.DOWN if has_worked else WebhookState.MISSING), health.endpoints_seen_at
    if report.has(F.PROOF_LATE):
        return WebhookState.DOWN, health.proof_sent_at
    # A wrong signature alone is no evidence, because a stranger can send one.
    if report.has(F.NEEDED_EVENTS_MISSING):
        return WebhookState.DOWN, health.endpoints_seen_at
    if report.has(F.UNDELIVERED) and (last is None or last < (health.undelivered_since or last)):
        return WebhookState.DOWN, health.undelivered_since
    return (WebhookState.WORKING if last is not None else WebhookState.UNPROVEN), last


def _endpoint_findings(health: AccountHealth, address: str, account: ProcessorAccount) -> Iterator[Facts]:
    if health.endpoints_problem:
        yield facts(F.CANNOT_LIST, reason=health.endpoints_problem)
    if health.endpoints_seen_at is None or (health.endpoints_problem and not health.endpoints):
        return
    here = endpoint_here(health, address)
    if here is None:
        ours = [one for one in seen_endpoints(health) if one.is_ours]
        for one in ours:
            yield facts(F.WRONG_ADDRESS, url=one.url, ours=address)
        if not ours:
            yield facts(F.NO_ENDPOINT, ours=address)
        return
    if not here.is_enabled:
        yield facts(F.DISABLED, url=here.url)
    yield from _event_findings(here, account)
    if sum(_same(one.url, address) for one in seen_endpoints(health)) > 1:
        yield facts(F.TWO_ENDPOINTS, url=address)
    for one in stale_endpoints(health, address):
        yield facts(F.STALE_ENDPOINT, url=one.url, id=one.id)


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
    if superfluous := sorted(ticked - set(wanted)):
        yield facts(F.EVENTS_SUPERFLUOUS, names=", ".join(superfluous))
    if here.api_version and here.api_version != kind.api_version:
        yield facts(F.OTHER_VERSION, version=here.api_version, ours=kind.api_version)


def _delivery_findings(account: ProcessorAccount, health: AccountHealth, at: datetime) -> Iterator[Facts]:
    last, bad_at = account.last_event_at, account.last_bad_signature_at
    if lacking := lacking_verifier(account):
        yield facts(F.NOTHING_VERIFIES, field=lacking.label)
    if bad_at is not None and (last is None or bad_at > last):
        is_noise = account.last_bad_signature in NOISE
        yield facts(F.NOISE if is_noise else F.WRONG_SIGNATURE, problem=account.last_bad_signature)
    if account.thin_event_at is not None:
        yield facts(F.THIN)
    if health.undelivered:
        yield facts(F.UNDELIVERED, count=health.undelivered)
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


def _counts_as_missed(account: ProcessorAccount, health: AccountHealth) -> bool:
    """Whether a payment's event did not come, at a webhook that somebody has set up: without one, none can come."""
    last, missed = account.last_event_at, health.missed_at
    if missed is None or (last is not None and last >= missed):
        return False
    is_set_up = last is not None or health.proof_sent_at is not None or endpoint_known(health)
    return is_set_up


def endpoint_known(health: AccountHealth) -> bool:
    """Whether an endpoint that we made was ever seen."""
    return any(one.has_secret for one in seen_endpoints(health))


def _same(one: str, other: str) -> bool:
    """Whether two addresses are one to us: the last slash makes no difference (webhooks/urls.py)."""
    return one.rstrip("/") == other.rstrip("/")
