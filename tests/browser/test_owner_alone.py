"""An owner opens a restaurant alone: from sign-up to a guest's paid order on the kitchen's board.

Its clicks and seconds are counted; the guide says them.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pypdfium2
import pytest
import zxingcpp
from django.core import mail
from django.core.cache import cache
from django.test import override_settings
from playwright.sync_api import Browser, Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from duitpos.domain.tenancy.installation import forget
from duitpos.models import Tenant, User
from tests.browser.guest_phone import GOOD_CARD
from tests.domain.menus.photos.pictures import a_jpeg
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.browser
MOST_CLICKS = 50
START = Path(__file__).resolve().parents[2] / "docs" / "guide" / "start.md"
PASSWORD = "kurang-manis-satu"


@pytest.fixture
def empty(live_server: LiveServer, sandbox: SandboxProcess) -> Iterator[str]:
    """The address of an installation without a restaurant, where everybody may open one."""
    cache.clear()
    with override_settings(SANDBOX_URLS=[sandbox.url], BASE_URL=live_server.url, SIGN_UP="open"):
        forget()
        yield live_server.url
    sandbox.idle()
    forget()
    cache.clear()


class Owner:
    """The owner's browser; counts what is pressed and typed."""

    def __init__(self, page: Page) -> None:
        self.page, self.clicks = page, 0

    def click(self, target: Locator) -> None:
        self.clicks += 1
        target.click()

    def fill(self, target: Locator, text: str) -> None:
        """Click into a field, and type or paste."""
        self.clicks += 1
        target.fill(text)

    def press(self, name: str | re.Pattern[str]) -> None:
        self.click(self.page.get_by_role("button", name=name))

    def follow(self, name: str | re.Pattern[str]) -> None:
        self.click(self.page.get_by_role("link", name=name))

    def open(self, name: str) -> None:
        """An entry of the rail."""
        rail = self.page.get_by_role("navigation", name="Main")
        self.click(rail.get_by_role("link", name=re.compile(f"^{name}")))


def test_from_an_empty_installation_to_a_paid_order(
    empty: str, sandbox: SandboxProcess, chromium: Browser
) -> None:
    began = time.monotonic()
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    owner = Owner(context.new_page())
    assert not Tenant.objects.exists()
    assert not User.objects.exists()
    sign_up(owner, empty)
    begin_with_a_sample(owner)
    add_a_dish(owner)
    add_a_location(owner)
    add_tables(owner)
    first_table = print_codes(owner)
    take_payments(owner, sandbox)
    invitation = invite_a_cook(owner)
    seconds = time.monotonic() - began

    cook = chromium.new_context(viewport={"width": 1280, "height": 800}).new_page()
    cook.goto(invitation)
    for label, text in (("Your name", "Hassan"), ("Password", PASSWORD)):
        cook.get_by_label(label).fill(text)
    cook.get_by_role("button", name="Join").click()
    cook.get_by_role("link", name="Bangsar").click()
    guest = chromium.new_context(viewport={"width": 390, "height": 800}).new_page()
    order_and_pay(guest, first_table)
    expect(guest.get_by_role("heading", name="Order T1")).to_be_attached()
    expect(cook.locator("main")).to_contain_text("Nasi ulam istimewa")
    owner.page.bring_to_front()
    owner.open("Today")
    expect(owner.page.locator("main")).to_contain_text("and 1 test order")

    assert owner.clicks <= MOST_CLICKS, owner.clicks
    assert f"{owner.clicks} clicks" in START.read_text(encoding="utf-8"), owner.clicks
    print(f"clicks: {owner.clicks}, seconds: {seconds:.0f}")  # noqa: T201 (for the user guide)
    for page in (owner.page, cook, guest):
        page.context.close()


def sign_up(owner: Owner, base: str) -> None:
    owner.page.goto(base)
    owner.follow("Open your restaurant")
    owner.fill(owner.page.get_by_label("E-mail"), "aminah@warung.example")
    owner.press("Send me the link")
    expect(owner.page.get_by_role("heading", name="Look into your mail")).to_be_visible()
    link = re.search(r"http\S+/accounts/open/\S+", str(mail.outbox[0].body))
    assert link is not None
    owner.clicks += 1  # the link in the mail
    owner.page.goto(link[0])
    owner.fill(owner.page.get_by_label("Name of the restaurant"), "Warung Aminah")
    owner.fill(owner.page.get_by_label("Name of its first location"), "Bangsar")
    owner.fill(owner.page.get_by_label("Password"), PASSWORD)
    owner.press("Open it")
    expect(owner.page.get_by_text("Warung Aminah is open.")).to_be_visible()


def begin_with_a_sample(owner: Owner) -> None:
    owner.follow("Choose a sample menu")
    owner.press("Begin with Café")
    expect(owner.page.get_by_text("The sample menu is there.")).to_be_visible()


def add_a_dish(owner: Owner) -> None:
    """With a choice and a photo."""
    page = owner.page
    # Not to Breakfast, which is served in the morning only.
    adding = page.get_by_role("form", name="Add a dish to Mains")
    owner.fill(adding.get_by_label("Name of the new dish"), "Nasi ulam istimewa")
    owner.fill(adding.get_by_label("Price"), "18.90")
    owner.click(adding.get_by_role("button", name="Add"))
    owner.click(page.locator(".dish").get_by_role("link", name="Nasi ulam istimewa", exact=True))
    dish = page.locator(".editing")
    owner.click(dish.locator("summary", has_text="Choices"))
    owner.click(dish.get_by_label("Choices 1"))
    dish.get_by_label("Choices 1").select_option(index=1)
    owner.click(dish.get_by_role("button", name="Save"))
    owner.click(page.locator(".dish").get_by_role("link", name="Nasi ulam istimewa", exact=True))
    owner.follow("Add a photo")
    owner.clicks += 2  # the file, in the computer's own dialog
    page.get_by_label("Picture").set_input_files(
        {"name": "dish.jpg", "mimeType": "image/jpeg", "buffer": a_jpeg()}
    )
    owner.press("Save the photo")
    expect(page.get_by_text("has a new photo")).to_be_visible()


def add_a_location(owner: Owner) -> None:
    owner.open("Locations")
    owner.follow("Add a location")
    owner.fill(owner.page.get_by_label("Name", exact=True), "Penang")
    owner.press(re.compile("^(Add|Save)"))
    owner.open("Locations")
    expect(owner.page.get_by_role("heading", name="Penang")).to_be_visible()


def add_tables(owner: Owner) -> None:
    owner.open("Tables")
    owner.follow(re.compile("Add the first tables|Add tables"))
    owner.click(owner.page.get_by_label("Location"))
    owner.page.get_by_label("Location").select_option(label="Bangsar")
    owner.fill(owner.page.get_by_label("Name, or several"), "T1-T40")
    owner.press("Add")
    expect(owner.page.get_by_text("40 tables added.")).to_be_visible()


def print_codes(owner: Owner) -> str:
    """All forty are read from the downloaded PDF; returns what the first one opens."""
    owner.follow("Print codes")
    with owner.page.expect_download() as saving:
        owner.follow("PDF")
    pdf = pypdfium2.PdfDocument(saving.value.path())
    codes = [one for sheet in pdf for one in zxingcpp.read_barcodes(sheet.render(scale=300 / 72).to_pil())]
    assert len({one.text for one in codes}) == 40
    return str(min(codes, key=lambda one: (one.position.top_left.y, one.position.top_left.x)).text)


def take_payments(owner: Owner, sandbox: SandboxProcess) -> None:
    page = owner.page
    owner.open("Get paid")
    owner.clicks += 2  # at the processor: the page of the keys, and copy
    owner.fill(page.get_by_label("Secret Key"), sandbox.secret_key)
    owner.press("Check and save the key")
    expect(page.locator("#evidence-key.done")).to_be_visible()
    if page.get_by_role("button", name=re.compile("^Use Online Payment")).count():
        owner.press(re.compile("^Use Online Payment"))
    expect(page.locator("#evidence-type.done")).to_be_visible()
    if page.get_by_role("button", name="Make it for me").count():
        owner.press("Make it for me")


def invite_a_cook(owner: Owner) -> str:
    owner.open("People")
    owner.page.get_by_label("Role").select_option(label="Kitchen")
    owner.fill(owner.page.get_by_label("E-mail"), "hassan@warung.example")
    owner.press("Invite")
    expect(owner.page.get_by_text("The invitation was mailed to")).to_be_visible()
    link = re.search(r"http\S+/accounts/join/\S+", str(mail.outbox[-1].body))
    assert link is not None
    return link[0]


def order_and_pay(guest: Page, code: str) -> None:
    assert urlsplit(code).path.startswith("/warung-aminah/t/")
    guest.goto(code)
    guest.locator("summary", has_text="Nasi ulam istimewa").click()
    sheet = guest.get_by_role("dialog")
    sheet.locator("input[type=radio], input[type=checkbox]").first.check()
    sheet.locator(".add").click()
    sheet.wait_for(state="hidden")
    guest.get_by_role("link", name="View order").click()
    guest.get_by_role("button", name="Pay RM").click()
    guest.locator("[name=card_number]").wait_for()
    for name, value in {
        "email": "guest@example.com",
        "card_number": GOOD_CARD,
        "exp": "12/34",
        "cvc": "123",
    }.items():
        guest.locator(f"[name={name}]").fill(value)
    guest.get_by_role("button", name="Pay").click()
