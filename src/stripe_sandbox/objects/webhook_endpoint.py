"""The WebhookEndpoint object."""

from stripe_sandbox.ids import new_id
from stripe_sandbox.params.webhook_endpoints import CreateEndpoint
from stripe_sandbox.store import Json


def webhook_endpoint_object(params: CreateEndpoint, livemode: bool, now: int) -> Json:
    """A new enabled endpoint, without its secret."""
    return {
        "id": new_id("we"),
        "object": "webhook_endpoint",
        "api_version": params.api_version,
        "application": None,
        "created": now,
        "description": params.description,
        "enabled_events": params.enabled_events,
        "livemode": livemode,
        "metadata": params.metadata,
        "status": "enabled",
        "url": params.url,
    }
