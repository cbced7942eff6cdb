"""Run many calls concurrently."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Sequence
from typing import Any

import stripe
from django.db import connection

from duitpos.domain.payments.events.receive import Received, receive
from tests.support.shop import WEBHOOK_SECRET, Shop


def at_once(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """Run all calls concurrently, each in a thread with its own connection; return results or raise the first error."""
    gate = threading.Barrier(len(calls))
    results: list[Any] = [None] * len(calls)
    errors: list[BaseException] = []

    def run(index: int) -> None:
        try:
            gate.wait(90)
            results[index] = calls[index]()
        except BaseException as error:  # noqa: BLE001 (handed to the caller below)
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(240)
    if errors:
        raise errors[0]
    return results


def deliver(shop: Shop, event: dict[str, Any]) -> Received:
    """Deliver an event, signed by the official library, without the web server."""
    body = json.dumps(event, indent=2)
    signature = stripe.WebhookSignature.generate_signature_header(body, WEBHOOK_SECRET)
    return receive(shop.tenant, "stripe", body.encode(), {"stripe-signature": signature})


def event_of(shop: Shop, type_: str, **changes: Any) -> dict[str, Any]:
    """The sandbox's newest event of a type, as it would be delivered."""
    events = [event for event in shop.sandbox.listed("events") if event["type"] == type_]
    return {**events[0], **changes}
