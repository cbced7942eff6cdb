"""The Event object."""

import copy

from stripe_sandbox.ids import new_id
from stripe_sandbox.store import Json

_NO_REQUEST: Json = {"id": None, "idempotency_key": None}


def event_object(
    event_type: str,
    obj: Json,
    api_version: str,
    livemode: bool,
    now: int,
    previous: Json | None = None,
    request: Json | None = None,
) -> Json:
    """An event with a copy of `obj`; `request` is the API call that caused it, if one did."""
    data: Json = {"object": copy.deepcopy(obj)}
    if previous is not None:
        data["previous_attributes"] = previous
    return {
        "id": new_id("evt"),
        "object": "event",
        "api_version": api_version,
        "created": now,
        "data": data,
        "livemode": livemode,
        "pending_webhooks": 0,
        "request": dict(request or _NO_REQUEST),
        "type": event_type,
    }
