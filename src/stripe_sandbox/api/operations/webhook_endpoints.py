"""API calls about webhook endpoints."""

from stripe_sandbox.actions import webhook_endpoints
from stripe_sandbox.api.expand import expanded
from stripe_sandbox.api.lists import page_of
from stripe_sandbox.api.operations.operation import Call, find_object
from stripe_sandbox.errors import missing_object
from stripe_sandbox.params.fields import Expandable, Params
from stripe_sandbox.params.lists import Page
from stripe_sandbox.params.webhook_endpoints import CreateEndpoint, UpdateEndpoint
from stripe_sandbox.store import Json, Record


def create_endpoint(call: Call, params: CreateEndpoint) -> Json:
    record = webhook_endpoints.create_endpoint(call.sandbox, call.caller.scope, params)
    secret = record.extra["secrets"][0]["secret"]
    return {**expanded(call.sandbox, record, params.expand), "secret": secret}


def list_endpoints(call: Call, params: Page) -> Json:
    records = call.sandbox.of("endpoint", call.caller.scope)
    return page_of(call.sandbox, records, _is_listed, params, call.path, "webhook endpoint")


def retrieve_endpoint(call: Call, params: Expandable) -> Json:
    return expanded(call.sandbox, _find(call), params.expand)


def _is_listed(record: Record) -> bool:
    return bool(record.extra.get("payload") != "thin")


def _find(call: Call) -> Record:
    """The endpoint whose id is in the path. Raises StripeError 404, also for an event destination."""
    record = find_object(call, "endpoint")
    if not _is_listed(record):
        raise missing_object("webhook endpoint", call.object_id, "webhook_endpoint")
    return record


def update_endpoint(call: Call, params: UpdateEndpoint) -> Json:
    record = _find(call)
    webhook_endpoints.update_endpoint(call.sandbox, record, params)
    return expanded(call.sandbox, record, params.expand)


def delete_endpoint(call: Call, params: Params) -> Json:
    record = _find(call)
    call.sandbox.store.remove(record)
    return {"id": record.id, "object": "webhook_endpoint", "deleted": True}
