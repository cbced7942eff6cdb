"""Stripe's deliveries and listed events as ours.

What the object says decides, not the event's name; the one exception is an asynchronous failure, which the session does
not show (M1). Pure but for the clock against which a signature's age is judged.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import stripe

from duitpos.kit.clock import now
from duitpos.processors.base import EventKind, ProcessorEvent, SignatureInvalid, SignatureProblem
from duitpos.processors.stripe.client import API_VERSION
from duitpos.processors.stripe.disputes import dispute_snapshot
from duitpos.processors.stripe.snapshots import (
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

TOLERANCE = 300
"""Seconds that a signature may differ from our clock, either way. Every try is freshly signed, so a late one is no
reason to widen it (M25)."""

KINDS = {
    "checkout.session.completed": EventKind.PAYMENT,
    "checkout.session.expired": EventKind.PAYMENT,
    "checkout.session.async_payment_succeeded": EventKind.PAYMENT,
    "checkout.session.async_payment_failed": EventKind.PAYMENT,
    "payment_intent.payment_failed": EventKind.DECLINE,
    "refund.created": EventKind.REFUND,
    "refund.updated": EventKind.REFUND,
    "refund.failed": EventKind.REFUND,
    "charge.refunded": EventKind.REFUNDED_CHARGE,
    "charge.dispute.created": EventKind.DISPUTE,
    "charge.dispute.updated": EventKind.DISPUTE,
    "charge.dispute.closed": EventKind.DISPUTE,
    "charge.dispute.funds_withdrawn": EventKind.DISPUTE,
    "charge.dispute.funds_reinstated": EventKind.DISPUTE,
}
_THIN_KINDS = {
    "checkout.session": (EventKind.PAYMENT, "reference"),
    "payment_intent": (EventKind.PAYMENT, "intent_reference"),
    "charge": (EventKind.REFUNDED_CHARGE, "object_reference"),
    "refund": (EventKind.REFUND, "object_reference"),
    "dispute": (EventKind.DISPUTE, "object_reference"),
}
"""What a thin event's related object is about, and where its id goes."""


def verified(body: bytes, headers: Mapping[str, str], secrets: Iterable[str]) -> ProcessorEvent:
    """A delivery whose signature holds with one of the secrets. SignatureInvalid says what is wrong."""
    header = headers.get("stripe-signature", "")
    if not header:
        raise SignatureInvalid(SignatureProblem.MISSING)
    known = [secret for secret in secrets if secret]
    if not known:
        raise SignatureInvalid(SignatureProblem.NO_SECRET)
    if not any(_holds(body, header, secret) for secret in known):
        raise SignatureInvalid(SignatureProblem.MISMATCH)
    skew = _skew(header)
    if abs(skew) > TOLERANCE:
        raise SignatureInvalid(SignatureProblem.CLOCK, skew)
    try:
        text = body.decode()  # first: the reader of bytes would guess at other encodings
        return event_of(json.loads(text), text)
    except (ValueError, RecursionError) as error:  # Incomplete, no JSON, a number of thousands of digits
        raise SignatureInvalid(SignatureProblem.MALFORMED) from error


def _skew(header: str) -> int:
    """Seconds from our clock to the time of a signature that holds; positive: in the future.

    The library looks at old signatures only.
    """
    signed = [
        int(value) for name, _, value in (part.partition("=") for part in header.split(",")) if name == "t"
    ]
    return signed[0] - int(now().timestamp())


def _holds(body: bytes, header: str, secret: str) -> bool:
    try:
        return bool(stripe.WebhookSignature.verify_header(body, header, secret, None))
    except (stripe.SignatureVerificationError, UnicodeDecodeError):  # the library signs text only
        return False


def event_of(event: Any, body: str) -> ProcessorEvent:
    """An event object, delivered or listed. Incomplete when it is none."""
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
        external_id=own_id(event),
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
        # Only words for people, which have not changed for years: read them in any version.
        plain = replace(plain, decline=intent_decline(thing, at))
    if event.get("api_version") != API_VERSION:
        return plain
    try:
        return replace(plain, is_hint=False, **_values(plain, thing, at))
    except Incomplete:
        return plain


def _thin_event(event: Json, body: str) -> ProcessorEvent:
    """An event that only says which object changed: a hint (M69). One about anything else is of no kind of ours."""
    related = object_of(event.get("related_object"))
    kind, name = _THIN_KINDS.get(str(related.get("type")), (EventKind.OTHER, ""))
    reference = id_of(related)
    is_hint = kind != EventKind.OTHER and bool(reference)
    plain = ProcessorEvent(
        external_id=own_id(event),
        type=text_of(event, "type"),
        kind=kind if is_hint else EventKind.OTHER,
        is_live=event.get("livemode") is True,
        created_at=_time_of_text(event.get("created")),
        correlation=None,
        is_hint=is_hint,
        is_thin=True,
        body=body,
    )
    named: dict[str, Any] = {name: reference} if is_hint else {}
    return replace(plain, **named)


def _time_of_text(value: Any) -> datetime:
    try:
        at = datetime.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise Incomplete("created") from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _references(kind: EventKind, thing: Json) -> dict[str, Any]:
    """Enough to fetch the truth by (M11)."""
    own, intent, charge = id_of(thing), id_of(thing.get("payment_intent")), id_of(thing.get("charge"))
    match kind:
        case EventKind.PAYMENT:
            return {"reference": own, "intent_reference": intent}
        case EventKind.DECLINE:
            return {"intent_reference": own, "charge_reference": id_of(thing.get("latest_charge"))}
        case EventKind.REFUND:
            return {"intent_reference": intent, "charge_reference": charge, "object_reference": own}
        case EventKind.DISPUTE:
            return {"intent_reference": intent, "charge_reference": charge, "object_reference": own}
        case _:
            return {"intent_reference": intent, "charge_reference": own, "object_reference": own}


def _values(event: ProcessorEvent, thing: Json, at: datetime) -> dict[str, Any]:
    """What the event itself says, so that nothing need be fetched. Incomplete."""
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
        case EventKind.DECLINE if event.decline is None:
            raise Incomplete("last_payment_error")
        case _:
            return {}
