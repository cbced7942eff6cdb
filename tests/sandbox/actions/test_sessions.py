"""Checkout Sessions through the official library."""

from __future__ import annotations

import re
import time
from typing import Any

import httpx
import pytest
import stripe

from tests.sandbox.conftest import Create, order
from tests.sandbox_process import SandboxProcess

HOUR = 3600


def refused(call: Any) -> stripe.InvalidRequestError:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        call()
    return caught.value


def test_a_fresh_session_is_open_and_has_no_payment_intent(create: Create, sandbox: SandboxProcess) -> None:
    session = create(expand=["line_items"])
    assert re.fullmatch(r"cs_test_[A-Za-z0-9]{58}", session.id)
    assert (session.status, session.payment_status, session.payment_intent) == ("open", "unpaid", None)
    assert (session.amount_total, session.currency, session.livemode) == (2500, "myr", False)
    assert session.url is not None
    assert session.url.startswith(f"{sandbox.url}/c/pay/cs_test_")
    assert session.line_items is not None
    assert [(i.description, i.quantity, i.amount_total) for i in session.line_items.data] == [
        ("Nasi lemak", 2, 2500)
    ]
    assert session.last_response is not None
    assert session.last_response.headers["Stripe-Version"] == "2026-10-28.endive"
    assert session.last_response.headers["Request-Id"].startswith("req_")


def test_line_items_come_in_pages(create: Create, client: stripe.StripeClient) -> None:
    items = [
        {
            "quantity": 1,
            "price_data": {"currency": "myr", "unit_amount": 100 + n, "product_data": {"name": f"Dish {n}"}},
        }
        for n in range(25)
    ]
    session = create(line_items=items)
    names = [
        item.description
        for item in client.v1.checkout.sessions.line_items.list(session.id).auto_paging_iter()
    ]
    assert names == [f"Dish {n}" for n in range(25)]
    first = client.v1.checkout.sessions.line_items.list(session.id, params={"limit": 100})
    assert len(first.data) == 25
    assert not first.has_more


def test_it_expires_on_command_once(create: Create, client: stripe.StripeClient) -> None:
    session = create()
    expired = client.v1.checkout.sessions.expire(session.id)
    assert (expired.status, expired.url) == ("expired", None)
    error = refused(lambda: client.v1.checkout.sessions.expire(session.id))
    assert "status of `expired`" in str(error.user_message)


def test_it_expires_by_the_movable_clock(
    create: Create, sandbox: SandboxProcess, client: stripe.StripeClient
) -> None:
    session = create(expires_at=int(time.time()) + HOUR)
    sandbox.advance(HOUR - 30)
    assert client.v1.checkout.sessions.retrieve(session.id).status == "open"
    sandbox.advance(60)
    assert client.v1.checkout.sessions.retrieve(session.id).status == "expired"
    event = client.v1.events.list(params={"type": "checkout.session.expired"}).data[0]
    assert abs(event.created - session.expires_at) <= 2


@pytest.mark.parametrize("seconds", [29 * 60, 25 * HOUR])
def test_expiry_is_half_an_hour_to_a_day(create: Create, seconds: int) -> None:
    assert refused(lambda: create(expires_at=int(time.time()) + seconds)).param == "expires_at"


@pytest.mark.parametrize(
    "changes,param,code",
    [
        (
            {"payment_method_types": ["card"]},
            "payment_method_types",
            "payment_method_types_no_longer_supported",
        ),
        ({"foo": "1"}, "foo", "parameter_unknown"),
        ({"payment_intent_data": {"foo": "1"}}, "payment_intent_data[foo]", "parameter_unknown"),
        ({"ui_mode": "hosted"}, "ui_mode", None),
        ({"client_reference_id": "x" * 201}, "client_reference_id", None),
        ({"metadata": {"k": "x" * 501}}, "metadata", None),
        ({"metadata": {f"k{n}": "x" for n in range(51)}}, "metadata", None),
        ({"metadata": {"k" * 41: "x"}}, "metadata", None),
        ({"locale": "ta"}, "locale", None),
        ({"mode": "subscription"}, "mode", "sandbox_unsupported"),
        ({"success_url": "shop.example"}, "success_url", "url_invalid"),
        ({"customer_email": "nobody"}, "customer_email", "email_invalid"),
        ({"line_items": []}, "line_items", "parameter_missing"),
        ({"allowed_payment_method_types": ["kopitiam"]}, "allowed_payment_method_types[0]", None),
    ],
)
def test_wrong_parameters_are_named(create: Create, changes: Any, param: str, code: str | None) -> None:
    error = refused(lambda: create(**changes))
    assert (error.http_status, error.param, error.code) == (400, param, code)


@pytest.mark.parametrize(
    "changes,param",
    [
        (
            {"payment_method_options": {"paypal": {"capture_method": "manual"}}},
            "payment_method_options[paypal]",
        ),
        (
            {"payment_method_options": {"card": {"request_multicapture": "never"}}},
            "payment_method_options[card][request_multicapture]",
        ),
        (
            {"consent_collection": {"payment_method_reuse_agreement": {"position": "auto"}}},
            "consent_collection[payment_method_reuse_agreement]",
        ),
        ({"managed_payments": {"enabled": True}}, "managed_payments[enabled]"),
        (
            {"payment_intent_data": {"transfer_data": {"destination": "a"}}},
            "payment_intent_data[transfer_data]",
        ),
        ({"discounts": [{"coupon": "x"}]}, "discounts"),
    ],
)
def test_unsupported_parameters_are_not_called_unknown(create: Create, changes: Any, param: str) -> None:
    error = refused(lambda: create(**changes))
    assert (error.http_status, error.param, error.code) == (400, param, "sandbox_unsupported")


def test_a_subscription_price_is_not_supported(create: Create) -> None:
    price = {**order()["line_items"][0]["price_data"], "recurring": {"interval": "month"}}
    error = refused(lambda: create(line_items=[{"quantity": 1, "price_data": price}]))
    assert (error.param, error.code) == ("line_items[0][price_data][recurring]", "sandbox_unsupported")


def test_empty_and_false_parameters_are_accepted(create: Create) -> None:
    session = create(
        custom_text={"submit": "", "after_submit": {"message": "Thanks"}},
        managed_payments={"enabled": False},
        automatic_tax={"enabled": False, "liability": {"type": "self"}},
        payment_method_options={"link": {"setup_future_usage": "none"}},
    )
    text = session.custom_text
    assert text.submit is None
    assert text.after_submit is not None
    wrong = {"automatic_tax": {"enabled": False, "invoice_data": {"footer": "x"}}}
    error = refused(lambda: create(**wrong))
    assert (error.param, error.code) == ("automatic_tax[invoice_data]", "parameter_unknown")


@pytest.mark.parametrize(
    "price,param",
    [
        ({"unit_amount": 100, "product_data": {"name": "x"}}, "[price_data][currency]"),
        (
            {"currency": "myr", "unit_amount": "12.5", "product_data": {"name": "x"}},
            "[price_data][unit_amount]",
        ),
        ({"currency": "myr", "unit_amount": -1, "product_data": {"name": "x"}}, "[price_data][unit_amount]"),
        ({"currency": "myr", "unit_amount": 1, "product_data": {}}, "[price_data]"),
        ({"currency": "zzz", "unit_amount": 1, "product_data": {"name": "x"}}, "[price_data][currency]"),
    ],
)
def test_wrong_prices_are_named(create: Create, price: Any, param: str) -> None:
    error = refused(lambda: create(line_items=[{"quantity": 1, "price_data": price}]))
    assert error.param == "line_items[0]" + param


@pytest.mark.parametrize(
    "currency,least,words",
    [
        ("myr", 200, "RM2.00 myr"),
        ("sgd", 50, "S$0.50"),
        ("jpy", 50, "50 jpy"),
        ("thb", 1000, "10.00"),
        ("hkd", 400, "$4.00 hkd"),
        ("huf", 17500, "175.00 Ft huf"),
    ],
)
def test_each_currency_has_its_minimum(create: Create, currency: str, least: int, words: str) -> None:
    def items(amount: int) -> list[Any]:
        price = {"currency": currency, "unit_amount": amount, "product_data": {"name": "Kopi"}}
        return [{"quantity": 1, "price_data": price}]

    error = refused(lambda: create(line_items=items(least - 1)))
    assert error.code == "amount_too_small"
    assert words in str(error.user_message)
    assert create(line_items=items(least)).amount_total == least


@pytest.mark.parametrize(
    "currency,field,wrong,right",
    [
        ("kwd", "unit_amount", 1005, 1010),
        ("isk", "unit_amount", 1050, 1100),
        ("ugx", "unit_amount", 99_950, 99_900),
        ("kwd", "unit_amount_decimal", "1005.5", "1010.0"),
        ("myr", "unit_amount_decimal", "1_000", "1000"),
        ("myr", "unit_amount_decimal", "1e3", "1000.5"),
    ],
)
def test_amounts_match_their_currencys_decimals(
    create: Create, currency: str, field: str, wrong: Any, right: Any
) -> None:
    def items(amount: Any) -> list[Any]:
        price = {"currency": currency, field: amount, "product_data": {"name": "Kopi"}}
        return [{"quantity": 1, "price_data": price}]

    assert refused(lambda: create(line_items=items(wrong))).param == f"line_items[0][price_data][{field}]"
    assert create(line_items=items(right)).status == "open"


def test_a_hundred_lines_and_no_more(create: Create) -> None:
    line = order()["line_items"][0]
    assert create(line_items=[line] * 100).amount_total == 250_000
    assert refused(lambda: create(line_items=[line] * 101)).param == "line_items"


def test_methods_follow_currency_and_lists(create: Create) -> None:
    assert create().payment_method_types == ["card", "fpx", "grabpay", "customer_balance"]
    assert create(allowed_payment_method_types=["card", "fpx"]).payment_method_types == ["card", "fpx"]
    assert create(excluded_payment_method_types=["customer_balance", "fpx"]).payment_method_types == [
        "card",
        "grabpay",
    ]
    line = {
        "quantity": 1,
        "price_data": {"currency": "usd", "unit_amount": 500, "product_data": {"name": "x"}},
    }
    assert create(line_items=[line]).payment_method_types == ["card", "customer_balance"]


def test_an_unknown_session_is_404(client: stripe.StripeClient) -> None:
    error = refused(lambda: client.v1.checkout.sessions.retrieve("cs_test_nope"))
    assert (error.http_status, error.code, error.param) == (404, "resource_missing", "session")
    assert str(error.user_message) == "No such checkout.session: 'cs_test_nope'"


def test_sessions_are_listed_newest_first_and_filtered(
    create: Create, client: stripe.StripeClient, sandbox: SandboxProcess
) -> None:
    made = [create(client_reference_id=f"o{n}").id for n in range(5)]
    sandbox.pay(made[2])
    paid = client.v1.checkout.sessions.retrieve(made[2])
    page = client.v1.checkout.sessions.list(params={"limit": 2})
    assert [s.id for s in page.data] == [made[4], made[3]]
    assert page.has_more
    assert [s.id for s in page.auto_paging_iter()] == made[::-1]
    assert isinstance(paid.payment_intent, str)
    by_intent = client.v1.checkout.sessions.list(params={"payment_intent": paid.payment_intent})
    assert [s.id for s in by_intent.data] == [made[2]]
    assert [s.id for s in client.v1.checkout.sessions.list(params={"status": "complete"}).data] == [made[2]]
    assert client.v1.checkout.sessions.list(params={"created": {"gte": int(time.time()) + 60}}).data == []
    wrong: Any
    for wrong in ({"limit": 101}, {"status": "foo"}, {"created": "x"}):
        with pytest.raises(stripe.InvalidRequestError) as caught:
            client.v1.checkout.sessions.list(params=wrong)
        assert [caught.value.param] == list(wrong)


def test_a_cursor_stays_good_when_its_session_changes(create: Create, client: stripe.StripeClient) -> None:
    made = [create().id for _ in range(5)]
    sessions = client.v1.checkout.sessions
    seen = []
    for session in sessions.list(params={"status": "open", "limit": 2}).auto_paging_iter():
        seen.append(session.id)
        sessions.expire(session.id)
    assert seen == made[::-1]
    older = sessions.list(params={"status": "expired", "limit": 2, "ending_before": made[1]})
    assert [s.id for s in older.data] == [made[3], made[2]]
    assert older.has_more
    assert sessions.list(params={"status": "open", "ending_before": made[1]}).data == []
    error = refused(lambda: sessions.list(params={"status": "open", "starting_after": "cs_test_no"}))
    assert (error.param, error.code) == ("starting_after", "resource_missing")


def test_curl_style_lists_and_basic_auth_are_taken(sandbox: SandboxProcess) -> None:
    body = {
        "mode": "payment",
        "success_url": "https://shop.example/",
        "line_items[][quantity]": "1",
        "line_items[0][price_data][currency]": "MYR",
        "line_items[0][price_data][unit_amount]": "500",
        "line_items[0][price_data][product_data][name]": "Kopi",
        "expand[]": "line_items",
    }
    reply = httpx.post(
        f"{sandbox.url}/v1/checkout/sessions", data=body, auth=("sk_test_sandbox", ""), trust_env=False
    )
    assert reply.status_code == 200
    assert reply.json()["line_items"]["data"][0]["amount_total"] == 500


def test_an_unknown_address_is_404(sandbox: SandboxProcess) -> None:
    reply = httpx.put(
        f"{sandbox.url}/v1/events", headers={"Authorization": "Bearer sk_test_sandbox"}, trust_env=False
    )
    assert reply.status_code == 404
    assert "Unrecognized request URL (PUT: /v1/events)" in reply.json()["error"]["message"]


def test_expanding_an_unknown_field_is_refused(create: Create, client: stripe.StripeClient) -> None:
    session = create()
    error = refused(
        lambda: client.v1.checkout.sessions.retrieve(session.id, params={"expand": ["amount_total"]})
    )
    assert error.param == "expand"


def test_a_free_session_needs_no_payment(
    create: Create, sandbox: SandboxProcess, client: stripe.StripeClient
) -> None:
    line = {
        "quantity": 1,
        "price_data": {"currency": "myr", "unit_amount": 0, "product_data": {"name": "Water"}},
    }
    session = create(line_items=[line])
    assert sandbox.pay(session.id)["result"] == "paid"
    done = client.v1.checkout.sessions.retrieve(session.id)
    assert (done.status, done.payment_status, done.payment_intent) == (
        "complete",
        "no_payment_required",
        None,
    )
