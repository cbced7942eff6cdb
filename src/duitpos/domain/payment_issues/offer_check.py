"""Which payment types guests are shown at each location, and why the others are not.

The rules are those of checkout/options.py, which answers what a guest can use; a test compares both over many set-ups.
"""

from __future__ import annotations

from collections.abc import Iterator

from duitpos.domain.payment_issues.findings import Cause, CauseCode, Check, Evidence, EvidenceCode, Symptom
from duitpos.domain.payment_issues.known import Known
from duitpos.domain.tenancy.hours import is_paused, takes_orders
from duitpos.kit.money import Money
from duitpos.models import Location, PaymentType, ProcessorAccount
from duitpos.models.payment_setup import AccountState
from duitpos.models.tenant import UnpaidOrders
from duitpos.processors.registry import ADAPTERS

Found = Cause | Evidence


def check_offered(known: Known) -> Check:
    """What guests can choose at each location. No query."""
    found: list[Found] = [
        Evidence(EvidenceCode.HIDDEN_INACTIVE, {"type": kind.name})
        for kind in known.types
        if not kind.is_active
    ]
    for site in known.sites:
        found += _at_location(known, site)
    found += _minimums(known)
    causes = tuple(one for one in found if isinstance(one, Cause))
    return Check(Symptom.NOT_OFFERED, causes, tuple(one for one in found if isinstance(one, Evidence)))


def offered_types(known: Known, site: Location) -> list[PaymentType]:
    """The types that guests can choose there while it is open, in the owner's order."""
    return [kind for kind in known.types if not why_not_offered(known, kind, site)]


def why_not_offered(known: Known, kind: PaymentType, site: Location) -> CauseCode | EvidenceCode | None:
    """Why guests at a location cannot choose a type although it is open; None when they can."""
    if not kind.is_active:
        return EvidenceCode.HIDDEN_INACTIVE
    if (kind.id, site.id) in known.not_offered:
        return EvidenceCode.HIDDEN_NOT_OFFERED
    if not kind.is_online:
        return _why_not_at_counter(known, kind, site)
    accounts = _accounts_of(known, kind)
    if not accounts:
        return CauseCode.NO_PROCESSOR
    reasons = [_why_not(known, account, site) for account in accounts]
    return None if None in reasons else reasons[0]


def why_hidden(known: Known, kind: PaymentType, site: Location) -> Found | None:
    """The same with the facts of its sentence. No query."""
    code = why_not_offered(known, kind, site)
    if code is None:
        return None
    about = {
        "type": kind.name,
        "location": site.name,
        "currency": site.currency,
        "until": _until(known, kind),
    }
    return Cause(code, about, type_id=kind.id) if isinstance(code, CauseCode) else Evidence(code, about)


def _why_not_at_counter(known: Known, kind: PaymentType, site: Location) -> EvidenceCode | None:
    """A type that staff take the money for: guests send the order unpaid, and can pay it so at the counter."""
    if site.unpaid_orders == UnpaidOrders.OFF:
        return EvidenceCode.HIDDEN_NO_UNPAID
    return EvidenceCode.HIDDEN_NOT_AT_COUNTER if (kind.id, site.id) in known.not_at_counter else None


def _accounts_of(known: Known, kind: PaymentType) -> list[ProcessorAccount]:
    return [
        account
        for account in known.accounts
        if account.payment_type_id == kind.id and account.state == AccountState.ACTIVE
    ]


def _why_not(known: Known, account: ProcessorAccount, site: Location) -> CauseCode | EvidenceCode | None:
    if ADAPTERS[account.processor].currency_problem(site.currency):
        return CauseCode.CURRENCY
    if account.paused_at is not None:
        return CauseCode.OFFER_KEY_REFUSED
    if account.offered_again_at is not None and account.offered_again_at > known.at:
        return CauseCode.STARTS_REFUSED
    return EvidenceCode.HIDDEN_TEST if _takes_real_money(known) and not account.is_live else None


def _takes_real_money(known: Known) -> bool:
    """Whether a live account of an active type is in use, even while it is paused."""
    return any(
        account.is_live and account.state == AccountState.ACTIVE and account.payment_type.is_active
        for account in known.accounts
    )


def _at_location(known: Known, site: Location) -> Iterator[Found]:
    offered = offered_types(known, site)
    if not takes_orders(known.tenant, site, known.at):
        code = EvidenceCode.HIDDEN_PAUSED if is_paused(site, known.at) else EvidenceCode.HIDDEN_CLOSED
        yield Evidence(code, {"location": site.name})
    for kind in known.types:
        found = why_hidden(known, kind, site) if kind.is_active else None
        if found is not None:
            yield found
    if offered:
        names = tuple(kind.name for kind in offered)
        yield Evidence(EvidenceCode.OFFERED, {"types": names, "location": site.name})
    elif not any(kind.is_online and kind.is_active for kind in known.types):
        yield Cause(CauseCode.NOTHING_OFFERED, {"location": site.name})


def _until(known: Known, kind: PaymentType) -> object:
    waits = [account.offered_again_at for account in _accounts_of(known, kind) if account.offered_again_at]
    return max(waits, default=None)


def _minimums(known: Known) -> list[Evidence]:
    """The least amounts of the offered types, each said once whatever the number of locations."""
    least: dict[tuple[str, Money], None] = {}
    for site in known.sites:
        for kind in offered_types(known, site):
            if not kind.is_online:
                continue
            account = next(one for one in _accounts_of(known, kind) if _why_not(known, one, site) is None)
            minor = ADAPTERS[account.processor].can.minimum_minor.get(site.currency, 0)
            if minor:
                least[kind.name, Money(minor, site.currency)] = None
    return [Evidence(EvidenceCode.BELOW_MINIMUM, {"type": name, "amount": amount}) for name, amount in least]
