"""Judge what is stored of a processor account, for its owner (M25).

`account_findings` makes no query: the page and the list give it the rows. The dashboard writes the sentences.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from duitpos.domain.processor_accounts.account_codes import PLACES, SEVERITIES, AccountFinding
from duitpos.domain.processor_accounts.account_codes import AccountCode as C
from duitpos.domain.processor_accounts.restriction import is_just_new
from duitpos.domain.processor_accounts.review_document import Review, review_of
from duitpos.kit.clock import now
from duitpos.kit.facts import Facts, facts
from duitpos.models import AccountHealth, Location, ProcessorAccount
from duitpos.models.payment_setup import AccountState
from duitpos.processors.account import MethodState, PaymentMethod, Permission, Requirement, Right, Urgency
from duitpos.processors.base import Adapter
from duitpos.processors.credentials import Mode
from duitpos.processors.errors import Failure
from duitpos.processors.registry import adapter

CLOCK_WARNS, CLOCK_REFUSES = 120, 300
"""Seconds between our clock and the processor's: from the first on the owner is warned, above the second deliveries are
refused."""
EXPIRES_SOON = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Around:
    """What of the restaurant an account is compared with: its locations, and its accounts in use with their types."""

    locations: tuple[Location, ...]
    accounts: tuple[ProcessorAccount, ...]


@dataclass(frozen=True, slots=True)
class _Subject:
    """All that is judged. `account` comes with its payment type."""

    account: ProcessorAccount
    health: AccountHealth
    around: Around
    at: datetime

    @property
    def kind(self) -> Adapter:
        return adapter(self.account.processor)

    @property
    def currencies(self) -> tuple[str, ...]:
        """The currencies that guests are charged in, each once."""
        return tuple(dict.fromkeys(one.currency for one in self.around.locations))

    def finding(self, code: C, items: Iterable[Facts] = (), /, **about: object) -> AccountFinding:
        """Make a finding with its severity, the processor's name and its page there."""
        place = PLACES.get(code)
        mode = Mode(self.account.mode) if self.account.mode else None
        page = self.kind.page(place, mode) if place else None
        return AccountFinding(
            SEVERITIES[code], facts(code, processor=self.kind.label, **about), tuple(items), page
        )


def around(tenant_id: UUID) -> Around:
    """Read what the restaurant's accounts are compared with. Two queries."""
    locations = Location.objects.filter(tenant_id=tenant_id).order_by("position", "slug")
    accounts = ProcessorAccount.objects.filter(tenant_id=tenant_id, state=AccountState.ACTIVE)
    in_use = accounts.select_related("payment_type").order_by("created_at", "id")
    return Around(tuple(locations), tuple(in_use))


def account_findings(
    account: ProcessorAccount, health: AccountHealth, around: Around
) -> tuple[AccountFinding, ...]:
    """Return all findings, what matters most first. `account` comes with its payment type."""
    subject, review = _Subject(account, health, around, now()), review_of(health)
    found = [*_key(subject), *_mode(subject), *_impossible(subject), *_others(subject)]
    if review is None:
        found.append(subject.finding(C.NOT_REVIEWED))
    else:
        for judge in _JUDGES:
            found += judge(subject, review)
    rank = {code: position for position, code in enumerate(SEVERITIES)}
    return tuple(sorted(found, key=lambda one: rank[one.code]))


# -- what needs no answer of the processor ------------------------------------------------------------------


def _key(subject: _Subject) -> Iterator[AccountFinding]:
    account, problem = subject.account, subject.health.review_problem
    is_refused = problem.get("code") in (Failure.KEY_REFUSED, Failure.NOT_PERMITTED)
    if account.paused_at is not None or is_refused:
        yield subject.finding(C.KEY_REFUSED, reason=problem if is_refused else account.problem)
    elif problem:
        yield subject.finding(C.NOT_ANSWERED, reason=problem)


def _mode(subject: _Subject) -> Iterator[AccountFinding]:
    codes = {Mode.LIVE: C.LIVE_MODE, Mode.TEST: C.TEST_MODE}
    mode = subject.account.mode
    yield subject.finding(codes[Mode(mode)] if mode else C.MODE_UNKNOWN)


def _impossible(subject: _Subject) -> Iterator[AccountFinding]:
    for location in subject.around.locations:
        if problem := subject.kind.currency_problem(location.currency):
            yield subject.finding(
                C.CURRENCY_IMPOSSIBLE, problem=problem, location=location.name, currency=location.currency
            )


def _others(subject: _Subject) -> Iterator[AccountFinding]:
    """Compare with other accounts in use: mixed modes, and one account for several types."""
    account, name = subject.account, subject.account.payment_type.name
    for other in subject.around.accounts:
        if other.id == account.id:
            continue
        there = other.payment_type.name
        if account.mode and other.mode and other.mode != account.mode:
            live, test = (name, there) if account.is_live else (there, name)
            yield subject.finding(C.MODES_MIXED, live=live, test=test)
        elif other.processor == account.processor and other.external_id == account.external_id != "":
            yield subject.finding(C.SHARED_TYPES, there=there)


# -- what the processor answered ----------------------------------------------------------------------------


def _charges(subject: _Subject, review: Review) -> Iterator[AccountFinding]:
    found = review.facts
    if is_just_new(found):
        yield subject.finding(C.NOT_SET_UP)
        return
    why = {"restriction": found.restriction or "", "restriction_code": found.restriction_code}
    yield subject.finding(C.CAN_CHARGE) if found.can_charge else subject.finding(C.CANNOT_CHARGE, **why)
    if found.can_pay_out is not None:
        yield subject.finding(C.CAN_PAY_OUT if found.can_pay_out else C.CANNOT_PAY_OUT)


def _requirements(subject: _Subject, review: Review) -> Iterator[AccountFinding]:
    required = review.facts.requirements
    if required is None:
        return
    codes = {
        Urgency.PAST_DUE: C.REQUIREMENTS_PAST_DUE,
        Urgency.DUE: C.REQUIREMENTS_DUE,
        Urgency.CHECKING: C.REQUIREMENTS_CHECKED,
        Urgency.LATER: C.REQUIREMENTS_LATER,
    }
    for urgency, code in codes.items():
        some = [one for one in required if one.urgency == urgency]
        if some:
            dates = [one.due_at for one in some if one.due_at is not None]
            items = map(_required, some)
            yield subject.finding(code, items, count=len(some), due_at=min(dates) if dates else None)
    if not any(one.urgency in (Urgency.PAST_DUE, Urgency.DUE) for one in required):
        yield subject.finding(C.NOTHING_REQUIRED)


def _required(one: Requirement) -> Facts:
    return {"name": one.name, "label": one.said}


def _methods(subject: _Subject, review: Review) -> Iterator[AccountFinding]:
    methods = review.facts.methods
    if methods is None:
        return
    fitting = [one for one in methods if _fits(one, subject.currencies)]
    by_state = {state: [one for one in fitting if one.state == state] for state in MethodState}
    if by_state[MethodState.ACTIVE]:
        yield _listed(subject, C.METHODS_ACTIVE, by_state[MethodState.ACTIVE])
    else:
        yield subject.finding(C.NO_METHOD_FITS, currencies=", ".join(subject.currencies))
    for state, code in (
        (MethodState.PENDING, C.METHODS_PENDING),
        (MethodState.INACTIVE, C.METHODS_INACTIVE),
    ):
        if by_state[state]:
            yield _listed(subject, code, by_state[state])
    for one in methods:
        if one.state == MethodState.ACTIVE and one not in fitting:
            yield subject.finding(
                C.METHODS_UNFIT,
                method=one.label,
                takes=", ".join(one.currencies),
                charged=", ".join(subject.currencies),
            )


def _fits(method: PaymentMethod, currencies: Iterable[str]) -> bool:
    return not method.currencies or bool(set(method.currencies) & set(currencies))


def _listed(subject: _Subject, code: C, methods: Iterable[PaymentMethod]) -> AccountFinding:
    return subject.finding(code, methods=", ".join(one.label for one in methods))


def _currency(subject: _Subject, review: Review) -> Iterator[AccountFinding]:
    kept = review.facts.currency
    if not kept:
        return
    others = [one for one in subject.around.locations if one.currency != kept]
    for location in others:
        if not subject.kind.currency_problem(location.currency):
            yield subject.finding(
                C.CURRENCY_CONVERTED, location=location.name, charged=location.currency, kept=kept
            )
    if not others:
        yield subject.finding(C.CURRENCY_SAME, currency=kept)


def _rights(subject: _Subject, review: Review) -> Iterator[AccountFinding]:
    found = review.facts
    for lacked in found.missing or ():
        stops = lacked.right == Right.TAKE_PAYMENTS
        code = C.MAY_NOT_TAKE_PAYMENTS if stops else C.RIGHT_MISSING
        yield subject.finding(code, right=lacked.right, name=lacked.name, label=lacked.label)
    if found.is_too_wide:
        yield subject.finding(C.KEY_TOO_WIDE, map(_permitted, subject.kind.permissions))
    elif found.is_too_wide is False and found.missing == ():
        yield subject.finding(C.RIGHTS_ENOUGH)
    if found.expires_at is not None and found.expires_at - subject.at < EXPIRES_SOON:
        yield subject.finding(C.KEY_EXPIRES, due_at=found.expires_at)


def _permitted(one: Permission) -> Facts:
    return {"name": one.name, "label": one.label}


def _clock(subject: _Subject, review: Review) -> Iterator[AccountFinding]:
    ahead = review.facts.clock_ahead
    if ahead is None:
        return
    seconds = abs(ahead)
    if seconds <= CLOCK_WARNS:
        yield subject.finding(C.CLOCK_SAME)
        return
    code = C.CLOCK_REFUSES if seconds > CLOCK_REFUSES else C.CLOCK_DIFFERS
    yield subject.finding(code, seconds=seconds, is_ahead=ahead > 0)


def _version(subject: _Subject, review: Review) -> Iterator[AccountFinding]:
    theirs, ours = review.facts.event_version, subject.kind.api_version
    if theirs and ours:
        yield subject.finding(
            C.VERSION_SAME if theirs == ours else C.VERSION_DIFFERS, theirs=theirs, ours=ours
        )


def _elsewhere(subject: _Subject, review: Review) -> Iterator[AccountFinding]:
    if review.is_shared:
        yield subject.finding(C.SHARED_WITH_ANOTHER)


_JUDGES: tuple[Callable[[_Subject, Review], Iterator[AccountFinding]], ...] = (
    _charges,
    _requirements,
    _methods,
    _currency,
    _rights,
    _clock,
    _version,
    _elsewhere,
)
