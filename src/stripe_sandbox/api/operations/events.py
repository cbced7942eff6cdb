"""API calls about events, which Stripe keeps for 30 days."""

from stripe_sandbox.api.expand import expanded
from stripe_sandbox.api.lists import matches, page_of
from stripe_sandbox.api.operations.operation import Call, find_object
from stripe_sandbox.errors import invalid, missing_object
from stripe_sandbox.params.fields import Expandable
from stripe_sandbox.params.lists import ListEvents
from stripe_sandbox.store import Json, Record

DAY = 86400


def list_events(call: Call, params: ListEvents) -> Json:
    if params.type is not None and params.types is not None:
        raise invalid("You may only specify one of these parameters: type, types.", "type")
    if params.types is not None and len(params.types) > 20:
        raise invalid("Array must have at most 20 items.", "types")
    since = call.sandbox.clock.now() - 30 * DAY

    def keep(record: Record) -> bool:
        if record.obj["created"] < since or not matches(record.obj, params):
            return False
        if params.types is not None and record.obj["type"] not in params.types:
            return False
        if params.delivery_success is None:
            return True
        return (call.sandbox.deliveries.pending(record.id) == 0) == params.delivery_success

    records = call.sandbox.of("event", call.caller.scope)
    return page_of(call.sandbox, records, keep, params, call.path, "event")


def retrieve_event(call: Call, params: Expandable) -> Json:
    record = find_object(call, "event")
    if record.obj["created"] < call.sandbox.clock.now() - 30 * DAY:
        raise missing_object("event", call.object_id, "id")
    return expanded(call.sandbox, record, params.expand)
