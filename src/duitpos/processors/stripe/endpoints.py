"""Stripe's webhook endpoints: list, make, mend and remove them, and the session of a round trip."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import stripe

from duitpos.kit.clock import now
from duitpos.kit.deadline import within
from duitpos.kit.money import Money
from duitpos.processors.endpoints import EndpointTag, Installed, WebhookEndpoint, WebhookEndpoints
from duitpos.processors.errors import Failure, ProcessorError
from duitpos.processors.stripe.amounts import to_stripe
from duitpos.processors.stripe.client import API_VERSION
from duitpos.processors.stripe.credentials import WEBHOOK_SECRET
from duitpos.processors.stripe.errors import translated
from duitpos.processors.stripe.events import KINDS
from duitpos.processors.stripe.snapshots import (
    Incomplete,
    Json,
    object_of,
    own_id,
    text_of,
    time_of,
)

MADE_BY = "DuitPOS"
PROOF_LIFE = timedelta(minutes=45)
"""Stripe allows no less than 30 minutes; a proof whose end was lost ends by itself."""


class StripeEndpoints(WebhookEndpoints):
    """The webhook endpoints of the account and mode that the key belongs to; Stripe allows 16."""

    can_mend = True
    can_prove = True

    def __init__(self, client: stripe.StripeClient) -> None:
        self._client = client

    def list(self) -> tuple[WebhookEndpoint, ...]:
        """List them all, oldest first."""
        with within(), translated():
            listed = self._client.v1.webhook_endpoints.list(params={"limit": 100}).auto_paging_iter()
            found = [_endpoint(one.to_dict()) for one in listed]
        # Stripe lists the newest first, also of those made in the same second.
        found.reverse()
        return tuple(sorted(found, key=lambda one: one.created_at.timestamp() if one.created_at else 0.0))

    def create(self, url: str, tag: EndpointTag, key: str) -> Installed:
        """Make one. Stripe tells its secret only now."""
        params: Any = {
            "url": url,
            "enabled_events": [*KINDS],
            "api_version": API_VERSION,
            "description": MADE_BY,
            "metadata": _metadata(tag),
        }
        with within(), translated():
            create = self._client.v1.webhook_endpoints.create
            made = create(params=params, options={"idempotency_key": key}).to_dict()
            secret = text_of(made, "secret")
            return Installed(_endpoint(made), {WEBHOOK_SECRET: secret})

    def mend(self, endpoint_id: str, url: str) -> WebhookEndpoint:
        """Set address and events, and switch it on. The API version of an endpoint cannot be changed."""
        params: Any = {"url": url, "enabled_events": [*KINDS], "disabled": False}
        with within(), translated():
            return _endpoint(self._client.v1.webhook_endpoints.update(endpoint_id, params=params).to_dict())

    def remove(self, endpoint_id: str) -> None:
        """Remove one; one that is gone already is removed."""
        try:
            with within(), translated():
                self._client.v1.webhook_endpoints.delete(endpoint_id)
        except ProcessorError as error:
            if error.failure != Failure.NOT_FOUND:
                raise

    def start_proof(self, amount: Money, url: str, tag: EndpointTag, key: str) -> str:
        """Make a session that nobody is sent to; its `checkout.session.expired` is the proof."""
        price = {
            "currency": amount.currency.lower(),
            "unit_amount": to_stripe(amount),
            "product_data": {"name": f"{MADE_BY}: webhook test"},
        }
        params: Any = {
            "mode": "payment",
            "line_items": [{"quantity": 1, "price_data": price}],
            "success_url": url,
            "expires_at": int((now() + PROOF_LIFE).timestamp()),
            "metadata": {**_metadata(tag), "proof": "webhook"},
        }
        with within(), translated():
            create = self._client.v1.checkout.sessions.create
            return own_id(create(params=params, options={"idempotency_key": key}).to_dict())


def _metadata(tag: EndpointTag) -> dict[str, str]:
    return {"installation": tag.installation, "tenant": tag.tenant}


def _endpoint(thing: Json) -> WebhookEndpoint:
    """Read an endpoint. Raises Incomplete."""
    made, metadata = time_of(thing.get("created")), object_of(thing.get("metadata"))
    if made is None:
        raise Incomplete("created")
    installation, tenant = metadata.get("installation"), metadata.get("tenant")
    is_tagged = isinstance(installation, str) and isinstance(tenant, str)
    events = thing.get("enabled_events")
    return WebhookEndpoint(
        id=own_id(thing),
        url=text_of(thing, "url"),
        is_enabled=thing.get("status") == "enabled",
        events=tuple(sorted(str(one) for one in events)) if isinstance(events, list) else (),
        api_version=str(thing.get("api_version") or ""),
        created_at=made,
        tag=EndpointTag(str(installation), str(tenant)) if is_tagged else None,
    )
