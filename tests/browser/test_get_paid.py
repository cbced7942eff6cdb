"""The set-up guide in its own order, from a restaurant just opened to a paid and refunded test order, in a browser.

Its clicks are counted, and the pages of the processor's dashboard that it needs: the keys' only.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import override_settings
from playwright.sync_api import Browser, Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from duitpos.domain.tenancy.installation import forget
from duitpos.models import PaymentType
from duitpos.models.payment_setup import PaymentKind
from tests.browser.guest_phone import GOOD_CARD
from tests.sandbox_process import SandboxProcess
from tests.support.restaurant import PASSWORD, Restaurant, a_restaurant, a_table, an_item
from tests.support.shop import GUIDE_EVENTS

pytestmark = pytest.mark.browser
MOST_CLICKS = 40
GUIDE = Path(__file__).resolve().parents[2] / "docs" / "guide" / "get-paid.md"


@pytest.fixture
def opened(live_server: LiveServer, sandbox: SandboxProcess) -> Iterator[Restaurant]:
    """A restaurant with a small menu and one table, and without a payment type for guests' phones."""
    with override_settings(SANDBOX_URLS=[sandbox.url], BASE_URL=live_server.url):
        forget()
        restaurant = a_restaurant("warung")
        an_item(restaurant.tenant, "Nasi ayam", 1290)
        an_item(restaurant.tenant, "Teh tarik", 350)
        a_table(restaurant.location)
        types = PaymentType.objects.filter(tenant=restaurant.tenant, kind=PaymentKind.ONLINE)
        types._raw_delete(types.db)
        yield restaurant
    sandbox.idle()
    forget()


class Hand:
    """Counts what a person presses and types."""

    def __init__(self) -> None:
        self.clicks = 0

    def click(self, target: Locator) -> None:
        self.clicks += 1
        target.click()

    def fill(self, target: Locator, text: str) -> None:
        """Click into a field, and paste or type."""
        self.clicks += 1
        target.fill(text)


def test_the_guide_in_its_own_order(
    opened: Restaurant, live_server: LiveServer, sandbox: SandboxProcess, chromium: Browser
) -> None:
    hand, began = Hand(), time.monotonic()
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    visited: list[str] = []
    context.on(
        "request", lambda request: visited.append(request.url) if request.is_navigation_request() else None
    )
    owner = context.new_page()
    owner.goto(f"{live_server.url}/warung/dashboard/")
    hand.fill(owner.get_by_label("E-mail"), opened.owner.user.email)
    hand.fill(owner.get_by_label("Password"), PASSWORD)
    hand.click(owner.get_by_role("button", name="Sign in"))
    hand.click(owner.get_by_role("navigation", name="Main").get_by_role("link", name="Get paid"))
    expect(owner.locator("#progress")).to_contain_text("3 of 8 done")

    _step_key(owner, hand, sandbox)
    expect(_done(owner, "type")).to_contain_text("Guests can choose “Online Payment” (ONLINE)")
    _step_webhook(owner, hand, sandbox)

    with context.expect_page() as opening:
        hand.click(owner.get_by_role("link", name="open it here"))
    guest = opening.value
    _order_and_pay(guest, hand)
    expect(guest.get_by_role("heading", name="Order T1")).to_be_attached()

    # Nobody touches the page: it shows the payment by itself.
    owner.bring_to_front()
    expect(_done(owner, "payment")).to_contain_text("Order T1 at table 1 paid at")
    expect(_done(owner, "webhook")).to_contain_text(re.compile("Signed delivery at|came back signed at"))
    expect(owner.get_by_role("link", name=re.compile("See the payment at"))).to_have_attribute(
        "href", re.compile(r"/payments/pi_")
    )
    hand.click(owner.get_by_role("button", name=re.compile("^Refund")))
    expect(_done(owner, "refund")).to_contain_text("Order T1 refunded at")
    expect(owner.locator("#progress")).to_contain_text("8 of 8 done")
    expect(owner.get_by_role("link", name="Go live")).to_be_visible()

    assert hand.clicks <= MOST_CLICKS, hand.clicks
    assert f"takes {hand.clicks} clicks" in GUIDE.read_text(encoding="utf-8"), hand.clicks
    print(f"clicks: {hand.clicks}, seconds: {time.monotonic() - began:.0f}")  # noqa: T201 (for the user guide)
    pages = {url for url in visited if url.startswith(f"{sandbox.url}/dashboard")}
    assert pages == set(), "no page of the processor's dashboard but the keys'"
    context.close()


def _done(page: Page, step: str) -> Locator:
    return page.locator(f"#evidence-{step}.done")


def _step_key(owner: Page, hand: Hand, sandbox: SandboxProcess) -> None:
    hand.click(owner.get_by_text("account yet"))
    expect(owner.get_by_text("SSM number")).to_be_visible()
    # What a person does at the processor: open the page of the keys, and copy one.
    hand.clicks += 2
    hand.fill(owner.get_by_label("Secret Key"), sandbox.secret_key)
    hand.click(owner.get_by_role("button", name="Check and save the key"))
    expect(_done(owner, "key")).to_contain_text("accepted at")


def _step_webhook(owner: Page, hand: Hand, sandbox: SandboxProcess) -> None:
    """Set up in one press, or by itself with the key; by hand where the processor offers neither."""
    if "Not set up" not in owner.locator("#evidence-webhook").inner_text():
        return
    hand.click(owner.get_by_role("button", name="Make it for me"))
    if "Not set up" not in owner.locator("#evidence-webhook").inner_text():
        return
    hand.click(owner.get_by_text("By hand", exact=True))
    url = owner.locator("#step-webhook code", has_text="/webhooks/").first.inner_text()
    secret = "whsec_" + "a1B2" * 8
    sandbox.control("POST", "/endpoints", {"url": url, "secret": secret, "enabled_events": GUIDE_EVENTS})
    hand.clicks += 8
    hand.fill(owner.get_by_label("Webhook Secret"), secret)
    hand.click(owner.get_by_role("button", name="Save the secret"))
    expect(owner.locator("#evidence-webhook")).to_contain_text("It is set up")


def _order_and_pay(guest: Page, hand: Hand) -> None:
    hand.click(guest.locator("summary", has_text="Nasi ayam"))
    sheet = guest.get_by_role("dialog")
    hand.click(sheet.locator(".add"))
    sheet.wait_for(state="hidden")
    hand.click(guest.get_by_role("link", name="View order"))
    hand.click(guest.get_by_role("button", name="Pay RM"))
    guest.locator("[name=card_number]").wait_for()
    values = {"email": "guest@example.com", "card_number": GOOD_CARD, "exp": "12/34", "cvc": "123"}
    for name, value in values.items():
        hand.fill(guest.locator(f"[name={name}]"), value)
    hand.click(guest.get_by_role("button", name="Pay"))


@pytest.mark.parametrize("width, scheme", [(320, "dark"), (390, "light"), (1280, "light"), (1280, "dark")])
def test_it_is_accessible_and_fits(
    opened: Restaurant,
    live_server: LiveServer,
    sandbox: SandboxProcess,
    chromium: Browser,
    width: int,
    scheme: str,
) -> None:
    """With nothing done, after an error, and with a key."""
    page = chromium.new_context(
        viewport={"width": width, "height": 800}, color_scheme="dark" if scheme == "dark" else "light"
    ).new_page()
    page.goto(f"{live_server.url}/accounts/login/")
    page.get_by_label("E-mail").fill(opened.owner.user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/dashboard/")
    home = f"{live_server.url}/warung/dashboard/get-paid/"
    page.goto(home)
    _look(page, width)
    page.get_by_label("Secret Key").fill("pk_test_0123456789")
    page.get_by_role("button", name="Check and save the key").click()
    expect(page.get_by_label("Secret Key")).to_be_focused()
    _look(page, width)
    page.get_by_label("Secret Key").fill(sandbox.secret_key)
    page.get_by_role("button", name="Check and save the key").click()
    expect(_done(page, "key")).to_be_visible()
    page.get_by_text("By hand", exact=True).click()
    _look(page, width)
    page.goto(f"{home}go-live/")
    _look(page, width)
    page.context.close()


def _look(page: Page, width: int) -> None:
    violations = Axe().run(page).response["violations"]
    assert [(one["id"], [node["target"] for node in one["nodes"]]) for one in violations] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
