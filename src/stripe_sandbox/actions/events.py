"""Events: record one, and start its deliveries."""

from stripe_sandbox.accounts import Scope
from stripe_sandbox.objects.event import event_object
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.store import Json, Record


def emit(
    sandbox: Sandbox,
    scope: Scope,
    event_type: str,
    obj: Json,
    *,
    previous: Json | None = None,
    request: Json | None = None,
) -> Record:
    """Record an event with a snapshot of `obj`, and deliver it to the endpoints that listen to its type."""
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
    version = sandbox.accounts.get(scope.account).extra["api_version"]
    event = event_object(event_type, obj, version, scope.livemode, sandbox.clock.now(), previous, request)
    return sandbox.add("event", scope, event)
