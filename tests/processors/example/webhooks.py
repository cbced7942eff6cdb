"""Set our webhook address up at Kedai Pay. Each address has a key pair of its own there."""

from __future__ import annotations

from duitpos.processors.endpoints import EndpointTag, Installed, WebhookEndpoint, WebhookEndpoints
from duitpos.processors.errors import Failure, ProcessorError
from tests.processors.example.client import Client, path
from tests.processors.example.credentials import PUBLIC_KEY
from tests.processors.example.errors import translated
from tests.processors.example.reading import ADDRESS, Incomplete, Json, object_of, text_of


class Callbacks(WebhookEndpoints):
    """Kedai Pay calls a webhook address a callback. It has an address and a key, and cannot be changed."""

    keeps_tags = False
    is_made_on_saving = True

    def __init__(self, client: Client) -> None:
        self._client = client

    def list(self) -> tuple[WebhookEndpoint, ...]:
        """List them all; the merchant's are in the order in which they were made."""
        with translated():
            listed = self._client.get(path("callbacks"))
            if not isinstance(listed, list):
                raise Incomplete("callbacks")
            return tuple(_callback(object_of(one)) for one in listed)

    def create(self, url: str, tag: EndpointTag, key: str) -> Installed:
        """Make a callback. Its key verifies what it delivers, the merchant's what goes to a bill's own address."""
        with translated():
            # First what changes nothing: without both keys there shall be no callback.
            merchant = object_of(self._client.get(path("public_key")))
            made = object_of(self._client.post(path("callbacks"), {"url": url}))
            verifying = {PUBLIC_KEY: f"{_key_of(made)}\n{_key_of(merchant)}\n"}
            return Installed(_callback({"url": url, **made}), verifying)

    def remove(self, endpoint_id: str) -> None:
        """Remove a callback; one that is gone already is removed."""
        try:
            self._client.delete(path("callbacks", endpoint_id))
        except ProcessorError as error:
            if error.failure != Failure.NOT_FOUND:
                raise


def _callback(answer: Json) -> WebhookEndpoint:
    return WebhookEndpoint(
        id=text_of(answer, "id"), url=text_of(answer, "url", ADDRESS), is_enabled=True, events=("*",)
    )


def _key_of(answer: Json) -> str:
    return text_of(answer, "public_key", ADDRESS).strip()
