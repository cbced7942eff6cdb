"""Webhook endpoints."""

import re
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from stripe_sandbox.accounts import Scope
from stripe_sandbox.errors import invalid, unsupported
from stripe_sandbox.ids import new_id, webhook_secret
from stripe_sandbox.params import AsList, Bool, Expandable, Metadata, MetadataUpdate, Text, Url
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.store import Json, Record

_TYPES = frozenset((Path(__file__).parent / "data" / "event_types.txt").read_text().split())

MOST = 16


def _event_type(value: Any) -> str:
    if value not in _TYPES:
        raise PydanticCustomError("event_type", "Invalid event type: {value}", {"value": str(value)})
    return str(value)


def _version(value: Any) -> str:
    if not re.fullmatch(r"20\d\d-\d\d-\d\d(\.[a-z]+)?", str(value)):
        raise PydanticCustomError("version", "Invalid Stripe API version: {value}", {"value": str(value)})
    return str(value)


def _some(value: Any) -> Any:
    if value in ("", {}):
        raise PydanticCustomError("parameter_invalid_empty", "At least one event type is required.")
    return value


# The last validator named looks first.
EventTypes = Annotated[list[Annotated[str, BeforeValidator(_event_type)]], AsList, BeforeValidator(_some)]


class CreateEndpoint(Expandable):
    """`POST /v1/webhook_endpoints`."""

    enabled_events: EventTypes
    url: Url
    api_version: Annotated[str, BeforeValidator(_version)] | None = None
    connect: Bool | None = None
    description: Text | None = None
    metadata: Metadata = {}


class UpdateEndpoint(Expandable):
    """`POST /v1/webhook_endpoints/{id}`."""

    description: str | None = None
    disabled: Bool | None = None
    enabled_events: EventTypes | None = None
    metadata: MetadataUpdate | None = None
    url: Url | None = None


def create_endpoint(
    sandbox: Sandbox, scope: Scope, params: CreateEndpoint, secret: str | None = None
) -> Record:
    """A new endpoint; its secret is in `extra["secrets"]` and shown by the create call only."""
    if params.connect:
        raise unsupported("connect")
    if len(sandbox.of("endpoint", scope)) >= MOST:
        raise invalid("You have reached the maximum of 16 test webhook endpoints.", None)
    obj: Json = {
        "id": new_id("we"),
        "object": "webhook_endpoint",
        "api_version": params.api_version,
        "application": None,
        "created": sandbox.clock.now(),
        "description": params.description,
        "enabled_events": params.enabled_events,
        "livemode": scope.livemode,
        "metadata": params.metadata,
        "status": "enabled",
        "url": params.url,
    }
    secrets = [{"secret": secret or webhook_secret(), "until": None}]
    return sandbox.add("endpoint", scope, obj, secrets=secrets, api_version=params.api_version)


def plain_endpoint(url: str, event_types: list[str], api_version: str | None = None) -> CreateEndpoint:
    """Parameters of an endpoint made without the API. Raises pydantic's ValidationError."""
    listed = {str(place): name for place, name in enumerate(event_types)}
    version = {} if api_version is None else {"api_version": api_version}
    return CreateEndpoint.model_validate({"url": url, "enabled_events": listed, **version})


def update_endpoint(sandbox: Sandbox, record: Record, params: UpdateEndpoint) -> None:
    """Change what was given; `api_version` cannot be changed through the API."""
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


def merge_metadata(old: dict[str, str], new: dict[str, str]) -> dict[str, str]:
    """Stripe's update: given keys replace, an empty value removes, an empty map clears."""
    if not new:
        return {}
    return {key: value for key, value in {**old, **new}.items() if value != ""}


def roll_secret(sandbox: Sandbox, record: Record, secret: str | None, old_for_seconds: int) -> None:
    """A new secret signs from now on; the old ones sign beside it for a while."""
    until = sandbox.clock.now() + old_for_seconds
    for old in record.extra["secrets"]:
        old["until"] = until if old["until"] is None else min(old["until"], until)
    record.extra["secrets"].insert(0, {"secret": secret or webhook_secret(), "until": None})
    sandbox.store.save(record)
