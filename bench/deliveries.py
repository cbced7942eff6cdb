"""The webhook requests that Stripe sends when a guest has paid, signed by Stripe's library."""

from __future__ import annotations

import copy
import json
import time
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import stripe

from bench.plan import REPEATED
from bench.restaurants import AMOUNT, SECRET, Pending, slug_of
from bench.server import HOST
from duitpos.processors.stripe.snapshots import metadata_of

_SAMPLE = Path(__file__).parent / "samples" / "checkout_session_completed.json"


@lru_cache(maxsize=1)
def _sample() -> Any:
    return json.loads(_SAMPLE.read_text(encoding="utf-8"))


def body_of(guest: Pending) -> bytes:
    """`checkout.session.completed` for a guest's session, indented as Stripe sends it."""
    event = copy.deepcopy(_sample())
    at = int(time.time())
    event |= {"id": f"evt_1SabcdEFghIJ{guest.order}", "created": at, "api_version": stripe.api_version}
    event["data"]["object"] |= {
        "id": guest.reference,
        "amount_subtotal": AMOUNT,
        "amount_total": AMOUNT,
        "client_reference_id": guest.mark.payment,
        "created": at - 60,
        "expires_at": at - 60 + 45 * 60,
        "metadata": metadata_of(guest.mark),
        "payment_intent": f"pi_3SabcdEFghIJ{guest.order}",
    }
    return json.dumps(event, indent=2).encode()


def signature_of(body: bytes) -> str:
    """The `Stripe-Signature` header, valid for five minutes."""
    return str(stripe.WebhookSignature.generate_signature_header(body.decode(), SECRET))


def path_of(guest: Pending) -> str:
    """The webhook path."""
    return f"/{slug_of(guest.restaurant)}/webhooks/stripe/"


def deliveries(guests: Iterable[Pending], path: str = "") -> list[bytes]:
    """Complete HTTP requests in Stripe's format; all to `path` if given."""
    requests = []
    for guest in guests:
        body = body_of(guest)
        head = (
            f"POST {path or path_of(guest)} HTTP/1.1\r\n"
            f"Host: {HOST}\r\n"
            "User-Agent: Stripe/1.0 (+https://stripe.com/docs/webhooks)\r\n"
            "Accept: */*; q=0.5, application/xml\r\n"
            "Cache-Control: no-cache\r\n"
            "Content-Type: application/json; charset=utf-8\r\n"
            f"Content-Length: {len(body)}\r\n"
            f"Stripe-Signature: {signature_of(body)}\r\n"
            "X-Forwarded-For: 127.0.0.1\r\n"
            "X-Forwarded-Proto: https\r\n\r\n"
        )
        requests.append(head.encode() + body)
    return requests


def with_repetitions(requests: Sequence[bytes]) -> list[bytes]:
    """These requests, and after every REPEATED of them the first of these again.

    It is a duplicate, whose transaction is rolled back; and psycopg forgets its prepared statements at any rollback.
    """
    parts = [requests[start : start + REPEATED] for start in range(0, len(requests), REPEATED)]
    return [one for part in parts for one in (*part, *(part[:1] if len(part) == REPEATED else ()))]
