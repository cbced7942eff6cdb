"""API calls about Checkout Sessions."""

from stripe_sandbox.actions import sessions
from stripe_sandbox.api.expand import expanded, line_item_list
from stripe_sandbox.api.lists import page_of_items
from stripe_sandbox.api.operations.operation import Call, find_object
from stripe_sandbox.errors import unsupported
from stripe_sandbox.params.fields import Expandable, merge_metadata
from stripe_sandbox.params.lists import Page
from stripe_sandbox.params.sessions import CreateSession, UpdateSession
from stripe_sandbox.store import Json


def create_session(call: Call, params: CreateSession) -> Json:
    record = sessions.create_session(call.sandbox, call.caller, params, call.base_url)
    return expanded(call.sandbox, record, params.expand)


def expire_session(call: Call, params: Expandable) -> Json:
    record = find_object(call, "session")
    sessions.expire_session(call.sandbox, record, call.caller.request)
    return expanded(call.sandbox, record, params.expand)


def update_session(call: Call, params: UpdateSession) -> Json:
    for name in ("collected_information", "line_items", "payment_intent_data", "shipping_options"):
        if getattr(params, name) is not None:
            raise unsupported(name)
    record = find_object(call, "session")
    if params.metadata is not None:
        record.obj["metadata"] = merge_metadata(record.obj["metadata"], params.metadata)
        call.sandbox.store.save(record)
    return expanded(call.sandbox, record, params.expand)


def list_line_items(call: Call, params: Page) -> Json:
    items = line_item_list(find_object(call, "session"))["data"]
    return page_of_items(items, params, call.path)
