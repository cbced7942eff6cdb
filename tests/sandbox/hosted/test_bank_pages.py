"""FPX and GrabPay: the bank chooser, the page that stands in for the bank, and what the API says afterwards."""

from __future__ import annotations

from typing import Any, Literal

import httpx
import pytest
import stripe
from playwright.sync_api import Browser, Page

from tests.browser.guest_checks import axe_finds
from tests.sandbox.conftest import Create
from tests.sandbox.receiver import Receiver
from tests.sandbox_process import SandboxProcess

FORM = {"email": "guest@example.com", "bank": "cimb"}
ANSWERS = {
    "fail": ("payment_intent_payment_attempt_failed", "The payment attempt failed."),
    "expire": ("payment_intent_payment_attempt_expired", "The payment attempt expired."),
}


def to_the_bank(browse: httpx.Client, session: stripe.checkout.Session, method: str) -> str:
    """Send the form; the address of the page that stands in for the bank or the wallet."""
    assert session.url is not None
    reply = browse.post(session.url, data={**FORM, "method": method})
    assert reply.status_code == 303
    return str(httpx.URL(session.url).join(reply.headers["Location"]))


@pytest.mark.parametrize("method", ["fpx", "grabpay"])
def test_an_authorised_payment(
    create: Create,
    client: stripe.StripeClient,
    sandbox: SandboxProcess,
    browse: httpx.Client,
    hook: Receiver,
    method: str,
) -> None:
    session = create()
    page = to_the_bank(browse, session, method)
    waiting: Any = client.v1.checkout.sessions.retrieve(session.id, params={"expand": ["payment_intent"]})
    assert (waiting.status, waiting.payment_intent.status) == ("open", "requires_action")
    shown = browse.get(page).text
    assert ("CIMB Clicks" in shown) == (method == "fpx")
    assert browse.post(page, data={"outcome": "authorise"}).status_code == 303
    sandbox.idle()
    assert sorted(hook.types()) == [
        "charge.succeeded",
        "checkout.session.completed",
        "payment_intent.created",
        "payment_intent.requires_action",
        "payment_intent.succeeded",
    ]
    done: Any = client.v1.checkout.sessions.retrieve(
        session.id, params={"expand": ["payment_intent.latest_charge"]}
    )
    assert (done.status, done.payment_status, done.payment_intent.status) == ("complete", "paid", "succeeded")
    details = done.payment_intent.latest_charge.payment_method_details.to_dict()
    assert details["type"] == method
    assert details[method]["transaction_id"]
    if method == "fpx":
        assert details["fpx"]["bank"] == "cimb"


@pytest.mark.parametrize("method", ["fpx", "grabpay"])
@pytest.mark.parametrize("answer", ["fail", "expire"])
def test_a_payment_that_is_not_made(
    create: Create,
    client: stripe.StripeClient,
    sandbox: SandboxProcess,
    browse: httpx.Client,
    hook: Receiver,
    method: str,
    answer: str,
) -> None:
    session = create()
    page = to_the_bank(browse, session, method)
    reply = browse.post(page, data={"outcome": answer})
    code, sentence = ANSWERS[answer]
    assert reply.status_code == 402
    assert sentence in reply.text
    sandbox.idle()
    assert sorted(hook.types()) == [
        "payment_intent.created",
        "payment_intent.payment_failed",
        "payment_intent.requires_action",
    ]
    seen: Any = client.v1.checkout.sessions.retrieve(session.id, params={"expand": ["payment_intent"]})
    assert (seen.status, seen.payment_status) == ("open", "unpaid")
    assert seen.payment_intent.status == "requires_payment_method"
    assert seen.payment_intent.last_payment_error.code == code
    assert client.v1.charges.list().data == []
    # The same session can still be paid in another way.
    assert sandbox.pay(session.id)["result"] == "paid"


def test_the_control_api_plays_the_same(create: Create, sandbox: SandboxProcess) -> None:
    expired = sandbox.pay(create().id, method="fpx", outcome="expire")
    assert (expired["result"], expired["error"]["code"]) == ("declined", ANSWERS["expire"][0])
    paid = sandbox.pay(create().id, method="fpx", bank="public_bank")
    charge = paid["session"]["payment_intent"]["latest_charge"]
    assert charge["payment_method_details"]["fpx"]["bank"] == "public_bank"


@pytest.mark.parametrize("bank", ["", "bank_of_nowhere"])
def test_a_bank_must_be_chosen(create: Create, browse: httpx.Client, bank: str) -> None:
    session = create()
    assert session.url is not None
    reply = browse.post(session.url, data={**FORM, "method": "fpx", "bank": bank})
    assert reply.status_code == 402
    assert "Choose your bank." in reply.text
    # What was typed is kept.
    assert 'value="guest@example.com"' in reply.text


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1280])
def test_a_payer_chooses_a_bank_fails_and_authorises(
    create: Create, chromium: Browser, hook: Receiver, width: int
) -> None:
    session = create(success_url=f"{hook.url}?session_id={{CHECKOUT_SESSION_ID}}")
    assert session.url is not None
    context = chromium.new_context(java_script_enabled=False, viewport={"width": width, "height": 800})
    page = context.new_page()
    page.goto(session.url)
    page.get_by_role("link", name="FPX").click()
    assert page.get_by_label("Bank", exact=True).locator("option").count() >= 13
    page.get_by_label("Email").fill("guest@example.com")
    page.get_by_label("Bank", exact=True).select_option(label="Public Bank")
    page.get_by_role("button", name="Pay RM 25.00").click()
    assert "Public Bank" in page.get_by_role("main").inner_text()
    assert_large_targets(page)
    page.get_by_role("button", name="Let it expire").click()
    assert "expired" in page.get_by_role("alert").inner_text()
    # The bank and the e-mail address are still there.
    assert page.get_by_label("Bank", exact=True).input_value() == "public_bank"
    assert_large_targets(page)
    page.get_by_role("button", name="Pay RM 25.00").click()
    page.get_by_role("button", name="Authorise test payment").click()
    assert page.url == f"{hook.url}?session_id={session.id}"
    context.close()


def assert_large_targets(page: Page) -> None:
    """Each button and field is at least 48 pixels high and inside the window."""
    width = page.viewport_size["width"] if page.viewport_size else 0
    for one in page.locator("main button, main select, main input:not([type=hidden])").all():
        box = one.bounding_box()
        assert box is not None
        assert box["height"] >= 48
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("method", ["fpx", "grabpay"])
def test_the_pages_pass_axe(
    create: Create, chromium: Browser, method: str, scheme: Literal["light", "dark"]
) -> None:
    session = create()
    context = chromium.new_context(color_scheme=scheme, viewport={"width": 390, "height": 800})
    page = context.new_page()
    page.goto(f"{session.url}?method={method}")
    assert axe_finds(page) == []
    page.get_by_label("Email").fill("guest@example.com")
    if method == "fpx":
        page.get_by_label("Bank", exact=True).select_option(label="RHB Bank")
    page.get_by_role("button", name="Pay RM 25.00").click()
    assert page.get_by_role("heading", name="test page").is_visible()
    assert axe_finds(page) == []
    page.get_by_role("button", name="Fail test payment").click()
    assert axe_finds(page) == []
    context.close()
