"""Stripe's deliveries and listed events as ours.

What the object says decides, not the event's name; the one exception is an asynchronous failure, which the session does
not show (M1). Pure but for the clock against which a signature's age is judged.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import stripe

from duitpos.processors.base import EventKind, ProcessorEvent, SignatureInvalid, SignatureProblem
from duitpos.processors.stripe.client import API_VERSION
from duitpos.processors.stripe.snapshots import (
    Incomplete,
    Json,
    id_of,
    intent_decline,
    mark_of,
    object_of,
    own_id,
    refund_snapshot,
    session_snapshot,
    text_of,
    time_of,
)

TOLERANCE = 300
"""Seconds that a signature may be old. Every try is freshly signed, so a late one is no reason to widen it (M25)."""

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
}


def verified(body: bytes, headers: Mapping[str, str], secrets: Iterable[str]) -> ProcessorEvent:
    """A delivery whose signature holds with one of the secrets. SignatureInvalid says what is wrong."""
    header = headers.get("stripe-signature", "")
    if not header:
        raise SignatureInvalid(SignatureProblem.MISSING)
    known = [secret for secret in secrets if secret]
    if not known:
        raise SignatureInvalid(SignatureProblem.NO_SECRET)
    if not any(_holds(body, header, secret, None) for secret in known):
        raise SignatureInvalid(SignatureProblem.MISMATCH)
    if not any(_holds(body, header, secret, TOLERANCE) for secret in known):
        raise SignatureInvalid(SignatureProblem.CLOCK)
    try:
        text = body.decode()  # first: the reader of bytes would guess at other encodings
        return event_of(json.loads(text), text)
    except (ValueError, RecursionError) as error:  # Incomplete, no JSON, a number of thousands of digits
        raise SignatureInvalid(SignatureProblem.MALFORMED) from error


def _holds(body: bytes, header: str, secret: str, tolerance: int | None) -> bool:
    try:
        return bool(stripe.WebhookSignature.verify_header(body, header, secret, tolerance))
    except (stripe.SignatureVerificationError, UnicodeDecodeError):  # the library signs text only
        return False


def event_of(event: Any, body: str) -> ProcessorEvent:
    """An event object, delivered or listed. Incomplete when it is none."""
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
        mark=mark_of(thing),
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


def _references(kind: EventKind, thing: Json) -> dict[str, Any]:
    """Enough to fetch the truth by (M11)."""
    own, intent, charge = id_of(thing), id_of(thing.get("payment_intent")), id_of(thing.get("charge"))
    match kind:
        case EventKind.PAYMENT:
            return {"reference": own, "intent_reference": intent}
        case EventKind.DECLINE:
            return {"intent_reference": own, "charge_reference": id_of(thing.get("latest_charge"))}
        case EventKind.REFUND:
            return {"intent_reference": intent, "charge_reference": charge}
        case _:
            return {"intent_reference": intent, "charge_reference": own}


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
        case EventKind.DECLINE if event.decline is None:
            raise Incomplete("last_payment_error")
        case _:
            return {}
