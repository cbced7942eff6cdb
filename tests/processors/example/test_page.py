"""Kedai Pay's page: reached by a form, and left by a form or a redirect."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.processors.example.calls import look, make
from tests.processors.example.process import ExampleServer, Json

pytestmark = pytest.mark.pure


@pytest.fixture
def phone() -> Iterator[httpx.Client]:
    """A browser that follows no redirects."""
    with httpx.Client(trust_env=False) as phone:
        yield phone


def choose(phone: httpx.Client, made: Json, choice: str = "", **more: str) -> httpx.Response:
    """Press a button of the page."""
    fields = {**made["fields"], **({"choose": choice} if choice else {}), **more}
    return phone.post(made["post_to"], data=fields)


def test_the_page_shows_the_bill(kedai: ExampleServer, phone: httpx.Client) -> None:
    page = choose(phone, make(kedai, description="Order 1 <b>")).text
    assert page.count("<h1") == 1
    assert "RM 31.85" in page
    assert "Order 1 &lt;b&gt;" in page
    assert "Test bill" in page
    for button in (
        "Pay by FPX",
        "Pay by e-wallet",
        "Pay later by bank",
        "Hold the money",
        "Back to the shop",
    ):
        assert button in page
    assert '<label for="bank">' in page


def test_a_wrong_token_shows_nothing(kedai: ExampleServer, phone: httpx.Client) -> None:
    made = make(kedai)
    assert choose(phone, made, "fpx", token="wrong").status_code == 404
    assert look(kedai, made["bill"])["state"] == "due"


@pytest.mark.parametrize("choice, state", [("fpx", "paid"), ("later", "waiting_bank"), ("hold", "held")])
def test_the_way_back_is_a_form(kedai: ExampleServer, phone: httpx.Client, choice: str, state: str) -> None:
    made = make(kedai)
    reply = choose(phone, made, choice, bank="Bank Raya")
    assert reply.status_code == 200
    assert '<form method="post" action="https://shop.example/back">' in reply.text
    assert f'<input type="hidden" name="state" value="{state}">' in reply.text
    assert "document.forms[0].submit()" in reply.text
    now = look(kedai, made["bill"])
    assert now["state"] == state
    assert [payment["bank"] for payment in now["payments"]] == (["Bank Raya"] if choice == "fpx" else [])


def test_an_e_wallet_goes_back_by_get(kedai: ExampleServer, phone: httpx.Client) -> None:
    made = make(kedai, return_url="https://shop.example/back?a=1")
    reply = choose(phone, made, "ewallet")
    assert reply.status_code == 303
    assert reply.headers["location"] == f"https://shop.example/back?a=1&bill={made['bill']}&state=paid"


def test_a_refused_payment_can_be_tried_again(kedai: ExampleServer, phone: httpx.Client) -> None:
    made = make(kedai)
    page = choose(phone, made, "refuse").text
    assert 'role="alert"' in page
    assert "Pay by FPX" in page
    choose(phone, made, "fpx")
    assert [payment["state"] for payment in look(kedai, made["bill"])["payments"]] == ["refused", "paid"]


def test_a_paid_bill_offers_to_pay_again(kedai: ExampleServer, phone: httpx.Client) -> None:
    made = make(kedai)
    choose(phone, made, "fpx")
    assert "Pay again" in choose(phone, made).text
    # The same button of the older page is no wish to pay twice.
    assert "can no longer be paid" in choose(phone, made, "fpx").text
    choose(phone, made, "fpx", again="yes")
    assert len(look(kedai, made["bill"])["payments"]) == 2


def test_a_failed_bill_only_leads_back(kedai: ExampleServer, phone: httpx.Client) -> None:
    made = make(kedai)
    kedai.bank_later(made["bill"])
    kedai.bank_fails(made["bill"])
    page = choose(phone, made).text
    assert "Pay by" not in page
    assert "Back to the shop" in page
