"""Verify Kedai Pay's deliveries, and read the notices in them. A notice has no id and no time of its own."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from duitpos.kit.clean_text import cut, whole
from duitpos.processors.credentials import Credentials
from duitpos.processors.errors import SignatureInvalid, SignatureProblem
from duitpos.processors.events import Acknowledgement, Delivery, EventKind, ProcessorEvent
from duitpos.processors.references import Correlation, References
from tests.processors.example.credentials import PUBLIC_KEY, rsa_keys
from tests.processors.example.reading import REFERENCE, Incomplete, Json
from tests.processors.example.snapshots import bill_snapshot

SIGNATURE = "x-kedai-signature"
ACCEPTED = Acknowledgement("[accepted]")
"""Without this text, Kedai Pay sends the delivery again."""

_KINDS = {"payment": EventKind.PAYMENT, "refund": EventKind.REFUNDS}


def verify_and_parse(body: bytes, headers: Mapping[str, str], verifiers: Iterable[Credentials]) -> Delivery:
    """Verify a delivery with any of the keys, and read its notices. Raises SignatureInvalid."""
    signature = headers.get(SIGNATURE, "")
    if not signature:
        raise SignatureInvalid(SignatureProblem.MISSING)
    # A text that is no key verifies nothing; the others still may.
    keys = [key for verifier in verifiers for key in rsa_keys(verifier.get(PUBLIC_KEY, ""))]
    if not keys:
        raise SignatureInvalid(SignatureProblem.NO_SECRET)
    if not any(_is_signed(body, signature, key) for key in keys):
        raise SignatureInvalid(SignatureProblem.MISMATCH)
    try:
        notices = json.loads(body.decode())["notices"]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise SignatureInvalid(SignatureProblem.MALFORMED) from error
    if not isinstance(notices, list):
        raise SignatureInvalid(SignatureProblem.MALFORMED)
    digest = hashlib.sha256(body).hexdigest()
    events = (event_of(notice, f"{digest}-{index}") for index, notice in enumerate(notices))
    return Delivery(tuple(events), ACCEPTED)


def event_of(notice: Any, dedupe_key: str) -> ProcessorEvent:
    """Read one notice. One that we cannot read becomes a hint or OTHER, so that it does not stop those beside it."""
    bill: Json = notice if isinstance(notice, Mapping) else {}
    what, main = cut(bill.get("what"), REFERENCE), whole(bill.get("bill"), REFERENCE)
    event = ProcessorEvent(
        dedupe_key=dedupe_key,
        has_own_id=False,
        type=what or "unknown",
        kind=_KINDS.get(what, EventKind.OTHER) if main else EventKind.OTHER,
        is_live=None,
        created_at=None,
        correlation=Correlation.from_short(bill.get("reference")),
        references=References(main),
        body=json.dumps(notice, indent=2),
    )
    if event.kind != EventKind.PAYMENT:
        return event
    try:
        return replace(event, payment=bill_snapshot(bill))
    except Incomplete:
        return replace(event, is_hint=True)


def _is_signed(body: bytes, signature: str, key: rsa.RSAPublicKey) -> bool:
    try:
        key.verify(base64.b64decode(signature, validate=True), body, padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True
