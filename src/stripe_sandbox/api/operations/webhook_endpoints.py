"""API calls about webhook endpoints."""

from stripe_sandbox.actions import webhook_endpoints
from stripe_sandbox.api.expand import expanded
from stripe_sandbox.api.operations.operation import Call, find_object
from stripe_sandbox.params.fields import Params
from stripe_sandbox.params.webhook_endpoints import CreateEndpoint, UpdateEndpoint
from stripe_sandbox.store import Json


def create_endpoint(call: Call, params: CreateEndpoint) -> Json:
    record = webhook_endpoints.create_endpoint(call.sandbox, call.caller.scope, params)
    secret = record.extra["secrets"][0]["secret"]
    return {**expanded(call.sandbox, record, params.expand), "secret": secret}


def update_endpoint(call: Call, params: UpdateEndpoint) -> Json:
    record = find_object(call, "endpoint")
    webhook_endpoints.update_endpoint(call.sandbox, record, params)
    return expanded(call.sandbox, record, params.expand)


def delete_endpoint(call: Call, params: Params) -> Json:
    record = find_object(call, "endpoint")
    call.sandbox.store.remove(record)
    return {"id": record.id, "object": "webhook_endpoint", "deleted": True}
