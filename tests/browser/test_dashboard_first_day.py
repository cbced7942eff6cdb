"""The owner's first day in a real browser: sign in, payment types, tables, and the first order on the list."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import zxingcpp
from django.test import override_settings
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from duitpos.domain.tenancy.installation import forget
from duitpos.models import ProcessorAccount, Table
from tests.browser.guest_phone import guest_phone
from tests.sandbox_process import SandboxProcess
from tests.support.restaurant import PASSWORD, Restaurant, a_restaurant
from tests.support.shop import WEBHOOK_SECRET, Shop

pytestmark = pytest.mark.browser


@dataclass
class StaffScreen:
    """A desktop browser. `complaints` are its console messages."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    def sign_in(self, url: str, email: str) -> None:
        self.page.goto(url)
        self.page.get_by_label("E-mail").fill(email)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()


@contextmanager
def staff_screen(browser: Browser, width: int = 1280, *, script: bool = True) -> Iterator[StaffScreen]:
    context = browser.new_context(viewport={"width": width, "height": 860}, java_script_enabled=script)
    screen = StaffScreen(context.new_page())
    screen.page.on("console", lambda message: screen.complaints.append(message.text))
    screen.page.on("pageerror", lambda error: screen.complaints.append(str(error)))
    yield screen
    context.close()


@pytest.fixture
def first_day(live_server: LiveServer, sandbox: SandboxProcess) -> Iterator[Restaurant]:
    """A newly opened restaurant on a live server."""
    with override_settings(SANDBOX_URLS=[sandbox.url], BASE_URL=live_server.url):
        forget()
        yield a_restaurant()
    forget()


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_from_sign_in_to_a_scannable_table(
    first_day: Restaurant,
    live_server: LiveServer,
    sandbox: SandboxProcess,
    chromium: Browser,
    script: bool,
) -> None:
    with staff_screen(chromium, script=script) as screen:
        page = screen.page
        screen.sign_in(f"{live_server.url}/accounts/login/", "owner@kopi.example")
        expect(page.get_by_role("heading", name="Today", exact=True)).to_be_visible()

        page.get_by_role("link", name="Payment Types").click()
        page.get_by_role("link", name="Online Payment", exact=True).click()
        page.get_by_label("Active").check()
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_text("now active")).to_be_visible()
        page.get_by_label("Processor", exact=True).select_option(label="Stripe")
        page.get_by_role("button", name="Add", exact=True).click()
        page.get_by_label("Secret Key").fill(sandbox.secret_key)
        page.get_by_label("Webhook Secret").fill(WEBHOOK_SECRET)
        page.get_by_role("button", name="Save Processors").click()
        owner = sandbox.control("GET", "/accounts")["data"][0]["name"]
        expect(page.get_by_text(f"The key belongs to {owner} (MY)")).to_be_visible()
        expect(page.get_by_label("Secret Key")).to_have_value("")
        expect(page.get_by_text(f"{live_server.url}/kopi/webhooks/stripe/")).to_be_visible()

        page.get_by_role("link", name="Tables").click()
        page.get_by_role("link", name="Add the first tables").click()
        page.get_by_label("Name").fill("Garden 3")
        page.get_by_role("button", name="Add", exact=True).click()
        expect(page.get_by_text("Table Garden 3 added")).to_be_visible()
        picture = page.get_by_role("img", name="QR code of table Garden 3").screenshot()
        table = Table.objects.get(tenant=first_day.tenant)
        (code,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)))
        assert code.text == f"{live_server.url}/kopi/t/{table.token}/"
        with page.expect_download() as download:
            page.get_by_role("link", name="Download SVG").click()
        assert download.value.suggested_filename == "kopi-bangsar-garden-3.svg"
        assert "<svg" in Path(download.value.path()).read_text()
        assert screen.complaints == []
    assert ProcessorAccount.objects.get(tenant=first_day.tenant).state == "active"


def test_an_order_arrives_on_the_list_by_itself(shop: Shop, chromium: Browser) -> None:
    with staff_screen(chromium) as screen, guest_phone(chromium, shop) as phone:
        page = screen.page
        screen.sign_in(f"{shop.url}/kopi/dashboard/orders/", "owner@kopi.example")
        expect(page.get_by_role("heading", name="No orders yet")).to_be_visible()
        phone.scan()
        phone.add("Nasi lemak", quantity=2)
        phone.view_order()
        phone.press_pay()
        phone.card()
        expect(phone.page.get_by_role("heading", name="Order T1")).to_be_attached()
        row = page.get_by_role("row", name=re.compile("T1"))
        expect(row).to_contain_text("RM\u202f25.00", timeout=60_000)
        expect(row).to_contain_text("Paid")
        # A poll that finds nothing new replaces nothing: the row keeps the keyboard's focus.
        page.keyboard.press("j")
        expect(page.get_by_role("link", name="T1")).to_be_focused()
        with page.expect_response(re.compile("/orders/live/")) as answer:
            pass
        assert answer.value.status in (200, 304)
        expect(page.get_by_role("link", name="T1")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Order T1")).to_be_visible()
        assert screen.complaints == []


def test_a_refund_is_confirmed_in_a_dialog_and_made_once(shop: Shop, chromium: Browser) -> None:
    payment = shop.start()
    shop.pay(payment)
    with staff_screen(chromium) as screen:
        page = screen.page
        screen.sign_in(f"{shop.url}/kopi/dashboard/orders/{payment.order_id}/", "owner@kopi.example")
        page.get_by_role("link", name="Refund RM").click()
        question = page.get_by_role("dialog")
        expect(question.get_by_role("heading", name="Refund RM\u202f25.00?")).to_be_visible()
        question.get_by_role("link", name="Go back").click()
        expect(question).to_be_hidden()
        page.get_by_role("link", name="Refund RM").click()
        question.get_by_label("Reason").fill("cold soup")
        question.get_by_role("button", name="Refund RM").dblclick()
        expect(page.get_by_text("RM\u202f25.00 refunded.")).to_be_visible()
        expect(page.get_by_role("link", name="Refund RM")).to_have_count(0)
        assert screen.complaints == []
    assert len(shop.sandbox.listed("refunds")) == 1


def test_the_theme_and_a_copied_id_on_a_phone(shop: Shop, chromium: Browser) -> None:
    payment = shop.start()
    with staff_screen(chromium, width=390) as screen:
        page = screen.page
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        screen.sign_in(f"{shop.url}/kopi/dashboard/orders/{payment.order_id}/", "owner@kopi.example")
        page.get_by_role("button", name="Copy session id").click()
        expect(page.get_by_text("Copied")).to_be_attached()
        assert page.evaluate("navigator.clipboard.readText()") == payment.reference
        page.locator(".me summary").click()
        page.get_by_role("button", name="Light or dark").click()
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        page.reload()
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert screen.complaints == []


def test_a_dashboard_without_network_shows_a_notice(shop: Shop, chromium: Browser) -> None:
    shop.pay(shop.start())
    with staff_screen(chromium) as screen:
        page = screen.page
        screen.sign_in(f"{shop.url}/kopi/dashboard/orders/", "owner@kopi.example")
        expect(page.get_by_role("link", name="T1")).to_be_visible()
        page.context.set_offline(True)
        expect(page.get_by_text("No connection")).to_be_visible(timeout=60_000)
        expect(page.get_by_role("link", name="T1")).to_be_visible()
        # The first response replaces the list, because something changed meanwhile. It must clear the notice, too.
        shop.pay(shop.start(guest_token="another phone"))
        page.context.set_offline(False)
        expect(page.get_by_role("link", name="T2")).to_be_visible(timeout=60_000)
        expect(page.get_by_text("No connection")).to_be_hidden(timeout=60_000)
