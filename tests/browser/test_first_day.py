"""The owner's and the guest's first day in a browser, from an empty restaurant to an order on the board (proof 1)."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import pytest
import zxingcpp
from django.test import override_settings
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from duitpos.domain.tenancy.installation import forget
from tests.browser.guest_phone import GOOD_CARD, NO_MONEY
from tests.sandbox_process import SandboxProcess
from tests.support.restaurant import PASSWORD, Restaurant, a_group, a_restaurant, an_item
from tests.support.shop import GUIDE_EVENTS

pytestmark = pytest.mark.browser


@pytest.fixture
def opened(live_server: LiveServer, sandbox: SandboxProcess) -> Iterator[Restaurant]:
    """A restaurant as `duitpos open-restaurant` creates it, with two dishes and no online payment."""
    with override_settings(SANDBOX_URLS=[sandbox.url], BASE_URL=live_server.url):
        forget()
        restaurant = a_restaurant("warung", service_charge_bp=1000)
        rice = an_item(restaurant.tenant, "Nasi ayam", 1290)
        a_group(rice, ("Roast", 0), ("Steamed", 100), least=1)
        drink = an_item(restaurant.tenant, "Teh tarik", 350)
        a_group(drink, ("Less sugar", 0), ("Large", 120), most=2)
        yield restaurant
    forget()


def test_from_first_sign_in_to_the_kitchen_board(
    opened: Restaurant, live_server: LiveServer, sandbox: SandboxProcess, chromium: Browser
) -> None:
    owner = chromium.new_context(viewport={"width": 1280, "height": 800}).new_page()
    home = f"{live_server.url}/warung/dashboard/"
    owner.goto(home)
    _sign_in(owner, opened.owner.user.email)
    endpoint = _set_up_stripe(owner, home, sandbox)
    sandbox.control(
        "POST",
        "/endpoints",
        {"url": endpoint, "secret": "whsec_" + "a1B2" * 8, "enabled_events": GUIDE_EVENTS},
    )
    link = _make_a_table(owner, home)
    assert link.startswith(f"{live_server.url}/warung/t/")

    guest = chromium.new_context(viewport={"width": 390, "height": 800}, has_touch=True).new_page()
    total = _order(guest, link)
    _pay(guest, GOOD_CARD)
    expect(guest.get_by_role("heading", name="Order T1")).to_be_attached()

    owner.goto(f"{home}orders/")
    row = owner.get_by_role("row", name=re.compile("T1"))
    expect(row).to_contain_text(total)
    owner.goto(f"{live_server.url}/warung/kitchen/bangsar/")
    expect(owner.locator("main")).to_contain_text("Nasi ayam")
    expect(owner.locator("main")).to_contain_text("Steamed")
    owner.goto(f"{sandbox.url}/")
    expect(owner.locator("[data-payment][data-status=succeeded]")).to_contain_text(total)

    _order(guest, link)
    _pay(guest, NO_MONEY)
    expect(guest.get_by_role("alert")).to_contain_text("insufficient funds")
    _pay(guest, GOOD_CARD)
    expect(guest.get_by_role("heading", name="Order T2")).to_be_attached()
    owner.goto(f"{home}orders/")
    expect(owner.get_by_role("row", name=re.compile(r"T\d"))).to_have_count(2)
    owner.goto(f"{home}attention/")
    expect(owner.get_by_text("All is well")).to_be_visible()


def _sign_in(page: Page, email: str) -> None:
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Today", exact=True)).to_be_visible()


def _set_up_stripe(page: Page, home: str, sandbox: SandboxProcess) -> str:
    """Edit Online Payment, add Stripe, paste the keys. Returns the webhook endpoint's URL from the page."""
    page.goto(f"{home}payment-types/")
    page.get_by_role("link", name="Online Payment", exact=True).click()
    page.get_by_label("Active").check()
    page.get_by_role("button", name="Save", exact=True).click()
    page.locator("#processors").get_by_role("combobox").select_option(label="Stripe")
    page.locator("#processors").get_by_role("button", name="Add").click()
    page.get_by_label("Secret Key").fill(sandbox.secret_key)
    page.get_by_label("Webhook Secret").fill("whsec_" + "a1B2" * 8)
    page.get_by_role("button", name="Save Processors").click()
    facts = sandbox.control("GET", "/accounts")["data"][0]
    expect(page.locator("#processors")).to_contain_text(facts["name"])
    expect(page.locator("#processors")).to_contain_text("MY")
    shown = page.locator(".endpoint").inner_text()
    found = re.search(r"http\S+/webhooks/stripe/", shown)
    assert found, shown
    return found[0]


def _make_a_table(page: Page, home: str) -> str:
    """Add a table, and decode its QR code from the image."""
    page.goto(f"{home}tables/add/")
    page.get_by_label("Name").fill("Garden 1")
    page.get_by_role("button", name="Add").click()
    picture = page.get_by_role("img", name="QR code of table Garden 1").screenshot()
    codes = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)))
    assert codes, "the picture holds no code that a phone could read"
    return str(codes[0].text)


def _order(page: Page, link: str) -> str:
    """Order two dishes with modifiers, up to the review. Returns the total that it shows."""
    page.goto(link)
    for dish, choice in (("Nasi ayam", "Steamed"), ("Teh tarik", "Large")):
        page.locator("summary", has_text=dish).click()
        sheet = page.get_by_role("dialog")
        sheet.get_by_text(choice, exact=True).click()
        sheet.locator(".add").click()
        sheet.wait_for(state="hidden")
    page.get_by_role("link", name="View order").click()
    pay = page.get_by_role("button", name="Pay RM")
    total = pay.inner_text().removeprefix("Pay").strip()
    pay.click()
    page.locator("[name=card_number]").wait_for()
    return re.sub(r"\s", " ", total).split(" ")[-1]


def _pay(page: Page, card: str) -> None:
    values = {"email": "guest@example.com", "card_number": card, "exp": "12/34", "cvc": "123"}
    for name, value in values.items():
        page.locator(f"[name={name}]").fill(value)
    page.get_by_role("button", name="Pay").click()
