"""The sandbox's dashboard pages and their buttons."""

from __future__ import annotations

import re

import httpx
import pytest
import stripe

from tests.sandbox.conftest import Create
from tests.sandbox.receiver import Receiver
from tests.sandbox_process import SandboxProcess

TABS = [
    "payments",
    "sessions",
    "refunds",
    "events",
    "deliveries",
    "endpoints",
    "accounts",
    "faults",
    "requests",
]


def press(browse: httpx.Client, sandbox: SandboxProcess, path: str, /, **fields: str) -> httpx.Response:
    """Press a button and follow its redirect."""
    answer = browse.post(f"{sandbox.url}/dashboard{path}", data=fields)
    assert answer.status_code == 303
    return browse.get(sandbox.url + answer.headers["Location"])


@pytest.mark.parametrize("tab", TABS)
def test_every_tab_works_with_and_without_rows(
    create: Create, sandbox: SandboxProcess, browse: httpx.Client, hook: Receiver, tab: str
) -> None:
    assert browse.get(f"{sandbox.url}/dashboard/{tab}").status_code == 200
    for number in ("4000000000009995", "4242424242424242"):
        sandbox.pay(create().id, card=number)
    sandbox.pay(create().id, method="fpx", outcome="fail")
    delayed = create().id
    sandbox.pay(delayed, method="customer_balance", delayed_result=None)
    charge = next(c for c in sandbox.listed("charges") if c["status"] == "succeeded")
    sandbox.control("POST", "/refunds", {"charge": charge["id"], "amount": 500})
    sandbox.fault("error", path="/v1/nothing")
    sandbox.rule("hold", types=["odd.*"])
    sandbox.idle()
    shown = browse.get(f"{sandbox.url}/dashboard/{tab}")
    assert shown.status_code == 200
    assert shown.text.count("<tr") > 1


def test_payments_come_first_with_their_reasons(
    create: Create, sandbox: SandboxProcess, browse: httpx.Client
) -> None:
    sandbox.pay(create().id, card="4000000000009995")
    sandbox.pay(create().id, method="fpx", outcome="fail")
    sandbox.pay(create().id)
    text = browse.get(f"{sandbox.url}/").text
    assert re.findall(r'data-amount="(\d+)" data-currency="(\w+)" data-status="(\w+)"', text) == [
        ("2500", "myr", "succeeded"),
        ("2500", "myr", "requires_payment_method"),
        ("2500", "myr", "failed"),
    ]
    assert "Your card has insufficient funds. (insufficient_funds)" in text
    assert "payment_intent_payment_attempt_failed" in text
    assert "RM 25.00" in text


def test_the_owner_refunds_in_parts(
    create: Create, sandbox: SandboxProcess, browse: httpx.Client, client: stripe.StripeClient
) -> None:
    sandbox.pay(create().id)
    charge = client.v1.charges.list().data[0].id
    assert "RM 10.00" in press(browse, sandbox, f"/charges/{charge}/refund", amount="1000").text
    assert (
        "greater than unrefunded" in press(browse, sandbox, f"/charges/{charge}/refund", amount="2000").text
    )
    assert "Invalid integer" in press(browse, sandbox, f"/charges/{charge}/refund", amount="ten").text
    press(browse, sandbox, f"/charges/{charge}/refund")
    assert client.v1.charges.retrieve(charge).refunded


def test_an_event_is_sent_again(
    create: Create, sandbox: SandboxProcess, browse: httpx.Client, hook: Receiver
) -> None:
    sandbox.pay(create().id)
    sandbox.idle()
    event = sandbox.listed("events")[0]
    before = len(hook.received)
    press(browse, sandbox, f"/events/{event['id']}/resend")
    hook.wait(before + 1)
    assert hook.received[-1].event["id"] == event["id"]
    delivery = sandbox.listed("deliveries")[0]
    press(browse, sandbox, f"/deliveries/{delivery['id']}/retry")
    hook.wait(before + 2)


def test_an_endpoint_is_added_with_its_secret_shown(
    sandbox: SandboxProcess, browse: httpx.Client, hook: Receiver
) -> None:
    text = press(
        browse, sandbox, "/endpoints", url="http://127.0.0.1:9/x", events="checkout.session.completed"
    ).text
    made = sandbox.listed("endpoints")[0]
    assert made["enabled_events"] == ["checkout.session.completed"]
    assert made["secrets"][0]["secret"] in text
    assert "Not a valid URL" in press(browse, sandbox, "/endpoints", url="nowhere", tab="endpoints").text


def test_money_arrives_at_the_press_of_a_button(
    create: Create, sandbox: SandboxProcess, browse: httpx.Client, client: stripe.StripeClient
) -> None:
    session = create()
    sandbox.pay(session.id, method="customer_balance", delayed_result=None)
    press(browse, sandbox, f"/sessions/{session.id}/result", result="succeed")
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"
    other = create()
    press(browse, sandbox, f"/sessions/{other.id}/expire")
    assert client.v1.checkout.sessions.retrieve(other.id).status == "expired"


def test_faults_and_the_clock_have_buttons(
    sandbox: SandboxProcess, browse: httpx.Client, create: Create
) -> None:
    press(browse, sandbox, "/faults", fault="rate_limit", path="/v1/checkout/sessions", method="")
    with pytest.raises(stripe.RateLimitError):
        create()
    press(browse, sandbox, "/clock", advance="3600", tab="faults")
    assert 3600 <= sandbox.control("GET", "/clock")["offset"] <= 3601


def test_another_site_cannot_press_a_button(sandbox: SandboxProcess, browse: httpx.Client) -> None:
    answer = browse.post(
        f"{sandbox.url}/dashboard/clock", data={"advance": "60"}, headers={"Origin": "https://evil.example"}
    )
    assert answer.status_code == 403
