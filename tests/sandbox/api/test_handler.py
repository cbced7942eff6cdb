"""The API's handler, called without a process."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from starlette.requests import Request

from stripe_sandbox.api.handler import Api
from stripe_sandbox.sandbox import Sandbox


def ask(api: Api, path: str) -> Any:
    """The response to one GET with a known key."""
    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "query_string": b"",
        "headers": [(b"authorization", b"Bearer sk_test_x")],
        "server": ("127.0.0.1", 1),
        "scheme": "http",
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    return asyncio.run(api(Request(scope, receive)))


def test_an_unexpected_error_is_a_500_in_json(monkeypatch: pytest.MonkeyPatch) -> None:
    box = Sandbox()
    box.accounts.create({"name": "Kopi", "secret_key": "sk_test_x"}, box.clock.now())
    api = Api(box)
    assert ask(api, "/v1/account").status_code == 200

    def broken(method: str, path: str) -> None:
        raise RecursionError("too deep")

    monkeypatch.setattr("stripe_sandbox.api.handler.find_operation", broken)
    reply = ask(api, "/v1/account")
    assert (reply.status_code, json.loads(reply.body)["error"]["type"]) == (500, "api_error")
    assert api.log.since(0)[-1]["status"] == 500
