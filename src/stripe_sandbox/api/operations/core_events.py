"""The `/v2` calls about events: the thin form of what `/v1/events` has as snapshots, kept for the same 30 days."""

from urllib.parse import urlencode

from stripe_sandbox.api.operations.events import DAY
from stripe_sandbox.api.operations.operation import Call
from stripe_sandbox.delivery.thin_event import thin_event, written_time
from stripe_sandbox.errors import StripeError, invalid
from stripe_sandbox.params.fields import Params
from stripe_sandbox.params.lists import ListCoreEvents
from stripe_sandbox.store import Json, Record

PATH = "/v2/core/events"
MOST = 100


def list_core_events(call: Call, params: ListCoreEvents) -> Json:
    """One page, newest first. `/v2` pages by URLs, and its lists have neither `object` nor `has_more`."""
    if not 1 <= params.limit <= MOST:
        raise invalid(f"Invalid integer: {params.limit}. Must be from 1 to {MOST}.", "limit")
    if params.types is not None and len(params.types) > 20:
        raise invalid("Array must have at most 20 items.", "types")
    found = [record for record in _kept(call) if _fits(record, params)]
    start = _start(found, params.page)
    end = start + params.limit
    more = end < len(found)
    return {
        "data": [thin_event(record.obj) for record in found[start:end]],
        "next_page_url": _page_url(params, found[end].id) if more else None,
        "previous_page_url": _page_url(params, found[max(0, start - params.limit)].id) if start else None,
    }


def retrieve_core_event(call: Call, params: Params) -> Json:
    """The event with this id, unless it is older than 30 days or of another account or mode."""
    for record in _kept(call):
        if record.id == call.object_id:
            return thin_event(record.obj)
    raise StripeError(404, f"No such event: '{call.object_id}'", code="not_found")


def _kept(call: Call) -> list[Record]:
    since = call.sandbox.clock.now() - 30 * DAY
    return [
        record for record in call.sandbox.of("event", call.caller.scope) if record.obj["created"] >= since
    ]


def _fits(record: Record, params: ListCoreEvents) -> bool:
    event = record.obj
    if params.created is not None and not params.created.holds(event["created"]):
        return False
    if params.types is not None and f"v1.{event['type']}" not in params.types:
        return False
    return params.object_id is None or event["data"]["object"].get("id") == params.object_id


def _start(found: list[Record], page: str | None) -> int:
    """Where the page begins; its token is the id of its first event."""
    if page is None:
        return 0
    for place, record in enumerate(found):
        if record.id == page:
            return place
    raise invalid("Invalid page token.", "page")


def _page_url(params: ListCoreEvents, token: str) -> str:
    """The same list from the event `token` on."""
    query: list[tuple[str, str]] = [("limit", str(params.limit))]
    if params.created is not None:
        query += [(f"created[{name}]", written_time(at)) for name, at in params.created if at is not None]
    if params.object_id is not None:
        query.append(("object_id", params.object_id))
    query += [(f"types[{place}]", one) for place, one in enumerate(params.types or ())]
    return f"{PATH}?{urlencode([*query, ('page', token)])}"
