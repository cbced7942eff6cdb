"""The thin form of an event: it names the object, and has neither its state nor an API version."""

from datetime import UTC, datetime

from stripe_sandbox.store import Json

# `object` → the path below which the API has it.
_PATHS = {
    "account": "/v1/accounts",
    "balance_transaction": "/v1/balance_transactions",
    "charge": "/v1/charges",
    "checkout.session": "/v1/checkout/sessions",
    "dispute": "/v1/disputes",
    "payment_intent": "/v1/payment_intents",
    "refund": "/v1/refunds",
}


def thin_event(event: Json) -> Json:
    """A `v2.core.event` for a snapshot event; `snapshot_event` is the id with which `/v1/events` has the snapshot."""
    obj = event["data"]["object"]
    kind, request = obj.get("object"), event["request"]
    related: Json | None = None
    if kind in _PATHS and "id" in obj:
        related = {"id": obj["id"], "type": kind, "url": f"{_PATHS[kind]}/{obj['id']}"}
    reason: Json | None = None
    if request["id"] is not None:
        reason = {"type": "request", "request": dict(request)}
    return {
        "id": event["id"],
        "object": "v2.core.event",
        "type": f"v1.{event['type']}",
        "created": written_time(event["created"]),
        "livemode": event["livemode"],
        "context": None,
        "reason": reason,
        "related_object": related,
        "snapshot_event": event["id"],
    }


def written_time(at: int) -> str:
    """A time as `/v2` writes it."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
