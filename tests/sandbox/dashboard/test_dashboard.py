"""The sandbox's dashboard: every page, and what its forms do."""

from __future__ import annotations

import re

import httpx
import pytest
import stripe

from tests.sandbox.conftest import Create
from tests.sandbox.receiver import Receiver
from tests.sandbox_process import SandboxProcess

PAGES = [
    "home",
    "payments",
    "refunds",
    "disputes",
    "sessions",
    "apikeys",
    "webhooks",
    "events",
    "logs",
    "controls",
    "accounts",
    "endpoints",
    "requests",
    "faults",
]


def look(browse: httpx.Client, sandbox: SandboxProcess, path: str) -> str:
    answer = browse.get(f"{sandbox.url}/dashboard{path}")
    assert answer.status_code == 200, path
    return answer.text


def press(browse: httpx.Client, sandbox: SandboxProcess, path: str, /, **fields: str | list[str]) -> str:
    """Send a form and follow its redirect."""
    answer = browse.post(f"{sandbox.url}/dashboard{path}", data=fields)
    assert answer.status_code == 303, answer.text
    return browse.get(sandbox.url + answer.headers["Location"]).text


def refused(
    browse: httpx.Client, sandbox: SandboxProcess, path: str, /, **fields: str | list[str]
) -> tuple[int, str]:
    answer = browse.post(f"{sandbox.url}/dashboard{path}", data=fields)
    return answer.status_code, answer.text


def paid_intent(sandbox: SandboxProcess, session: str, **how: object) -> str:
    sandbox.pay(session, **how)
    intents: list[str] = [item["id"] for item in sandbox.listed("payment_intents")]
    return intents[0]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_works_with_and_without_rows(
    create: Create, sandbox: SandboxProcess, browse: httpx.Client, hook: Receiver, path: str
) -> None:
    empty = look(browse, sandbox, f"/{path}")
    for number in ("4000000000009995", "4242424242424242", "4000000000000259"):
        sandbox.pay(create().id, card=number)
    sandbox.pay(create().id, method="fpx", outcome="fail")
    sandbox.pay(create().id, method="customer_balance", delayed_result=None)
    charge = next(c for c in sandbox.listed("charges") if c["status"] == "succeeded" and not c["disputed"])
    sandbox.control("POST", "/refunds", {"charge": charge["id"], "amount": 500})
    sandbox.fault("error", path="/v1/nothing")
    sandbox.rule("hold", types=["odd.*"])
    sandbox.idle()
    full = look(browse, sandbox, f"/{path}")
    rows = r"<tr|<li"
    assert len(re.findall(rows, full)) >= len(re.findall(rows, empty))
    assert "Sandbox, not Stripe" in full


def test_payments_come_first_with_their_reasons(
    create: Create, sandbox: SandboxProcess, browse: httpx.Client
) -> None:
    sandbox.pay(create().id, card="4000000000009995")
    sandbox.pay(create().id, method="fpx", outcome="fail")
    sandbox.pay(create().id)
    text = browse.get(f"{sandbox.url}/").text
    assert re.findall(r'data-amount="(\d+)" data-currency="(\w+)" data-status="(\w+)"', text) == [
        ("2500", "myr", "succeeded"),
        ("2500", "myr", "failed"),
        ("2500", "myr", "failed"),
    ]
    assert "Your card has insufficient funds. (insufficient_funds)" in text
    assert "payment_intent_payment_attempt_failed" in text
    assert "RM 25.00" in text


def test_a_declined_then_paid_session_is_one_payment(
    create: Create, sandbox: SandboxProcess, browse: httpx.Client
) -> None:
    session = create().id
    sandbox.pay(session, card="4000000000009995")
    intent = paid_intent(sandbox, session)
    text = look(browse, sandbox, "/payments")
    assert re.findall(r'data-payment="(\w+)"', text) == [intent]
    detail = look(browse, sandbox, f"/payments/{intent}")
    assert "Payment failed: Your card has insufficient funds." in detail
    assert detail.index("Payment succeeded") < detail.index("Payment failed")
    assert session in detail


def test_payments_are_filtered_and_paged(
    create: Create, sandbox: SandboxProcess, browse: httpx.Client
) -> None:
    for number in range(22):
        sandbox.pay(create().id, card="4000000000009995" if number == 0 else "4242424242424242")
    first, second = look(browse, sandbox, "/payments"), look(browse, sandbox, "/payments?page=2")
    assert (first.count("data-payment="), second.count("data-payment=")) == (20, 2)
    assert look(browse, sandbox, "/payments?status=failed").count("data-payment=") == 1
    assert look(browse, sandbox, "/payments?status=succeeded&page=2").count("data-payment=") == 1
    assert look(browse, sandbox, "/payments?status=odd&page=-3").count("data-payment=") == 20


def test_the_owner_refunds_in_parts(
    create: Create, sandbox: SandboxProcess, browse: httpx.Client, client: stripe.StripeClient
) -> None:
    intent = paid_intent(sandbox, create().id)
    form = f"/payments/{intent}/refund"
    assert 'value="25.00"' in look(browse, sandbox, form)
    press(browse, sandbox, form, amount="10.00", reason="duplicate")
    assert "RM 10.00 refunded" in look(browse, sandbox, "/payments")
    for amount in ("20", "ten", "-1", "0", "1.001", "1e99", "NaN", "Infinity"):
        status, text = refused(browse, sandbox, form, amount=amount)
        assert status == 422, amount
        assert 'id="amount-error"' in text
        assert f'value="{amount}"' in text
    press(browse, sandbox, form, amount="")
    refunds = client.v1.refunds.list().data
    assert [(item.amount, item.reason) for item in refunds] == [
        (1500, "requested_by_customer"),
        (1000, "duplicate"),
    ]
    assert "has already been refunded" in refused(browse, sandbox, form, amount="")[1]


def test_an_id_finds_its_payment(create: Create, sandbox: SandboxProcess, browse: httpx.Client) -> None:
    session = create().id
    intent = paid_intent(sandbox, session)
    charge = sandbox.listed("charges")[0]["id"]
    for text in (intent, session, charge):
        answer = browse.get(f"{sandbox.url}/dashboard/search", params={"q": text})
        assert answer.headers["Location"] == f"/dashboard/payments/{intent}"
    assert intent in look(browse, sandbox, "/search?q=guest@example")
    assert "Nothing found" in look(browse, sandbox, "/search?q=%3Cscript%3E")


def test_a_restricted_key_may_do_what_was_ticked(
    sandbox: SandboxProcess, browse: httpx.Client, create: Create
) -> None:
    create()
    text = press(
        browse, sandbox, "/apikeys/create", name="DuitPOS", level_checkout_session="read", level_event="none"
    )
    (key,) = re.findall(r"<code>(rk_test_\w+)</code>", text)
    restricted = stripe.StripeClient(key, base_addresses={"api": sandbox.url}, max_network_retries=0)
    assert len(restricted.v1.checkout.sessions.list().data) == 1
    with pytest.raises(stripe.PermissionError):
        restricted.v1.events.list()
    (ref,) = re.findall(r'href="/dashboard/apikeys/(\d+)">Edit', text)
    press(browse, sandbox, f"/apikeys/{ref}", name="DuitPOS", level_event="read")
    restricted.v1.events.list()
    with pytest.raises(stripe.PermissionError):
        restricted.v1.checkout.sessions.list()
    status, again = refused(browse, sandbox, "/apikeys/create", name=" ", level_charge="write")
    assert status == 422
    assert re.search(r'name="level_charge" value="write" checked', again)
    assert refused(browse, sandbox, "/apikeys/create", name="x", level_event="write")[0] == 400


@pytest.mark.parametrize("expires", ["0", "3600"])
def test_a_rolled_key_ends_when_it_was_said(
    sandbox: SandboxProcess, browse: httpx.Client, expires: str
) -> None:
    text = press(browse, sandbox, "/apikeys/create", name="Till", level_event="read")
    (old,) = re.findall(r"<code>(rk_test_\w+)</code>", text)
    (ref,) = re.findall(r'href="/dashboard/apikeys/(\d+)">Edit', text)
    text = press(browse, sandbox, f"/apikeys/{ref}/roll", expires=expires)
    (new,) = set(re.findall(r"<code>(rk_test_\w+)</code>", text)) - {old}
    old_key, new_key = (
        stripe.StripeClient(key, base_addresses={"api": sandbox.url}, max_network_retries=0)
        for key in (old, new)
    )
    new_key.v1.events.list()
    if expires != "0":
        old_key.v1.events.list()
        press(browse, sandbox, "/clock", advance="3601")
    with pytest.raises(stripe.AuthenticationError):
        old_key.v1.events.list()
    new_key.v1.events.list()
    (ref,) = re.findall(r'href="/dashboard/apikeys/(\d+)">Edit', look(browse, sandbox, "/apikeys"))
    press(browse, sandbox, f"/apikeys/{ref}/delete")
    with pytest.raises(stripe.AuthenticationError):
        new_key.v1.events.list()


def test_an_endpoint_is_added_with_its_secret_shown(sandbox: SandboxProcess, browse: httpx.Client) -> None:
    ticked = ["checkout.session.completed", "checkout.session.expired"]
    text = press(
        browse, sandbox, "/webhooks/create", url="http://127.0.0.1:9/x", description="Till", events=ticked
    )
    made = sandbox.listed("endpoints")[0]
    assert (made["enabled_events"], made["description"]) == (ticked, "Till")
    assert made["secrets"][0]["secret"] in text
    for url, events, message in (
        ("nowhere", ticked, "Not a valid URL"),
        ("http://a.example/", [], "at least one"),
    ):
        status, again = refused(browse, sandbox, "/webhooks/create", url=url, events=events)
        assert status == 422
        assert message in again
        assert f'value="{url}"' in again
    page = f"/webhooks/{made['id']}"
    press(browse, sandbox, f"{page}/edit", url="http://127.0.0.1:9/y", description="", events=["*"])
    press(browse, sandbox, f"{page}/status", to="disabled")
    changed = sandbox.listed("endpoints")[0]
    assert (changed["url"], changed["enabled_events"]) == ("http://127.0.0.1:9/y", ["*"])
    assert (changed["status"], changed["description"]) == ("disabled", None)
    assert refused(browse, sandbox, f"{page}/test")[0] == 400
    press(browse, sandbox, f"{page}/roll", expires="3600")
    assert len(sandbox.listed("endpoints")[0]["secrets"]) == 2
    press(browse, sandbox, f"{page}/delete")
    assert sandbox.listed("endpoints") == []


def test_events_are_tested_and_sent_again(
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
    endpoint = sandbox.listed("endpoints")[0]["id"]
    text = press(browse, sandbox, f"/webhooks/{endpoint}/test", type="checkout.session.expired")
    hook.wait(before + 3)
    assert hook.received[-1].event["type"] == "checkout.session.expired"
    assert "Test event sent" in text
    shown = look(browse, sandbox, f"/webhooks/{endpoint}")
    assert 'data-state="delivered"' in shown
    look(browse, sandbox, f"/events/{event['id']}")


def test_accounts_are_kept_apart(create: Create, sandbox: SandboxProcess, browse: httpx.Client) -> None:
    intent = paid_intent(sandbox, create().id)
    other = sandbox.control("POST", "/accounts", {"name": "Warung Kedua"})
    assert intent in look(browse, sandbox, "/payments")
    press(browse, sandbox, "/account", account=f"{other['id']}:test")
    assert intent not in look(browse, sandbox, "/payments")
    assert other["secret_key"] in look(browse, sandbox, "/apikeys")
    assert sandbox.secret_key not in look(browse, sandbox, "/apikeys")
    assert refused(browse, sandbox, "/account", account="acct_none:test")[0] == 400


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


def test_faults_rules_and_the_clock_have_buttons(
    sandbox: SandboxProcess, browse: httpx.Client, create: Create, hook: Receiver
) -> None:
    press(browse, sandbox, "/faults", fault="rate_limit", path="/v1/checkout/sessions", method="")
    with pytest.raises(stripe.RateLimitError):
        create()
    assert refused(browse, sandbox, "/faults", fault="error", path="(")[0] == 400
    press(browse, sandbox, "/rules", action="hold", count="all")
    sandbox.pay(create().id)
    assert "held back" in look(browse, sandbox, "/controls")
    press(browse, sandbox, "/faults/clear")
    press(browse, sandbox, "/deliveries/release")
    hook.wait(1)
    press(browse, sandbox, "/clock", advance="3600")
    assert 3600 <= sandbox.control("GET", "/clock")["offset"] <= 3601
    assert refused(browse, sandbox, "/clock", advance="soon")[0] == 400


@pytest.mark.parametrize(
    "path", ["payments/pi_none", "events/evt_none", "webhooks/we_none", "logs/999999", "no"]
)
def test_an_unknown_thing_is_not_found(sandbox: SandboxProcess, browse: httpx.Client, path: str) -> None:
    answer = browse.get(f"{sandbox.url}/dashboard/{path}")
    assert answer.status_code == 404
    assert "Go to Home" in answer.text


def test_another_site_cannot_press_a_button(sandbox: SandboxProcess, browse: httpx.Client) -> None:
    for path in ("clock", "apikeys/create", "webhooks/create"):
        answer = browse.post(
            f"{sandbox.url}/dashboard/{path}",
            data={"advance": "60", "name": "x", "url": "http://a.example/", "events": "*"},
            headers={"Origin": "https://evil.example"},
        )
        assert answer.status_code == 403
    assert sandbox.listed("endpoints") == []
