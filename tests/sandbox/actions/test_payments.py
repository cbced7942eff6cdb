"""Payments: the hosted page, the cards, the other methods, and the resulting API objects."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest
import stripe

from tests.sandbox.conftest import Create, card
from tests.sandbox_process import SandboxProcess


def types(client: stripe.StripeClient) -> list[str]:
    """Event types, oldest first."""
    return [str(event.type) for event in client.v1.events.list(params={"limit": 100}).data][::-1]


def intent_of(client: stripe.StripeClient, session_id: str) -> Any:
    session = client.v1.checkout.sessions.retrieve(
        session_id, params={"expand": ["payment_intent.latest_charge"]}
    )
    return session.payment_intent


def test_a_card_pays_through_the_page(
    create: Create, client: stripe.StripeClient, browse: httpx.Client
) -> None:
    session = create()
    assert session.url is not None
    shown = browse.get(session.url)
    assert shown.status_code == 200
    for text in (
        "Kopi Ujian",
        "Nasi lemak",
        "RM 25.00",
        "TEST",
        "Pay RM 25.00",
        'href="https://shop.example/cart"',
    ):
        assert text in shown.text
    assert "form-action" not in shown.headers["Content-Security-Policy"]
    inputs = re.findall(r'<input id="([^"]+)"', shown.text)
    assert inputs == ["email", "card_number", "exp", "cvc", "name"]
    assert re.findall(r'<label for="([^"]+)"', shown.text) == inputs

    paid = browse.post(session.url, data=card())
    assert paid.status_code == 303
    assert paid.headers["Location"] == f"https://shop.example/back?session_id={session.id}"
    done = client.v1.checkout.sessions.retrieve(session.id)
    assert (done.status, done.payment_status, done.url) == ("complete", "paid", None)
    assert done.customer_details is not None
    assert done.customer_details.email == "guest@example.com"
    intent = intent_of(client, session.id)
    assert (intent.status, intent.amount_received, intent.metadata.to_dict()) == (
        "succeeded",
        2500,
        {"order": "1"},
    )
    charge = intent.latest_charge
    assert (charge.status, charge.paid, charge.metadata.to_dict()) == ("succeeded", True, {"order": "1"})
    assert charge.balance_transaction is None
    assert types(client) == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "checkout.session.completed",
    ]


@pytest.mark.parametrize("number", ["3566002020360505", "378282246310005", "4000000000005423"])
def test_a_good_card_pays_with_a_code_of_its_length(
    create: Create, sandbox: SandboxProcess, number: str
) -> None:
    assert sandbox.pay(create().id, card=number)["result"] == "paid"


def test_a_failed_code_check_pays_where_the_account_does_not_decline_on_it(
    create: Create, client: stripe.StripeClient, sandbox: SandboxProcess
) -> None:
    session = create()
    assert sandbox.pay(session.id, card="4000000000000101")["result"] == "paid"
    card_facts = intent_of(client, session.id).latest_charge.payment_method_details.card
    assert card_facts.checks.cvc_check == "fail"
    account = client.v1.accounts.retrieve_current().to_dict()
    assert account["settings"]["card_payments"]["decline_on"]["cvc_failure"] is False


def test_the_fee_arrives_later(create: Create, client: stripe.StripeClient, sandbox: SandboxProcess) -> None:
    session = create()
    sandbox.pay(session.id)
    sandbox.advance(10)
    charge = intent_of(client, session.id).latest_charge
    money = client.v1.balance_transactions.retrieve(charge.balance_transaction)
    assert (money.amount, money.fee, money.net, money.source) == (2500, 175, 2325, charge.id)
    event = client.v1.events.list(params={"type": "charge.updated"}).data[0]
    assert event.to_dict()["data"]["previous_attributes"] == {"balance_transaction": None}
    expanded = client.v1.charges.retrieve(charge.id, params={"expand": ["balance_transaction"]})
    assert isinstance(expanded.balance_transaction, stripe.BalanceTransaction)
    assert client.v1.balance.retrieve().pending[0].amount == 2325


def test_a_stale_page_does_not_pay_with_the_previous_card(
    create: Create, client: stripe.StripeClient, browse: httpx.Client
) -> None:
    session = create()
    assert session.url is not None
    stale = browse.post(session.url, data=card("4000 0000 0000 3220")).headers["Location"]
    assert browse.post(session.url, data=card("4000 0000 0000 0002")).status_code == 402
    answer = browse.post(f"{session.url}/authorise", data={"outcome": "authorise"})
    assert (answer.status_code, stale) == (303, f"{answer.headers['Location']}/authorise")
    assert client.v1.checkout.sessions.retrieve(session.id).status == "open"
    assert len(client.v1.charges.list().data) == 1


def test_nothing_to_pay_needs_no_card(
    create: Create, client: stripe.StripeClient, browse: httpx.Client
) -> None:
    price = {"currency": "myr", "unit_amount": 0, "product_data": {"name": "Water"}}
    session = create(line_items=[{"quantity": 1, "price_data": price}])
    assert session.url is not None
    assert re.findall(r'<input id="([^"]+)"', browse.get(session.url).text) == ["email", "name"]
    paid = browse.post(session.url, data={"email": "guest@example.com", "method": "card"})
    assert paid.status_code == 303
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "no_payment_required"


def test_money_becomes_available(
    create: Create, client: stripe.StripeClient, sandbox: SandboxProcess
) -> None:
    sandbox.pay(create().id)
    sandbox.advance(10)
    money = client.v1.balance_transactions.list().data[0]
    assert money.status == "pending"
    sandbox.advance(money.available_on - money.created)
    charge = client.v1.charges.list(params={"expand": ["data.balance_transaction"]}).data[0]
    assert isinstance(charge.balance_transaction, stripe.BalanceTransaction)
    assert charge.balance_transaction.status == "available"
    assert client.v1.balance_transactions.retrieve(money.id).status == "available"
    assert client.v1.balance.retrieve().available[0].amount == 2325


@pytest.mark.parametrize(
    "number,code,decline_code",
    [
        ("4000000000000002", "card_declined", "generic_decline"),
        ("4000000000009995", "card_declined", "insufficient_funds"),
        ("4000000000009987", "card_declined", "lost_card"),
        ("4000000000009979", "card_declined", "stolen_card"),
        ("4000000000006975", "card_declined", "card_velocity_exceeded"),
        ("4000000000000341", "card_declined", "generic_decline"),
        ("4100000000000019", "card_declined", "fraudulent"),
        ("4000000000000069", "expired_card", None),
        ("4000000000000127", "incorrect_cvc", None),
        ("4000000000000119", "processing_error", None),
    ],
)
def test_declines_keep_the_session_open(
    create: Create,
    client: stripe.StripeClient,
    browse: httpx.Client,
    number: str,
    code: str,
    decline_code: str | None,
) -> None:
    session = create()
    assert session.url is not None
    refused = browse.post(session.url, data=card(number))
    assert refused.status_code == 402
    assert f'data-code="{code}"' in refused.text
    assert 'value="guest@example.com"' in refused.text
    assert number not in refused.text
    intent = intent_of(client, session.id)
    error = intent.last_payment_error
    assert (intent.status, error.code, getattr(error, "decline_code", None)) == (
        "requires_payment_method",
        code,
        decline_code,
    )
    assert (intent.latest_charge.status, intent.latest_charge.failure_code) == ("failed", code)
    kind = "blocked" if number.startswith("41") else "issuer_declined"
    assert intent.latest_charge.outcome.type == kind
    assert client.v1.checkout.sessions.retrieve(session.id).status == "open"
    assert browse.post(session.url, data=card()).status_code == 303
    assert intent_of(client, session.id).id == intent.id
    assert intent_of(client, session.id).last_payment_error is None


@pytest.mark.parametrize(
    "fields,field,code",
    [
        (card("4242424242424241"), "card_number", "incorrect_number"),
        (card("4242"), "card_number", "invalid_number"),
        (card("4539 1488 0343 6467"), "card_number", "test_mode_live_card"),
        (card(exp="13 / 34"), "exp", "invalid_expiry_month"),
        (card(exp="12 / 20"), "exp", "invalid_expiry_year"),
        (card(exp="12 / 95"), "exp", "invalid_expiry_year"),
        (card(cvc="99"), "cvc", "invalid_cvc"),
        (card("378282246310005", cvc="123"), "cvc", "invalid_cvc"),
        (card(email="nobody"), "email", "email_invalid"),
    ],
)
def test_a_wrong_field_is_pointed_at_and_nothing_is_tried(
    create: Create,
    client: stripe.StripeClient,
    browse: httpx.Client,
    fields: dict[str, str],
    field: str,
    code: str,
) -> None:
    session = create()
    assert session.url is not None
    refused = browse.post(session.url, data=fields)
    assert f'data-code="{code}"' in refused.text
    assert re.search(rf'name="{field}"[^>]*aria-invalid="true"', refused.text)
    assert client.v1.checkout.sessions.retrieve(session.id).payment_intent is None


def test_expiry_follows_the_sandboxs_clock(create: Create, sandbox: SandboxProcess) -> None:
    sandbox.advance(20 * 365 * 86400)
    assert sandbox.pay(create().id, exp="12/34")["error"]["code"] == "invalid_expiry_year"


@pytest.mark.parametrize("number", ["4000000000003220", "4000002760003184", "4000002500003155"])
def test_3d_secure_asks_first(
    create: Create, client: stripe.StripeClient, browse: httpx.Client, sandbox: SandboxProcess, number: str
) -> None:
    session = create()
    assert session.url is not None
    asked = browse.post(session.url, data=card(number))
    assert asked.status_code == 303
    page = sandbox.url + asked.headers["Location"]
    assert "Authorise test payment" in browse.get(page).text
    assert intent_of(client, session.id).status == "requires_action"
    failed = browse.post(page, data={"outcome": "fail"})
    assert failed.status_code == 402
    assert intent_of(client, session.id).last_payment_error.code == "payment_intent_authentication_failure"
    browse.post(session.url, data=card(number))
    assert browse.post(page, data={"outcome": "authorise"}).headers["Location"].endswith(session.id)
    assert intent_of(client, session.id).status == "succeeded"
    assert "payment_intent.requires_action" in types(client)


@pytest.mark.parametrize("number", ["4000008260003178", "4000008400001629"])
def test_3d_secure_then_declined(create: Create, sandbox: SandboxProcess, number: str) -> None:
    answer = sandbox.pay(create().id, card=number)
    assert answer["result"] == "declined"
    assert answer["session"]["status"] == "open"


@pytest.mark.parametrize("method", ["fpx", "grabpay"])
def test_a_bank_or_wallet_may_refuse_then_pay(
    create: Create, client: stripe.StripeClient, browse: httpx.Client, sandbox: SandboxProcess, method: str
) -> None:
    session = create()
    assert session.url is not None
    shown = browse.get(f"{session.url}?method={method}")
    assert "card_number" not in shown.text
    fields = {"email": "guest@example.com", "method": method}
    page = sandbox.url + browse.post(session.url, data=fields).headers["Location"]
    assert browse.post(page, data={"outcome": "fail"}).status_code == 402
    error = intent_of(client, session.id).last_payment_error
    assert error.code == "payment_intent_payment_attempt_failed"
    browse.post(session.url, data=fields)
    assert browse.post(page, data={"outcome": "authorise"}).status_code == 303
    charge = intent_of(client, session.id).latest_charge
    assert charge.payment_method_details.type == method


@pytest.mark.parametrize(
    "choice,event,payment_status,intent_status",
    [
        ("later_succeed", "async_payment_succeeded", "paid", "succeeded"),
        ("later_fail", "async_payment_failed", "unpaid", "requires_payment_method"),
    ],
)
def test_delayed_money_comes_later_or_never(
    create: Create,
    client: stripe.StripeClient,
    browse: httpx.Client,
    sandbox: SandboxProcess,
    choice: str,
    event: str,
    payment_status: str,
    intent_status: str,
) -> None:
    session = create()
    assert session.url is not None
    asked = browse.post(session.url, data={"email": "guest@example.com", "method": "customer_balance"})
    page = sandbox.url + asked.headers["Location"]
    assert browse.post(page, data={"outcome": choice}).status_code == 303
    now = client.v1.checkout.sessions.retrieve(session.id)
    assert (now.status, now.payment_status) == ("complete", "unpaid")
    assert intent_of(client, session.id).status == "processing"
    sandbox.advance(121)
    later = client.v1.checkout.sessions.retrieve(session.id)
    assert (later.status, later.payment_status) == ("complete", payment_status)
    assert intent_of(client, session.id).status == intent_status
    assert types(client).count(f"checkout.session.{event}") == 1


def test_an_undecided_delayed_payment_waits_for_a_control_call(
    create: Create, sandbox: SandboxProcess
) -> None:
    session = create()
    assert sandbox.pay(session.id, method="customer_balance", delayed_result=None)["result"] == "processing"
    sandbox.advance(86400)
    assert sandbox.control("GET", f"/sessions/{session.id}")["payment_status"] == "unpaid"
    done = sandbox.control("POST", f"/sessions/{session.id}/async_result", {"result": "succeed"})
    assert done["payment_status"] == "paid"


def test_a_second_submit_pays_once(create: Create, client: stripe.StripeClient, browse: httpx.Client) -> None:
    session = create()
    assert session.url is not None
    first = browse.post(session.url, data=card())
    second = browse.post(session.url, data=card())
    assert first.headers["Location"] == second.headers["Location"]
    assert len(client.v1.charges.list().data) == 1
    assert types(client).count("checkout.session.completed") == 1
    assert "all done here" in browse.get(session.url).text


def test_the_page_of_an_ended_session_says_so(
    create: Create, client: stripe.StripeClient, browse: httpx.Client
) -> None:
    session = create()
    assert session.url is not None
    browse.post(session.url, data=card("4000000000000002"))
    client.v1.checkout.sessions.expire(session.id)
    for answer in (browse.get(session.url), browse.post(session.url, data=card())):
        assert "expired" in answer.text
    assert intent_of(client, session.id).status == "canceled"
    assert browse.get(session.url.replace("cs_test_", "cs_test_x")).status_code == 404


def test_a_disputed_card(create: Create, client: stripe.StripeClient, sandbox: SandboxProcess) -> None:
    sandbox.pay(create().id, card="4000000000000259")
    dispute = client.v1.disputes.list().data[0]
    assert (dispute.reason, dispute.status, dispute.amount) == ("fraudulent", "needs_response", 2500)
    assert "charge.dispute.funds_withdrawn" in types(client)


def test_names_are_escaped_on_the_page(create: Create, browse: httpx.Client) -> None:
    line = {
        "quantity": 1,
        "price_data": {
            "currency": "myr",
            "unit_amount": 500,
            "product_data": {"name": "<b>Kopi</b> & 椰浆饭"},
        },
    }
    url = create(line_items=[line]).url
    assert url is not None
    assert "&lt;b&gt;Kopi&lt;/b&gt; &amp; 椰浆饭" in browse.get(url).text


def test_the_page_of_an_earlier_attempt_authorises_nothing(
    create: Create, client: stripe.StripeClient, browse: httpx.Client, sandbox: SandboxProcess
) -> None:
    session = create()
    assert session.url is not None
    asks = sandbox.url + browse.post(session.url, data=card("4000002760003184")).headers["Location"]
    browse.post(session.url, data=card("4000000000000002"))
    browse.post(asks, data={"outcome": "authorise"})
    assert intent_of(client, session.id).status == "requires_payment_method"


@pytest.mark.parametrize("name", ["metadata", "expand", "foo"])
def test_a_parameter_of_endless_depth_is_refused(sandbox: SandboxProcess, name: str) -> None:
    answer = httpx.post(
        f"{sandbox.url}/v1/checkout/sessions",
        content=f"{name}{'[a]' * 20_000}=1",
        headers={
            "Authorization": f"Bearer {sandbox.secret_key}",
            "Content-Type": "application/x-www-form-urlencoded",
            "Idempotency-Key": f"deep-{name}",
        },
    )
    assert (answer.status_code, answer.json()["error"]["type"]) == (400, "invalid_request_error")
