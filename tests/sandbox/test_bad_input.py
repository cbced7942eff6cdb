"""Malformed and malicious input is refused with a normal API error, and harmless."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.sandbox.conftest import Create
from tests.sandbox_process import SandboxProcess

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def http(sandbox: SandboxProcess) -> Iterator[httpx.Client]:
    """Calls that the official library would not make."""
    with httpx.Client(
        base_url=sandbox.url, trust_env=False, timeout=20, auth=("sk_test_sandbox", "")
    ) as client:
        yield client


@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "deep"}])
@pytest.mark.parametrize("name", ["metadata", "expand"])
def test_deep_nesting_is_refused(http: httpx.Client, name: str, headers: dict[str, str]) -> None:
    body = f"mode=payment&{name}{'[a]' * 20_000}=1"
    reply = http.post("/v1/checkout/sessions", content=body, headers={**FORM, **headers})
    assert (reply.status_code, reply.json()["error"]["param"]) == (400, name)
    assert http.get(f"/v1/events?{name}{'[a]' * 3_000}=1").status_code == 400


def test_a_body_that_is_too_large_is_refused_not_truncated(
    sandbox: SandboxProcess, http: httpx.Client
) -> None:
    body = "mode=payment&metadata[x]=" + "x" * 1_500_000
    reply = http.post("/v1/checkout/sessions", content=body, headers=FORM)
    assert reply.status_code == 413
    assert reply.json()["error"]["type"] == "invalid_request_error"
    assert sandbox.requests()[-1]["status"] == 413
    assert http.get("/v1/account").status_code == 200


def test_an_id_with_a_line_break_is_another_id(http: httpx.Client, create: Create) -> None:
    session = create().id
    assert http.get(f"/v1/checkout/sessions/{session}").status_code == 200
    for path in (f"/v1/checkout/sessions/{session}%0a", f"/v1/checkout/sessions/{session}%0a/line_items"):
        assert http.get(path).status_code == 404


@pytest.mark.parametrize(
    "method,path",
    [
        ("OPTIONS", "/v1/events"),
        ("TRACE", "/v1/events"),
        ("HEAD", "/v1/events"),
        ("GET", "/v2/core/nothing"),
        ("POST", "/v2/core/events"),
        ("GET", "//v1/events"),
        ("GET", "/v1"),
        ("DELETE", "/c/pay/cs_test_x"),
    ],
)
def test_an_unknown_url_or_method(http: httpx.Client, method: str, path: str) -> None:
    reply = http.request(method, httpx.URL(http.base_url, raw_path=path.encode()))
    assert reply.status_code == 404
    if method != "HEAD":
        assert f"({method}: {path})" in reply.json()["error"]["message"]


@pytest.mark.parametrize(
    "method,path,status",
    [("GET", "/_sandbox/a/b/c", 404), ("GET", "/_sandbox/nothing", 404), ("PATCH", "/_sandbox/clock", 405)],
)
def test_an_unknown_control_call(http: httpx.Client, method: str, path: str, status: int) -> None:
    reply = http.request(method, path)
    assert (reply.status_code, list(reply.json())) == (status, ["error"])


def test_the_query_of_a_post_is_read_too(sandbox: SandboxProcess, http: httpx.Client, create: Create) -> None:
    path, key = f"/v1/checkout/sessions/{create().id}", {**FORM, "Idempotency-Key": "query"}
    reply = http.post(f"{path}?foo=1", content="metadata[a]=1", headers=key)
    assert (reply.status_code, reply.json()["error"]["param"]) == (400, "foo")
    reply = http.post(f"{path}?metadata[b]=2", content="metadata[a]=1", headers=key)
    assert {"a": "1", "b": "2"}.items() <= reply.json()["metadata"].items()
    reply = http.post(f"{path}?metadata[b]=3", content="metadata[a]=1", headers=key)
    assert (reply.status_code, reply.json()["error"]["type"]) == (400, "idempotency_error")
    # The contract, against which the log is checked, has no query parameters here.
    sandbox.control("DELETE", "/requests")


DEEP = '{"overrides":' + '{"a":' * 5_000 + "1" + "}" * 5_001
DEEPER_THAN_COPIES = '{"type": "x.y", "object": ' + '{"a":' * 400 + "1" + "}" * 401


@pytest.mark.parametrize(
    "path,body",
    [
        ("/clock", '{"advance": "x"}'),
        ("/clock", '{"advance": null}'),
        ("/clock", '{"advance": NaN}'),
        ("/clock", '{"advance": 1e400}'),
        ("/clock", '{"advance": 1e12}'),
        ("/clock", '{"set": -5}'),
        ("/clock", '{"set": 9999999999}'),
        ("/clock", '{"offset": []}'),
        ("/idle", '{"timeout": "soon"}'),
        ("/idle", '{"timeout": null}'),
        ("/settings", '{"redirect_wait_seconds": Infinity}'),
        ("/settings", '{"retry_seconds": [1e30]}'),
        ("/accounts", '{"name": "x", "keys": 5}'),
        ("/accounts", '{"name": "x", "keys": ["rk_test_x"]}'),
        ("/accounts", '{"name": "x", "keys": [{"key": 5}]}'),
        ("/accounts", '{"name": "x", "payment_methods": 5}'),
        ("/accounts", '{"name": "x", "country": 5}'),
        ("/accounts", '{"name": ""}'),
        ("/accounts", '{"name": "x\\ud800"}'),
        ("/events", DEEP),
        ("/events", DEEPER_THAN_COPIES),
        ("/events", "[1]"),
        ("/events", b"\xff\xfe"),
        ("/reset", '{"n": ' + "9" * 5_000 + "}"),
    ],
)
def test_a_wrong_control_call_is_400(http: httpx.Client, path: str, body: str | bytes) -> None:
    reply = http.post(f"/_sandbox{path}", content=body)
    assert (reply.status_code, list(reply.json())) == (400, ["error"])


def test_wrong_facts_of_an_account_and_the_log_are_400(sandbox: SandboxProcess, http: httpx.Client) -> None:
    assert http.get("/_sandbox/requests?since=x").status_code == 400
    account = sandbox.control("GET", "/accounts")["data"][0]["id"]
    change: Any
    for change in ({"name": None}, {"payment_methods": "card"}, {"nothing": 1}, {"charges_enabled": []}):
        assert http.post(f"/_sandbox/accounts/{account}", json=change).status_code == 400
    key: Any
    for key in ({"permissions": 5}, {"key": []}, {"name": "x"}):
        assert http.post(f"/_sandbox/accounts/{account}/keys", json=key).status_code == 400
