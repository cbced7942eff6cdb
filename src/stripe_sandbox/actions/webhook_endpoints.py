"""Webhook endpoints: create, update, roll the secret."""

from typing import Literal

from stripe_sandbox.accounts import Scope
from stripe_sandbox.delivery.failing import forget_failures
from stripe_sandbox.errors import invalid, unsupported
from stripe_sandbox.ids import new_id, webhook_secret
from stripe_sandbox.objects.webhook_endpoint import webhook_endpoint_object
from stripe_sandbox.params.fields import merge_metadata
from stripe_sandbox.params.webhook_endpoints import CreateEndpoint, UpdateEndpoint
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.store import Record

MAX_ENDPOINTS = 16


def create_endpoint(
    sandbox: Sandbox,
    scope: Scope,
    params: CreateEndpoint,
    secret: str | None = None,
    payload: Literal["snapshot", "thin"] = "snapshot",
) -> Record:
    """A new endpoint; its secret is in `extra["secrets"]` and shown by the create call only.

    A `thin` one is what Stripe calls an event destination: `/v1/webhook_endpoints` does not have it.
    """
    if params.connect:
        raise unsupported("connect")
    if len(sandbox.of("endpoint", scope)) >= MAX_ENDPOINTS:
        mode = "live" if scope.livemode else "test"
        raise invalid(f"You have reached the maximum of {MAX_ENDPOINTS} {mode} webhook endpoints.", None)
    obj = webhook_endpoint_object(params, scope.livemode, sandbox.clock.now())
    secrets = [{"secret": secret or webhook_secret(), "until": None}]
    if payload == "thin":
        obj["id"] = new_id("ed")
    facts = {"secrets": secrets, "api_version": params.api_version, "payload": payload}
    record = sandbox.add("endpoint", scope, obj, **facts)
    forget_failures(record)
    return record


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
        set_status(record, "disabled" if params.disabled else "enabled")
    if params.metadata is not None:
        obj["metadata"] = merge_metadata(obj["metadata"], params.metadata)
    sandbox.store.save(record)


def set_status(record: Record, status: str) -> None:
    """`enabled` or `disabled`; one that is enabled again gets the full time before it is switched off for failing."""
    if status == "enabled" and record.obj["status"] != "enabled":
        forget_failures(record)
    record.obj["status"] = status


def roll_secret(sandbox: Sandbox, record: Record, secret: str | None, old_for_seconds: int) -> None:
    """Sign with a new secret from now on; the old ones stay valid for `old_for_seconds`."""
    until = sandbox.clock.now() + old_for_seconds
    for old in record.extra["secrets"]:
        old["until"] = until if old["until"] is None else min(old["until"], until)
    record.extra["secrets"].insert(0, {"secret": secret or webhook_secret(), "until": None})
    sandbox.store.save(record)
