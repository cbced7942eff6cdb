"""Set our webhook address up at Kedai Pay. Each address has a key pair of its own there."""

from __future__ import annotations

from duitpos.processors.base import WebhookFound, WebhookSetup
from duitpos.processors.credentials import Credentials
from duitpos.processors.errors import Failure, ProcessorError
from tests.processors.example.client import Client, path
from tests.processors.example.credentials import PUBLIC_KEY
from tests.processors.example.errors import translated
from tests.processors.example.reading import ADDRESS, Incomplete, Json, object_of, text_of


class Callbacks(WebhookSetup):
    """Kedai Pay calls a webhook address a callback."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def find(self, url: str) -> WebhookFound | None:
        """Look for a callback with this address."""
        with translated():
            listed = self._client.get(path("callbacks"))
            if not isinstance(listed, list):
                raise Incomplete("callbacks")
            for one in map(object_of, listed):
                if one.get("url") == url:
                    return WebhookFound(text_of(one, "id"), text_of(one, "url", ADDRESS))
        return None

    def install(self, url: str) -> Credentials:
        """Make a callback. Its key verifies what it delivers, the merchant's what goes to a bill's own address."""
        with translated():
            # First what changes nothing: without both keys there shall be no callback.
            merchant = object_of(self._client.get(path("public_key")))
            made = object_of(self._client.post(path("callbacks"), {"url": url}))
            return {PUBLIC_KEY: f"{_key_of(made)}\n{_key_of(merchant)}\n"}

    def remove(self, webhook_id: str) -> None:
        """Remove a callback; one that is gone already is removed."""
        try:
            self._client.delete(path("callbacks", webhook_id))
        except ProcessorError as error:
            if error.failure != Failure.NOT_FOUND:
                raise


def _key_of(answer: Json) -> str:
    return text_of(answer, "public_key", ADDRESS).strip()
