"""Every operation of Stripe's contract returns its schema, and malicious input is harmless."""

from __future__ import annotations

import httpx
import pytest

from tests.sandbox.conftest import Create
from tests.sandbox_process import SandboxProcess
from tests.stripe_contract.conform import DOCUMENT


@pytest.fixture
def known(create: Create, sandbox: SandboxProcess) -> dict[str, str]:
    """One id for each path parameter name."""
    answer = sandbox.pay(create().id, card="4000000000000259")
    sandbox.pay(create().id)
    charge = next(c for c in sandbox.listed("charges") if not c["disputed"])
    refund = sandbox.control("POST", "/refunds", {"charge": charge["id"], "amount": 500})
    sandbox.control("POST", "/clock", {"advance": 10})
    made = sandbox.control("POST", "/endpoints", {"url": f"{sandbox.url}/nowhere", "enabled_events": ["*"]})
    intent = answer["session"]["payment_intent"]
    return {
        "session": create().id,
        "intent": intent["id"],
        "charge": intent["latest_charge"]["id"],
        "refund": refund["id"],
        "dispute": sandbox.listed("disputes")[0]["id"],
        "webhook_endpoint": made["id"],
        "account": sandbox.control("GET", "/accounts")["data"][0]["id"],
        "event": sandbox.listed("events")[0]["id"],
        "balance_transaction": sandbox.listed("balance_transactions")[0]["id"],
    }


BODIES = {
    "/v1/refunds": "charge={charge}&amount=100",
    "/v1/webhook_endpoints": "url=https://shop.example/hook&enabled_events[]=*",
    "/v1/checkout/sessions": (
        "mode=payment&success_url=https://shop.example/&line_items[0][quantity]=1"
        "&line_items[0][price_data][currency]=myr&line_items[0][price_data][unit_amount]=500"
        "&line_items[0][price_data][product_data][name]=Kopi"
    ),
}


def test_every_operation_is_answered(sandbox: SandboxProcess, known: dict[str, str]) -> None:
    """The fixture `sandbox` checks the schemas; this only checks that each operation succeeds."""
    operations = [(method, path) for path, found in DOCUMENT["paths"].items() for method in found]
    # Operations that delete an object come last.
    operations.sort(key=lambda pair: (pair[0] == "delete", pair[1].endswith(("/expire", "/cancel"))))
    answers = {}
    with httpx.Client(base_url=sandbox.url, trust_env=False, auth=("sk_test_sandbox", "")) as http:
        for method, template in operations:
            path = template.format(**known, id=known[GENERAL.get(template, "event")])
            body = BODIES.get(template, "").replace("{charge}", refundable(sandbox))
            reply = http.request(
                method,
                path,
                content=body if method == "post" else None,
                headers={"Content-Type": "application/x-www-form-urlencoded"},
            )
            answers[f"{method} {template}"] = reply.status_code
    assert len(answers) == 31
    # A card refund cannot be cancelled through the API; all other operations succeed.
    assert {call for call, status in answers.items() if status != 200} == {"post /v1/refunds/{refund}/cancel"}


# Paths that call their parameter just `id`; for all others it is an event's.
GENERAL = {"/v1/balance_transactions/{id}": "balance_transaction"}


def refundable(sandbox: SandboxProcess) -> str:
    return next(str(c["id"]) for c in sandbox.listed("charges") if not c["disputed"])


@pytest.mark.parametrize(
    "body",
    [
        "mode=payment&line_items=1",
        "mode=payment&line_items[0]=1",
        "mode=payment&line_items[x][quantity]=1",
        "mode=payment&line_items[²][quantity]=1",
        "mode[=1",
        "mode=payment&mode[x]=1",
        "metadata[a][b]=1&mode=payment",
        "a[b]c=1",
        "]=1",
        "mode=payment&success_url[]=x",
        "mode=payment&expires_at=99999999999999999999999",
        "mode=payment&" + "&".join(f"m{n}=1" for n in range(3000)),
        "%ff%fe=%00",
        "mode=payment&success_url=https%3A%2F%2Fx.my&line_items[0][quantity]=999999999999999999"
        "&line_items[0][price_data][currency]=myr&line_items[0][price_data][unit_amount]=999999999999999999"
        "&line_items[0][price_data][product_data][name]=x",
        "mode=payment&success_url=https%3A%2F%2Fx.my&line_items[0][quantity]=1"
        "&line_items[0][price_data][currency]=myr&line_items[0][price_data][unit_amount_decimal]=NaN"
        "&line_items[0][price_data][product_data][name]=x",
        "mode=payment&success_url=https%3A%2F%2Fx.my&line_items[0][quantity]=1"
        "&line_items[0][price_data][currency]=myr&line_items[0][price_data][unit_amount_decimal]=1e999999"
        "&line_items[0][price_data][product_data][name]=x",
    ],
)
def test_hostile_bodies_are_400(sandbox: SandboxProcess, body: str) -> None:
    reply = httpx.post(
        f"{sandbox.url}/v1/checkout/sessions",
        content=body,
        auth=("sk_test_sandbox", ""),
        headers={"Content-Type": "application/x-www-form-urlencoded", "Idempotency-Key": "k"},
        trust_env=False,
    )
    assert reply.status_code == 400
    assert reply.json()["error"]["type"] == "invalid_request_error"


@pytest.mark.parametrize("version,status", [("2026-10-28.endive", 200), ("2020-08-27", 200), ("newest", 400)])
def test_the_version_is_echoed(sandbox: SandboxProcess, version: str, status: int) -> None:
    headers = {"Authorization": "Bearer sk_test_sandbox", "Stripe-Version": version}
    reply = httpx.get(f"{sandbox.url}/v1/account", headers=headers, trust_env=False)
    assert reply.status_code == status
    if status == 200:
        assert reply.headers["Stripe-Version"] == version
