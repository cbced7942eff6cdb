"""Stripe as a processor: what set-up, webhooks and payments ask of it (processors/base.py)."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import stripe
import structlog

from duitpos.kit.deadline import within
from duitpos.kit.money import Money
from duitpos.processors.base import (
    AccountFacts,
    Capabilities,
    CheckoutRequest,
    CheckoutSession,
    CredentialField,
    DisputeSnapshot,
    EventKind,
    Failure,
    OwnCode,
    PaymentSnapshot,
    ProcessorError,
    ProcessorEvent,
    RefundSnapshot,
    SnapshotState,
)
from duitpos.processors.stripe import amounts, credentials
from duitpos.processors.stripe.account import account_facts
from duitpos.processors.stripe.client import API_VERSION, client_of
from duitpos.processors.stripe.disputes import list_disputes
from duitpos.processors.stripe.errors import LABEL, stripe_error, translated
from duitpos.processors.stripe.events import KINDS, event_of, verified
from duitpos.processors.stripe.refunds import list_refunds, make_refund
from duitpos.processors.stripe.snapshots import Incomplete, id_of, session_snapshot
from duitpos.processors.stripe.start import start_session

# Always with the charge: complete and unpaid can only be read together with its intent (M1).
_EXPAND = "payment_intent.latest_charge"
log = structlog.get_logger(__name__)
LISTING = 20.0
"""Seconds that a listing of many pages may take."""


class StripeAdapter:
    """The kind of processor."""

    name = "stripe"
    label = LABEL
    can = Capabilities(webhooks=True, minimum_minor=amounts.MINIMUMS)
    credential_fields: tuple[CredentialField, ...] = credentials.FIELDS
    guide_events: tuple[tuple[str, bool], ...] = tuple(
        (name, name in ("checkout.session.completed", "checkout.session.expired")) for name in KINDS
    )
    api_version = API_VERSION

    def open(self, secret_key: str, api_base: str) -> StripeProcessor:
        """An account, for the calls of one piece of work."""
        return StripeProcessor(secret_key, api_base)

    def read_event(self, body: bytes, headers: Mapping[str, str], secrets: Iterable[str]) -> ProcessorEvent:
        """Verify and read; SignatureInvalid."""
        return verified(body, headers, secrets)

    def credential_problem(self, field_name: str, value: str) -> str:
        """What is wrong with a pasted credential."""
        return credentials.problem(field_name, value)

    def mode_of(self, secret_key: str) -> str:
        """test or live."""
        return credentials.mode_of(secret_key)

    def currency_problem(self, currency: str) -> str:
        """Why amounts of this currency cannot be sent exactly."""
        return amounts.currency_problem(currency)


class StripeProcessor:
    """One account, opened. Every method ends within the deadline of kit/deadline.py and raises ProcessorError only."""

    def __init__(self, secret_key: str, api_base: str) -> None:
        self._secret_key = secret_key
        self._client = client_of(secret_key, api_base)

    def check(self) -> AccountFacts:
        """Who the key belongs to."""
        with within():
            return account_facts(self._client, self._secret_key)

    def start(self, request: CheckoutRequest, key: str) -> CheckoutSession:
        """Make the page that `request` describes."""
        with within():
            return start_session(self._client, request, key)

    def fetch(self, reference: str) -> PaymentSnapshot:
        """The truth about an attempt."""
        with within(), translated():
            # An empty id would ask for the list of all sessions.
            if not reference:
                raise stripe_error(Failure.NOT_FOUND, OwnCode.NO_REFERENCE)
            session = self._client.v1.checkout.sessions.retrieve(reference, params={"expand": [_EXPAND]})
            return session_snapshot(session.to_dict())

    def fetch_by_intent(self, intent_reference: str) -> PaymentSnapshot | None:
        """The truth about the attempt that a payment intent belongs to."""
        params: Any = {"payment_intent": intent_reference, "limit": 1, "expand": [f"data.{_EXPAND}"]}
        with within(), translated():
            found = self._client.v1.checkout.sessions.list(params=params).data
            return session_snapshot(found[0].to_dict()) if found else None

    def cancel(self, reference: str) -> PaymentSnapshot:
        """Expire what is not paid; whatever else it is, is told."""
        with within():
            try:
                with translated():
                    session = self._client.v1.checkout.sessions.expire(reference)
                    return session_snapshot(session.to_dict())
            except ProcessorError as error:
                # "Only open sessions can be expired": then it is paid, processing or expired already.
                if error.failure != Failure.REFUSED:
                    raise
                snapshot = self.fetch(reference)
                if snapshot.state == SnapshotState.OPEN:
                    raise
                return snapshot

    def refund(
        self, intent_reference: str, amount: Money, key: str, our_refund: str, reason: str
    ) -> RefundSnapshot:
        """Give money back."""
        with within():
            return make_refund(self._client, intent_reference, amount, key, our_refund, reason)

    def refunds_of(self, intent_reference: str) -> list[RefundSnapshot]:
        """Every refund of a payment."""
        with within():
            return list_refunds(self._client, intent_reference)

    def disputes_of(self, intent_reference: str) -> list[DisputeSnapshot]:
        """Every dispute of a payment."""
        with within():
            return list_disputes(self._client, intent_reference)

    def intent_of(self, kind: EventKind, object_reference: str) -> str:
        """The payment intent of a refund, a charge or a dispute."""
        v1 = self._client.v1
        kinds: dict[EventKind, Any] = {EventKind.REFUND: v1.refunds, EventKind.DISPUTE: v1.disputes}
        with within(), translated():
            found = kinds.get(kind, v1.charges).retrieve(object_reference)
            return id_of(found.to_dict().get("payment_intent"))

    def undelivered(self, since: datetime) -> Iterable[ProcessorEvent]:
        """Events of our kinds that could not be delivered, oldest first. Stripe lists 30 days, newest first.

        Each page has a deadline of its own: nobody waits for this but the worker, and that no longer than LISTING.
        """
        params: Any = {
            "types": list(KINDS),
            "delivery_success": False,
            "created": {"gte": int(since.timestamp())},
            "limit": 100,
        }
        with translated():
            ends, listed = time.monotonic() + LISTING, []
            for event in self._client.v1.events.list(params=params).auto_paging_iter():
                listed.append(event)
                if time.monotonic() > ends:
                    raise stripe_error(Failure.UNAVAILABLE, "slow")
            return [read for event in reversed(listed) if (read := _read(event)) is not None]

    def sessions_between(self, since: datetime, until: datetime) -> list[PaymentSnapshot]:
        """What was started in that time, by whomever with this account."""
        params: Any = {
            "created": {"gte": int(since.timestamp()), "lt": int(until.timestamp())},
            "limit": 100,
            "expand": [f"data.{_EXPAND}"],
        }
        with translated():
            ends, found = time.monotonic() + LISTING, []
            for session in self._client.v1.checkout.sessions.list(params=params).auto_paging_iter():
                snapshot = _readable(session)
                if snapshot is not None:
                    found.append(snapshot)
                if time.monotonic() > ends:
                    raise stripe_error(Failure.UNAVAILABLE, "slow")
            return found


def _read(event: stripe.Event) -> ProcessorEvent | None:
    """One of a list; None for one that is no event as we know it, which must not hide the others."""
    plain = event.to_dict(for_json=True)
    try:
        return event_of(plain, json.dumps(plain, indent=2))
    except Incomplete:
        log.warning("listed_event_not_read", event_id=str(plain.get("id"))[:80])
        return None


def _readable(session: stripe.checkout.Session) -> PaymentSnapshot | None:
    """One of a list; None for another business's session in a form that we never make."""
    try:
        return session_snapshot(session.to_dict())
    except Incomplete:
        return None
