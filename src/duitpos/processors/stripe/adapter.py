"""The Stripe adapter: implements processors/base.py for setup, webhooks and payments (docs/money-path.md: M1)."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import stripe
import structlog

from duitpos.kit.deadline import within
from duitpos.kit.money import Money
from duitpos.processors.account import Place, ProcessorPage
from duitpos.processors.base import AccountFacts, Adapter, Processor
from duitpos.processors.capabilities import (
    Capabilities,
    Expiry,
    PaysBy,
    RefundAbility,
    StartRepeat,
    WebhookAddress,
)
from duitpos.processors.credentials import (
    CredentialField,
    CredentialProblem,
    Credentials,
    CurrencyProblem,
    Mode,
)
from duitpos.processors.errors import Failure, OwnCode, ProcessorError
from duitpos.processors.events import Delivery, EventKind, ProcessorEvent
from duitpos.processors.references import References
from duitpos.processors.snapshots import (
    DisputeSnapshot,
    FeeSnapshot,
    PaymentSnapshot,
    RefundSnapshot,
    RefundsSeen,
    SnapshotState,
)
from duitpos.processors.start import CheckoutRequest, Started
from duitpos.processors.stripe import amounts, pages
from duitpos.processors.stripe.account import account_facts, account_review
from duitpos.processors.stripe.client import API_VERSION, client_of
from duitpos.processors.stripe.credentials import (
    FIELDS,
    SECRET_KEY,
    WEBHOOK_SECRET,
    mode_of,
    problems,
)
from duitpos.processors.stripe.disputes import list_disputes, list_new_disputes
from duitpos.processors.stripe.endpoints import StripeEndpoints
from duitpos.processors.stripe.errors import LABEL, stripe_error, translated
from duitpos.processors.stripe.events import KINDS, event_of, verify_and_parse
from duitpos.processors.stripe.fees import list_fees
from duitpos.processors.stripe.guide import GUIDE, dispute_page, object_page, payment_page
from duitpos.processors.stripe.permissions import NEEDED
from duitpos.processors.stripe.refunds import list_refunds, make_refund
from duitpos.processors.stripe.snapshots import INTENT, Incomplete, id_of, session_snapshot
from duitpos.processors.stripe.start import LINES, start_session

_OBJECT_ID = re.compile(r"[a-z]{2,3}_[A-Za-z0-9_]{6,76}")
# The state of a complete and unpaid session depends on its payment intent, so always expand it.
_EXPAND = "payment_intent.latest_charge"
log = structlog.get_logger(__name__)
_KEYS_KEPT = timedelta(hours=24)
LISTING = 20.0
"""Deadline for a listing of several pages, in seconds."""


class StripeAdapter(Adapter):
    """Implements Adapter for Stripe."""

    name = "stripe"
    label = LABEL
    can = Capabilities(
        webhook_address=WebhookAddress.SHARED,
        start_repeat=StartRepeat.SAME,
        start_repeat_for=_KEYS_KEPT,
        expiry=Expiry(least=timedelta(minutes=30), most=timedelta(hours=24)),
        events_kept=timedelta(days=30),
        lists_started=True,
        has_disputes=True,
        lists_disputes=True,
        has_warnings=True,
        lists_fees=True,
        refund=RefundAbility(keys_kept=_KEYS_KEPT),
        lines=LINES,
        pays_by=PaysBy.PAGE,
        minimum_minor=amounts.MINIMUMS,
    )
    credential_fields: tuple[CredentialField, ...] = FIELDS
    guide_events: tuple[tuple[str, bool], ...] = tuple(
        (name, name in ("checkout.session.completed", "checkout.session.expired")) for name in KINDS
    )
    api_version = API_VERSION
    permissions = NEEDED
    guide = GUIDE

    def page(self, place: Place, mode: Mode | None) -> ProcessorPage:
        """A page of Stripe's dashboard."""
        return pages.page(place, mode)

    def open(self, credentials: Credentials, endpoint: str) -> StripeProcessor:
        """Open an account for one unit of work."""
        return StripeProcessor(credentials.get(SECRET_KEY, ""), endpoint)

    def read_event(
        self, body: bytes, headers: Mapping[str, str], verifiers: Iterable[Credentials]
    ) -> Delivery:
        """Verify and parse a delivery. Raises SignatureInvalid."""
        return verify_and_parse(body, headers, (one.get(WEBHOOK_SECRET, "") for one in verifiers))

    def judge(self, credentials: Credentials) -> Sequence[CredentialProblem]:
        """The problems of pasted texts, by their form alone."""
        return problems(credentials)

    def mode(self, credentials: Credentials, endpoint: str) -> Mode | None:
        """The mode, from the key's prefix."""
        return mode_of(credentials.get(SECRET_KEY, ""))

    def currency_problem(self, currency: str) -> CurrencyProblem | None:
        """Why this currency's amounts cannot be sent exactly; None when they can."""
        return amounts.currency_problem(currency)

    def payment_page(self, references: References, endpoint: str, *, is_test: bool) -> str:
        """The payment's page in Stripe's dashboard."""
        return payment_page(references, endpoint, is_test=is_test)

    def dispute_page(self, reference: str, payment: References, endpoint: str, *, is_test: bool) -> str:
        """The dispute's page in Stripe's dashboard; the sandbox shows disputes on the payment's page."""
        if endpoint:
            return payment_page(payment, endpoint, is_test=is_test)
        return dispute_page(reference, is_test=is_test)

    def object_page(self, value: str, endpoint: str, *, is_test: bool) -> str:
        """The object's page in Stripe's dashboard, or its search for the id."""
        return object_page(value, endpoint, is_test=is_test)


class StripeProcessor(Processor):
    """An open Stripe account. Methods raise ProcessorError; all but listings keep the deadline of kit/deadline.py."""

    def __init__(self, secret_key: str, api_base: str) -> None:
        self._secret_key = secret_key
        self._client = client_of(secret_key, api_base)
        self.endpoints = StripeEndpoints(self._client)

    def check(self) -> AccountFacts:
        """Fetch the account that the key belongs to."""
        with within():
            return account_facts(self._client, self._secret_key)

    def review(self) -> AccountFacts:
        """Fetch the account and try each permission. With a restricted key these are eight calls."""
        with within():
            return account_review(self._client, self._secret_key)

    def start(self, request: CheckoutRequest, key: str) -> Started:
        """Create a checkout session."""
        with within():
            return start_session(self._client, request, key)

    def fetch(self, references: References) -> PaymentSnapshot:
        """Fetch an attempt by its checkout session's id, or by its payment intent's."""
        sessions = self._client.v1.checkout.sessions
        with within(), translated():
            if references.main:
                session = sessions.retrieve(references.main, params={"expand": [_EXPAND]})
                return session_snapshot(session.to_dict())
            # With an empty id, the request would list all sessions.
            if not references.of(INTENT):
                raise stripe_error(Failure.NOT_FOUND, OwnCode.NO_REFERENCE)
            params: Any = {
                "payment_intent": references.of(INTENT),
                "limit": 1,
                "expand": [f"data.{_EXPAND}"],
            }
            found = sessions.list(params=params).data
            if not found:
                raise stripe_error(Failure.NOT_FOUND)
            return session_snapshot(found[0].to_dict())

    def cancel(self, references: References) -> PaymentSnapshot:
        """Expire an open session; for one that is not open, return its current snapshot."""
        with within():
            try:
                with translated():
                    session = self._client.v1.checkout.sessions.expire(references.main)
                    return session_snapshot(session.to_dict())
            except ProcessorError as error:
                # Stripe only expires open sessions, so this one is already paid, processing or expired.
                if error.failure != Failure.REFUSED:
                    raise
                snapshot = self.fetch(references)
                if snapshot.state == SnapshotState.OPEN:
                    raise
                return snapshot

    def refund(
        self, references: References, amount: Money, key: str, our_refund: str, reason: str
    ) -> RefundSnapshot:
        """Refund a payment."""
        with within():
            return make_refund(self._client, self._intent(references), amount, key, our_refund, reason)

    def refunds_of(self, references: References) -> RefundsSeen:
        """List all refunds of a payment."""
        with within():
            return list_refunds(self._client, self._intent(references))

    def disputes_of(self, references: References) -> list[DisputeSnapshot]:
        """Every dispute of a payment."""
        with within():
            return list_disputes(self._client, self._intent(references))

    def disputes_since(self, since: datetime) -> list[DisputeSnapshot]:
        """List all disputes opened since then, also of other software's payments."""
        return list_new_disputes(self._client, since)

    def fees_between(self, since: datetime, until: datetime) -> list[FeeSnapshot]:
        """List all fees charged in that time, also for money of other software."""
        return list_fees(self._client, since, until)

    def _intent(self, references: References) -> str:
        """The payment intent's id, fetched from the session when it is not known yet. Raises NOT_FOUND for none."""
        intent = references.of(INTENT) or self.fetch(references).references.of(INTENT)
        if not intent:
            raise stripe_error(Failure.NOT_FOUND, OwnCode.NO_REFERENCE)
        return intent

    def payment_of(self, kind: EventKind, object_reference: str) -> References:
        """Fetch the payment intent's id of a refund, charge or dispute."""
        v1 = self._client.v1
        kinds: dict[EventKind, Any] = {EventKind.REFUND: v1.refunds, EventKind.DISPUTE: v1.disputes}
        with within(), translated():
            found = kinds.get(kind, v1.charges).retrieve(object_reference)
            return References.named(**{INTENT: id_of(found.to_dict().get("payment_intent"))})

    def references_to(self, pasted: str) -> References:
        """Read a pasted id of a session, payment intent, charge, refund or dispute."""
        if not _OBJECT_ID.fullmatch(pasted):
            return References()
        v1, begins = self._client.v1, pasted.partition("_")[0]
        if begins == "cs":
            return References(pasted)
        if begins == "pi":
            return References.named(**{INTENT: pasted})
        named: dict[str, Any] = {"ch": v1.charges, "py": v1.charges, "re": v1.refunds, "pyr": v1.refunds}
        named |= {"dp": v1.disputes, "du": v1.disputes}
        if begins not in named:
            return References()
        with within(), translated():
            found = named[begins].retrieve(pasted).to_dict()
            return References.named(**{INTENT: id_of(found.get("payment_intent"))})

    def undelivered(self, since: datetime) -> Iterable[ProcessorEvent]:
        """List undelivered events of our kinds, oldest first. Stripe keeps 30 days and lists newest first.

        Each page has its own deadline, because only the worker calls this; the whole listing ends after LISTING.
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

    def started_between(self, since: datetime, until: datetime) -> list[PaymentSnapshot]:
        """List all attempts started in this account in that time, also by other software."""
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
    """Parse a listed event; None for one we cannot read, so that the others are still returned."""
    plain = event.to_dict(for_json=True)
    try:
        return event_of(plain, json.dumps(plain, indent=2))
    except Incomplete:
        log.warning("listed_event_not_read", event_id=str(plain.get("id"))[:80])
        return None


def _readable(session: stripe.checkout.Session) -> PaymentSnapshot | None:
    """Parse a listed session; None for one we cannot read: other software made it."""
    try:
        return session_snapshot(session.to_dict())
    except Incomplete:
        return None
