"""The set-up guide's steps 1, 3 and 4 at the sandbox's dashboard, by the words that are seen there."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import stripe
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.sandbox.receiver import Receiver
from tests.sandbox_process import SandboxProcess

pytestmark = [pytest.mark.browser, pytest.mark.sqlite_only]

# A card hides what it cannot hold, so that the document's width alone does not tell.
TOO_WIDE = """() => [document.documentElement, ...document.querySelectorAll(".card")]
    .some((part) => part.scrollWidth > part.clientWidth)"""


@pytest.fixture
def sandbox() -> Iterator[SandboxProcess]:
    with SandboxProcess("--account-name", "Kopi Ujian") as process:
        yield process


@pytest.fixture
def shop() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


def a_session(client: stripe.StripeClient) -> str:
    """A checkout session of RM 25.00."""
    session = client.v1.checkout.sessions.create(
        params={
            "mode": "payment",
            "success_url": "http://127.0.0.1:9/",
            "line_items": [
                {
                    "quantity": 1,
                    "price_data": {
                        "currency": "myr",
                        "unit_amount": 2500,
                        "product_data": {"name": "Nasi lemak"},
                    },
                }
            ],
        }
    )
    return session.id


def get_keys(page: Page) -> str:
    """Step 1: a restricted key; returns it."""
    rail = page.get_by_role("navigation", name="Main")
    rail.get_by_role("link", name="API keys").click()
    expect(page.get_by_role("row", name="Publishable key")).to_contain_text("pk_test_")
    secret_key = page.get_by_role("row", name="Secret key")
    secret_key.get_by_text("Reveal test key").click()
    expect(secret_key.get_by_text("sk_test_sandbox")).to_be_visible()
    page.get_by_role("link", name="Create restricted key").click()
    page.get_by_label("Key name").fill("DuitPOS")
    for resource, level in (
        ("Checkout Sessions", "Write"),
        ("Charges and Refunds", "Write"),
        ("Events", "Read"),
    ):
        page.get_by_role("group", name=resource).get_by_label(level).check()
    page.get_by_role("button", name="Create key").click()
    row = page.get_by_role("row", name="DuitPOS")
    row.get_by_text("Reveal test key").click()
    return row.locator("code").inner_text()


def add_webhook(page: Page, url: str) -> str:
    """Step 3: an endpoint for two events; returns its signing secret."""
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Webhooks").click()
    page.get_by_role("link", name="Add endpoint").click()
    page.get_by_label("Endpoint URL").fill(url)
    for event_type in ("checkout.session.completed", "checkout.session.expired"):
        page.get_by_label(event_type, exact=True).check()
    page.get_by_role("button", name="Add endpoint").click()
    page.get_by_text("Reveal", exact=True).click()
    return page.locator(".secret code").inner_text()


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_the_guides_steps(sandbox: SandboxProcess, shop: Receiver, chromium: Browser, script: bool) -> None:
    context = chromium.new_context(java_script_enabled=script, viewport={"width": 390, "height": 800})
    page = context.new_page()
    page.goto(sandbox.url)
    key = get_keys(page)
    secret = add_webhook(page, shop.url)
    assert sandbox.listed("endpoints")[0]["secrets"][0]["secret"] == secret
    page.get_by_role("button", name="Send test event").click()
    shop.wait(1)
    stripe.Webhook.construct_event(
        shop.received[0].body, shop.received[0].headers["stripe-signature"], secret
    )
    client = stripe.StripeClient(key, base_addresses={"api": sandbox.url}, max_network_retries=0)
    sandbox.pay(a_session(client))
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Payments").click()
    page.get_by_role("link", name="RM 25.00").click()
    expect(page.get_by_role("heading", name="RM 25.00")).to_contain_text("Succeeded")
    expect(page.get_by_text("Payment succeeded")).to_be_visible()
    page.get_by_role("link", name="Refund", exact=True).click()
    page.get_by_label("Amount").fill("10.00")
    page.get_by_role("button", name="Refund").click()
    expect(page.get_by_role("heading", name="RM 25.00")).to_contain_text("Partial refund")
    expect(page.get_by_text(re.compile("Refund of RM 10.00 created"))).to_be_visible()
    context.close()


def test_events_are_filtered_while_typing(sandbox: SandboxProcess, chromium: Browser) -> None:
    page = chromium.new_page()
    page.goto(f"{sandbox.url}/dashboard/webhooks/create")
    page.get_by_label("Filter events").fill("dispute.cl")
    expect(page.get_by_label("charge.dispute.closed", exact=True)).to_be_visible()
    expect(page.get_by_label("checkout.session.completed", exact=True)).to_be_hidden()
    page.close()


@pytest.mark.parametrize("width, scheme", [(390, "light"), (1280, "dark")])
def test_pages_are_accessible_and_fit(
    sandbox: SandboxProcess, chromium: Browser, width: int, scheme: str
) -> None:
    sandbox.control("POST", "/accounts", {"name": "Restoran Nasi Kandar Warisan Keluarga Abdul Rahman"})
    client = sandbox.client()
    for card in ("4000000000009995", "4242424242424242"):
        sandbox.pay(a_session(client), card=card)
    sandbox.control("POST", "/endpoints", {"url": "http://127.0.0.1:9/a-long-address/" + "x" * 90})
    intent, endpoint, event = (
        sandbox.listed(kind)[0]["id"] for kind in ("payment_intents", "endpoints", "events")
    )
    context = chromium.new_context(
        viewport={"width": width, "height": 800}, color_scheme="dark" if scheme == "dark" else "light"
    )
    page, wrong = context.new_page(), list[str]()
    for path in (
        "home", "payments", f"payments/{intent}", f"payments/{intent}/refund", "refunds", "disputes", "sessions",
        "apikeys", "apikeys/create", "webhooks", "webhooks/create", f"webhooks/{endpoint}", "events",
        f"events/{event}", "logs", "logs/1", "controls", "search?q=guest",
    ):  # fmt: skip
        page.goto(f"{sandbox.url}/dashboard/{path}")
        wrong += [f"{path}: {item['id']}" for item in Axe().run(page).response["violations"]]
        if page.evaluate(TOO_WIDE):
            wrong.append(f"{path}: wider than the screen")
    context.close()
    assert wrong == []
