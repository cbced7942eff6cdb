"""Calls of Kedai Pay's API that its tests share."""

from __future__ import annotations

from typing import Any

from tests.processors.example.process import ExampleServer, Json


def bill_facts(**changes: Any) -> Json:
    """The parameters of a bill over RM 31.85."""
    return {
        "reference": "order-1",
        "amount": "31.85",
        "currency": "MYR",
        "description": "Order 1",
        "return_url": "https://shop.example/back",
        "payer": {"email": "guest@example.com"},
        **changes,
    }


def make(kedai: ExampleServer, **changes: Any) -> Json:
    """Make a bill; the answer of the call."""
    reply = kedai.api("POST", "/v2/bills", bill_facts(**changes))
    assert reply.status_code == 201, reply.text
    made: Json = reply.json()
    return made


def look(kedai: ExampleServer, bill: str) -> Json:
    """A bill as the API shows it."""
    bill_now: Json = kedai.api("GET", f"/v2/bills/{bill}").json()
    return bill_now


def refund(kedai: ExampleServer, owner: str, amount: str) -> tuple[int, Json]:
    """The status and answer of a refund of bills/<id> or payments/<id>."""
    reply = kedai.api("POST", f"/v2/{owner}/refunds", {"amount": amount})
    return reply.status_code, reply.json()


def refunded(kedai: ExampleServer, owner: str) -> str:
    """What was given back of bills/<id> or payments/<id>."""
    total: Json = kedai.api("GET", f"/v2/{owner}/refunds").json()
    assert set(total) == {"refunded_total"}
    return str(total["refunded_total"])
