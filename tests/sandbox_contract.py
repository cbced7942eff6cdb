"""Holds traffic with Stripe, real or ours, against Stripe's contract (tests/stripe_contract)."""

from __future__ import annotations

from typing import Any

from tests.stripe_contract import conform

Json = dict[str, Any]


def traffic_errors(entries: list[Json]) -> list[str]:
    """What is wrong with logged API calls (`/_sandbox/requests`).

    A request that was answered 200 must be one that Stripe's schema takes; every answer must be of its shape.
    """
    wrong = []
    for entry in entries:
        method, target, status = entry["method"], entry["target"], entry["status"]
        call = f"{method} {target}"
        if status == 0 or entry["fault"] == "garbage":
            continue
        if status == 200 and not entry["replayed"]:
            errors = conform.request_errors(method, target, entry["body"])
            wrong += [f"{call} request: {error}" for error in errors]
        if conform.find_operation(method, target.partition("?")[0])[1] is not None:
            errors = conform.response_errors(method, target, status, entry["response"])
            wrong += [f"{call} {status}: {error}" for error in errors]
    return wrong


def event_errors(events: list[Json]) -> list[str]:
    """What is wrong with Event objects, their `data.object` included."""
    return [
        f"{event.get('type')} {event.get('id')}: {error}"
        for event in events
        for error in conform.event_errors(event)
    ]
