"""Find an event's payment and fetch what the event lacks, before the transaction (M12, M65)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from duitpos.domain.orders.advance import Actor
from duitpos.domain.payments.problems import record_refusal, record_refused_key
from duitpos.domain.payments.processors.connect import open_account
from duitpos.domain.payments.references import further_of_page, payment_of_references
from duitpos.domain.payments.refunds.refunds_seen import Look, rows_before_look, with_known
from duitpos.domain.payments.settlement.fetch import fetch_and_settle
from duitpos.domain.payments.settlement.match_payment import (
    names_us,
    payment_of_correlation,
    payment_of_snapshot,
)
from duitpos.domain.payments.settlement.record_unknown_payment import are_one
from duitpos.kit.clock import now
from duitpos.kit.transact import outside_database
from duitpos.models import Payment, ProcessorAccount, Tenant
from duitpos.processors.base import Processor
from duitpos.processors.errors import Failure, ProcessorError
from duitpos.processors.events import EventKind, ProcessorEvent
from duitpos.processors.references import PAGE, References
from duitpos.processors.registry import adapter
from duitpos.processors.snapshots import (
    Decline,
    DisputeSnapshot,
    PaymentSnapshot,
    RefundsSeen,
    WarningSnapshot,
)

T = TypeVar("T")
AFTER_PAYMENT = (EventKind.REFUND, EventKind.REFUNDS, EventKind.DISPUTE, EventKind.WARNING)
"""Kinds of events about money that was already taken."""


@dataclass(frozen=True, slots=True)
class VerifiedEvent:
    """An event whose signature is valid, with the account whose secret verified it."""

    tenant: Tenant
    account: ProcessorAccount
    event: ProcessorEvent
    actor: Actor

    @property
    def is_listed(self) -> bool:
        """Whether we found it in the processor's list of events, so that no delivery brought it."""
        return self.actor.kind == "sweep"


@dataclass(frozen=True, slots=True)
class EventContext:
    """An event's payment and the snapshots to apply: the event's own, or fetched ones if it may not be applied."""

    payment: Payment | None = None
    snapshot: PaymentSnapshot | None = None
    looks: tuple[Look, ...] = ()
    """What the processor tells of refunds; of several payments when they came from one page."""
    disputes: tuple[DisputeSnapshot, ...] = field(default_factory=tuple)
    decline: Decline | None = None
    warning: WarningSnapshot | None = None
    said_at: datetime = field(default_factory=now)
    """When the processor reported the snapshots; now if they were fetched."""
    is_ours: bool = True


NOT_OURS = EventContext(is_ours=False)


def load_context(verified: VerifiedEvent) -> EventContext:
    """Find the payment and, unless the event may be applied as it is, fetch. Raises ProcessorError, Unavailable.

    Call it with no transaction open: a fetch may take seconds.
    """
    if verified.event.kind == EventKind.OTHER:
        return EventContext()
    if verified.event.kind in AFTER_PAYMENT:
        return _load_after_payment(verified)
    return _load_session(verified.tenant, verified.account, verified.event)


def is_believed(account: ProcessorAccount, event: ProcessorEvent, payment: Payment | None) -> bool:
    """Whether an event may be applied by its own content. Every kind of event checks this.

    The payment, if known, must belong to the account whose secret verified the event, the event must have that
    account's mode, and it must contain all that we need. Any other signed event only triggers a fetch.
    """
    if payment is not None and payment.account_id != account.id:
        return False
    has_its_mode = event.is_live is None or event.is_live == account.is_live
    return has_its_mode and (not event.is_hint or event.decline is not None)


def _load_session(tenant: Tenant, account: ProcessorAccount, event: ProcessorEvent) -> EventContext:
    """Load an event about an attempt."""
    payment = _find_payment(account, event)
    if not _is_ours(tenant, event, payment):
        if not event.is_thin:
            return NOT_OURS
        # A thin event has no correlation, so fetch the session to see whose it is.
        snapshot = _fetch_named(account, None, event)
        if snapshot is None or not names_us(tenant, snapshot.correlation):
            return NOT_OURS
        return _context_of(account, snapshot)
    owner = payment or payment_of_correlation(tenant.id, event.correlation)
    if is_believed(account, event, owner):
        return EventContext(payment, event.payment, decline=event.decline)
    source = _account_to_fetch_from(account, event, owner)
    # If another session than the payment's is not found, that is no problem of the payment.
    is_its_own = owner is not None and event.references.main in ("", owner.reference)
    snapshot = _fetch_named(source, owner if is_its_own else None, event)
    return EventContext(payment) if snapshot is None else _context_of(source, snapshot)


def _context_of(source: ProcessorAccount, snapshot: PaymentSnapshot) -> EventContext:
    """Build the context of a snapshot fetched from `source`.

    A session of another account never settles a payment, whatever its correlation.
    """
    payment = payment_of_snapshot(source, snapshot)
    if payment is not None and not are_one(payment.account, source):
        payment = None
    return EventContext(payment, snapshot)


def _find_payment(account: ProcessorAccount, event: ProcessorEvent) -> Payment | None:
    if event.payment is not None:
        return payment_of_snapshot(account, event.payment)
    if event.references.main:
        found = payment_of_references(account, References(event.references.main))
        if found is not None:
            return found
    return payment_of_correlation(account.tenant_id, event.correlation) or payment_of_references(
        account, event.references
    )


def _account_to_fetch_from(
    account: ProcessorAccount, event: ProcessorEvent, owner: Payment | None
) -> ProcessorAccount:
    """Return the payment's own account.

    For a session that is not the payment's, return the account of the event, unless both rows are the same account.
    """
    if owner is None or owner.account_id == account.id:
        return account
    is_own = event.references.main in ("", owner.reference)
    return owner.account if is_own or are_one(owner.account, account) else account


def _fetch_named(
    source: ProcessorAccount, payment: Payment | None, event: ProcessorEvent
) -> PaymentSnapshot | None:
    named = event.references
    # A reduced event that names no session is about its payment's session.
    if not named.main and payment is not None:
        named = References(payment.reference, named.others)
    if not named:
        return None
    return _fetch_from(source, payment, lambda processor: processor.fetch(named))


def _fetch_from(
    account: ProcessorAccount, payment: Payment | None, call: Callable[[Processor], T]
) -> T | None:
    """Call the processor; None if it does not find the object and no payment of ours needs it.

    Raises ProcessorError, Unavailable.
    """
    try:
        processor = open_account(account)
        with outside_database():
            return call(processor)
    except ProcessorError as error:
        if error.is_about_key:
            record_refused_key(account)
        elif error.failure == Failure.NOT_FOUND:
            if payment is None:
                # Definite: a retry would get the same response.
                return None
            record_refusal(payment, error)
        raise


def _load_after_payment(verified: VerifiedEvent) -> EventContext:
    """Load a refund or dispute. It may lack our correlation, so find the payment by the processor's ids."""
    tenant, account, event = verified.tenant, verified.account, verified.event
    named = event.references
    payment = payment_of_references(account, named)
    snapshot = None
    if payment is None and not named and event.is_hint and event.object_reference:
        kind, reference = event.kind, event.object_reference
        named = _fetch_from(account, None, lambda processor: processor.payment_of(kind, reference)) or named
        payment = payment_of_references(account, named)
    if payment is None and named.of(PAGE):
        payment = _payment_of_further_charge(account, named, verified.actor)
    # Money of others has no correlation. For a refund or dispute, only the payment itself shows that.
    may_be_ours = event.kind != EventKind.REFUNDS or event.correlation is not None or event.is_thin
    if payment is None and named and may_be_ours:
        # This event may have arrived before the payment's own event.
        snapshot = _fetch_from(account, None, lambda processor: processor.fetch(named))
        if snapshot is not None and names_us(tenant, snapshot.correlation):
            payment = _context_of(account, snapshot).payment
    if payment is None:
        return NOT_OURS
    if event.kind == EventKind.DISPUTE:
        return _dispute_context(account, event, payment, snapshot)
    if event.kind == EventKind.WARNING:
        # There is nothing to fetch a warning by, so one that may not be believed is not used.
        is_used = event.warning is not None and is_believed(account, event, payment)
        return EventContext(payment, snapshot, warning=event.warning) if is_used else NOT_OURS
    finds_ours = adapter(payment.account.processor).can.refund.finds_ours
    if event.refund is not None and finds_ours and is_believed(account, event, payment):
        return EventContext(payment, snapshot, (Look(payment, RefundsSeen((event.refund,))),))
    # An event about a page may be about any of its payments.
    others = [] if finds_ours else further_of_page(payment)
    looks = [_look(payment, named), *(_look(other, References()) for other in others)]
    return EventContext(payment, snapshot, tuple(look for look in looks if look is not None))


def _payment_of_further_charge(account: ProcessorAccount, named: References, actor: Actor) -> Payment | None:
    """Settle the page of a charge that is not known yet, so that it gets its payment; None if the page is not ours."""
    page = payment_of_references(account, References(named.of(PAGE)))
    if page is None:
        return None
    fetch_and_settle(page, actor)
    return payment_of_references(account, named)


def _look(payment: Payment, named: References) -> Look | None:
    known, before = with_known(named, payment), rows_before_look(payment)
    seen = _fetch_from(payment.account, payment, lambda processor: processor.refunds_of(known))
    return Look(payment, seen, before) if seen is not None else None


def _dispute_context(
    account: ProcessorAccount, event: ProcessorEvent, payment: Payment, snapshot: PaymentSnapshot | None
) -> EventContext:
    if event.dispute is not None and is_believed(account, event, payment):
        said_at = event.created_at or now()
        return EventContext(payment, snapshot, disputes=(event.dispute,), said_at=said_at)
    known = with_known(event.references, payment)
    disputes = _fetch_from(payment.account, payment, lambda processor: processor.disputes_of(known))
    return EventContext(payment, snapshot, disputes=tuple(disputes or ()))


def _is_ours(tenant: Tenant, event: ProcessorEvent, payment: Payment | None) -> bool:
    if event.correlation is None:
        # A reduced event may lack its metadata: it is ours if we know one of its ids.
        return event.is_hint and payment is not None
    return names_us(tenant, event.correlation)
