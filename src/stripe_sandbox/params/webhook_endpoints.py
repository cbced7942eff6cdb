"""Parameters of webhook endpoints."""

import re
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from stripe_sandbox.params.fields import AsList, Bool, Expandable, Metadata, MetadataUpdate, Text, Url

_EVENT_TYPES = frozenset((Path(__file__).parent / "data" / "event_types.txt").read_text().split())


def _event_type(value: Any) -> str:
    if value not in _EVENT_TYPES:
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


# Pydantic runs the last BeforeValidator first.
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


def plain_endpoint(url: str, event_types: list[str], api_version: str | None = None) -> CreateEndpoint:
    """Parameters of an endpoint made without the API. Raises pydantic's ValidationError."""
    listed = {str(place): name for place, name in enumerate(event_types)}
    version = {} if api_version is None else {"api_version": api_version}
    return CreateEndpoint.model_validate({"url": url, "enabled_events": listed, **version})
