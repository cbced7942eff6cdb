"""Input that nobody sends on purpose: it is refused in the form of every other error, and does no harm."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

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


def test_a_body_that_is_too_large_is_refused_not_cut(sandbox: SandboxProcess, http: httpx.Client) -> None:
    body = "mode=payment&metadata[x]=" + "x" * 1_500_000
    reply = http.post("/v1/checkout/sessions", content=body, headers=FORM)
    assert reply.status_code == 413
    assert reply.json()["error"]["type"] == "invalid_request_error"
    assert sandbox.requests()[-1]["status"] == 413
    assert http.get("/v1/account").status_code == 200
