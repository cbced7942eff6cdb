"""Convert Stripe's delivered and listed events (docs/money-path.md: M1, M11, M25, M69).

The object's state decides, not the event's type; the one exception is an asynchronous failure, which the session does
not show. Pure, except that the signature's age is compared with the clock.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import stripe

from duitpos.kit.clock import now
from duitpos.processors.errors import SignatureInvalid, SignatureProblem
from duitpos.processors.events import Delivery, EventKind, ProcessorEvent
from duitpos.processors.references import References
from duitpos.processors.stripe.client import API_VERSION
from duitpos.processors.stripe.disputes import dispute_snapshot
from duitpos.processors.stripe.snapshots import (
    CHARGE,
    INTENT,
    Incomplete,
    Json,
    correlation_of,
    id_of,
    intent_decline,
    object_of,
    own_id,
    refund_snapshot,
    session_snapshot,
    text_of,
    time_of,
)
from duitpos.processors.stripe.warnings import warning_snapshot

TOLERANCE = 300
"""Seconds that a signature's time may differ from our clock, either way. Stripe signs every delivery attempt anew, so
late retries need no larger value."""

KINDS = {
    "checkout.session.completed": EventKind.PAYMENT,
    "checkout.session.expired": EventKind.PAYMENT,
    "checkout.session.async_payment_succeeded": EventKind.PAYMENT,
    "checkout.session.async_payment_failed": EventKind.PAYMENT,
    "payment_intent.payment_failed": EventKind.DECLINE,
    "refund.created": EventKind.REFUND,
    "refund.updated": EventKind.REFUND,
    "refund.failed": EventKind.REFUND,
    "charge.refunded": EventKind.REFUNDS,
    "charge.dispute.created": EventKind.DISPUTE,
    "charge.dispute.updated": EventKind.DISPUTE,
    "charge.dispute.closed": EventKind.DISPUTE,
    "charge.dispute.funds_withdrawn": EventKind.DISPUTE,
    "charge.dispute.funds_reinstated": EventKind.DISPUTE,
    "radar.early_fraud_warning.created": EventKind.WARNING,
    "radar.early_fraud_warning.updated": EventKind.WARNING,
    "review.opened": EventKind.WARNING,
    "review.closed": EventKind.WARNING,
}
_THIN_KINDS = {
    "checkout.session": EventKind.PAYMENT,
    "payment_intent": EventKind.PAYMENT,
    "charge": EventKind.REFUNDS,
    "refund": EventKind.REFUND,
    "dispute": EventKind.DISPUTE,
}
"""The kind of a thin event's related object."""


def verify_and_parse(body: bytes, headers: Mapping[str, str], secrets: Iterable[str]) -> Delivery:
    """Verify a delivery with any of the secrets, and parse it: Stripe sends one event each. Raises SignatureInvalid."""
    header = headers.get("stripe-signature", "")
    if not header:
        raise SignatureInvalid(SignatureProblem.MISSING)
    known = [secret for secret in secrets if secret]
    if not known:
        raise SignatureInvalid(SignatureProblem.NO_SECRET)
    if not any(_is_signed(body, header, secret) for secret in known):
        raise SignatureInvalid(SignatureProblem.MISMATCH)
    skew = _skew(header)
    if abs(skew) > TOLERANCE:
        raise SignatureInvalid(SignatureProblem.CLOCK, skew)
    try:
        # Decode first: json.loads would guess the encoding of bytes.
        text = body.decode()
        return Delivery((event_of(json.loads(text), text),))
    # ValueError: Incomplete, invalid JSON, or a number with thousands of digits.
    except (ValueError, RecursionError) as error:
        raise SignatureInvalid(SignatureProblem.MALFORMED) from error


def _skew(header: str) -> int:
    """Seconds from our clock to a valid signature's time; positive when it is in the future.

    The library only checks for old signatures.
    """
    signed = [
        int(value) for name, _, value in (part.partition("=") for part in header.split(",")) if name == "t"
    ]
    return signed[0] - int(now().timestamp())


def _is_signed(body: bytes, header: str, secret: str) -> bool:
    try:
        return bool(stripe.WebhookSignature.verify_header(body, header, secret, None))
    # UnicodeDecodeError: the library decodes the body to check it.
    except (stripe.SignatureVerificationError, UnicodeDecodeError):
        return False


def event_of(event: Any, body: str) -> ProcessorEvent:
    """Parse a delivered or listed event. Raises Incomplete when it is not an event."""
    if isinstance(event, Mapping) and event.get("object") == "v2.core.event":
        return _thin_event(event, body)
    if not isinstance(event, Mapping) or event.get("object") != "event":
        raise Incomplete("object")
    at = time_of(event.get("created"))
    if at is None:
        raise Incomplete("created")
    kind = KINDS.get(text_of(event, "type"), EventKind.OTHER)
    thing = object_of(object_of(event.get("data")).get("object"))
    plain = ProcessorEvent(
        dedupe_key=own_id(event),
        type=text_of(event, "type"),
        kind=kind,
        is_live=event.get("livemode") is True,
        created_at=at,
        correlation=correlation_of(thing),
        body=body,
    )
    if kind == EventKind.OTHER:
        return plain
    plain = replace(plain, is_hint=True, **_references(kind, thing))
    if kind == EventKind.DECLINE:
        # These fields are only for display, and are the same in all API versions.
        plain = replace(plain, decline=intent_decline(thing, at))
    if event.get("api_version") != API_VERSION and kind != EventKind.WARNING:
        return plain
    try:
        return replace(plain, is_hint=False, **_values(plain, thing, at))
    except Incomplete:
        return plain


def _thin_event(event: Json, body: str) -> ProcessorEvent:
    """Parse a thin event, which only names the changed object. Its kind is OTHER for objects we do not handle."""
    related = object_of(event.get("related_object"))
    named = str(related.get("type"))
    kind, reference = _THIN_KINDS.get(named, EventKind.OTHER), id_of(related)
    is_hint = kind != EventKind.OTHER and bool(reference)
    is_session, is_intent = named == "checkout.session", named == INTENT
    return ProcessorEvent(
        dedupe_key=own_id(event),
        type=text_of(event, "type"),
        kind=kind if is_hint else EventKind.OTHER,
        is_live=event.get("livemode") is True,
        created_at=_time_of_text(event.get("created")),
        correlation=None,
        is_hint=is_hint,
        references=References.named(
            reference if is_session else "", **{INTENT: reference if is_intent else ""}
        ),
        object_reference="" if is_session or is_intent or not is_hint else reference,
        is_thin=True,
        body=body,
    )


def _time_of_text(value: Any) -> datetime:
    try:
        at = datetime.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise Incomplete("created") from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _references(kind: EventKind, thing: Json) -> dict[str, Any]:
    """The ids with which to fetch the current state."""
    own, intent, charge = id_of(thing), id_of(thing.get("payment_intent")), id_of(thing.get("charge"))
    match kind:
        case EventKind.PAYMENT:
            return {"references": References.named(own, **{INTENT: intent})}
        case EventKind.DECLINE:
            # Not its charge: a failed one is no id of the payment.
            return {"references": References.named(**{INTENT: own})}
        case EventKind.REFUND | EventKind.DISPUTE | EventKind.WARNING:
            return {
                "references": References.named(**{INTENT: intent, CHARGE: charge}),
                "object_reference": own,
            }
        case _:
            return {"references": References.named(**{INTENT: intent, CHARGE: own}), "object_reference": own}


def _values(event: ProcessorEvent, thing: Json, at: datetime) -> dict[str, Any]:
    """The event's own object, so that no fetch is needed. Raises Incomplete."""
    match event.kind:
        case EventKind.PAYMENT:
            failed = event.type == "checkout.session.async_payment_failed"
            if "metadata" not in thing:
                raise Incomplete("metadata")
            return {"payment": session_snapshot(thing, failed=failed, at=at)}
        case EventKind.REFUND:
            return {"refund": refund_snapshot(thing)}
        case EventKind.DISPUTE:
            return {"dispute": dispute_snapshot(thing)}
        case EventKind.WARNING:
            return {"warning": warning_snapshot(thing)}
        case EventKind.DECLINE if event.decline is None:
            raise Incomplete("last_payment_error")
        case _:
            return {}
