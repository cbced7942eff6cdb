"""Makes Event objects and hands them to the deliveries."""

import copy

from stripe_sandbox.accounts import Scope
from stripe_sandbox.ids import new_id
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.store import Json, Record

NOBODY: Json = {"id": None, "idempotency_key": None}


def emit(
    sandbox: Sandbox,
    scope: Scope,
    event_type: str,
    obj: Json,
    *,
    previous: Json | None = None,
    request: Json | None = None,
) -> Record:
    """Record that something happened to `obj` (a snapshot is taken) and deliver it to the endpoints that ticked it."""
    record = make_event(sandbox, scope, event_type, obj, previous=previous, request=request)
    sandbox.deliveries.dispatch(record)
    return record


def make_event(
    sandbox: Sandbox,
    scope: Scope,
    event_type: str,
    obj: Json,
    *,
    previous: Json | None = None,
    request: Json | None = None,
) -> Record:
    """An Event object, recorded but not delivered."""
    data: Json = {"object": copy.deepcopy(obj)}
    if previous is not None:
        data["previous_attributes"] = previous
    event: Json = {
        "id": new_id("evt"),
        "object": "event",
        "api_version": sandbox.accounts.get(scope.account).extra["api_version"],
        "created": sandbox.clock.now(),
        "data": data,
        "livemode": scope.livemode,
        "pending_webhooks": 0,
        "request": dict(request or NOBODY),
        "type": event_type,
    }
    return sandbox.add("event", scope, event)
