"""Webhook endpoints: create, update, roll the secret."""

from stripe_sandbox.accounts import Scope
from stripe_sandbox.errors import invalid, unsupported
from stripe_sandbox.ids import webhook_secret
from stripe_sandbox.objects.webhook_endpoint import webhook_endpoint_object
from stripe_sandbox.params.fields import merge_metadata
from stripe_sandbox.params.webhook_endpoints import CreateEndpoint, UpdateEndpoint
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.store import Record

MAX_ENDPOINTS = 16


def create_endpoint(
    sandbox: Sandbox, scope: Scope, params: CreateEndpoint, secret: str | None = None
) -> Record:
    """A new endpoint; its secret is in `extra["secrets"]` and shown by the create call only."""
    if params.connect:
        raise unsupported("connect")
    if len(sandbox.of("endpoint", scope)) >= MAX_ENDPOINTS:
        raise invalid("You have reached the maximum of 16 test webhook endpoints.", None)
    obj = webhook_endpoint_object(params, scope.livemode, sandbox.clock.now())
    secrets = [{"secret": secret or webhook_secret(), "until": None}]
    return sandbox.add("endpoint", scope, obj, secrets=secrets, api_version=params.api_version)


def update_endpoint(sandbox: Sandbox, record: Record, params: UpdateEndpoint) -> None:
    """Change the given properties; `api_version` cannot be changed through the API."""
    obj = record.obj
    if params.url is not None:
        obj["url"] = params.url
    if params.enabled_events is not None:
        obj["enabled_events"] = params.enabled_events
    if params.description is not None:
        obj["description"] = params.description or None
    if params.disabled is not None:
        obj["status"] = "disabled" if params.disabled else "enabled"
    if params.metadata is not None:
        obj["metadata"] = merge_metadata(obj["metadata"], params.metadata)
    sandbox.store.save(record)


def roll_secret(sandbox: Sandbox, record: Record, secret: str | None, old_for_seconds: int) -> None:
    """Sign with a new secret from now on; the old ones stay valid for `old_for_seconds`."""
    until = sandbox.clock.now() + old_for_seconds
    for old in record.extra["secrets"]:
        old["until"] = until if old["until"] is None else min(old["until"], until)
    record.extra["secrets"].insert(0, {"secret": secret or webhook_secret(), "until": None})
    sandbox.store.save(record)
