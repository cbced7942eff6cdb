"""An owner connects the example processor on its page, and a guest pays there: the same pages, other facts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import override_settings
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from duitpos.domain.tenancy.installation import forget
from duitpos.models import Order, Payment, ProcessorAccount
from duitpos.processors.registry import ADAPTERS
from tests.browser.test_dashboard_first_day import staff_screen
from tests.processors.example.adapter import ExampleAdapter
from tests.processors.example.conftest import kedai, process
from tests.processors.example.process import ExampleServer
from tests.support.restaurant import Restaurant, a_restaurant, a_table, an_item

__all__ = ["kedai", "process"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def kopi(
    live_server: LiveServer, kedai: ExampleServer, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Restaurant]:
    """A new restaurant, in an installation that has the example processor beside Stripe."""
    monkeypatch.setitem(ADAPTERS, "example", ExampleAdapter())
    with override_settings(SANDBOX_URLS=[kedai.url], BASE_URL=live_server.url):
        forget()
        restaurant = a_restaurant()
        an_item(restaurant.tenant, "Nasi lemak", 1250)
        yield restaurant
        kedai.idle()
    forget()


def connect(kopi: Restaurant, kedai: ExampleServer, url: str, chromium: Browser) -> None:
    """The owner adds the processor and types its credentials."""
    with staff_screen(chromium) as screen:
        page = screen.page
        screen.sign_in(f"{url}/kopi/dashboard/payment-types/", "owner@kopi.example")
        page.get_by_role("link", name="Online Payment", exact=True).click()
        page.get_by_label("Active").check()
        page.get_by_role("button", name="Save", exact=True).click()
        page.get_by_label("Processor", exact=True).select_option(label="Kedai Pay")
        page.get_by_role("button", name="Add", exact=True).click()
        page.get_by_label("Merchant Code").fill(kedai.merchant_code)
        page.get_by_label("API Password").fill(kedai.password)
        page.get_by_role("button", name="Save Processors").click()
        expect(page.get_by_text("The webhook was set up at Kedai Pay.")).to_be_visible()
        account = ProcessorAccount.objects.get(tenant=kopi.tenant)
        expect(page.get_by_text(f"{url}/kopi/webhooks/example/{account.id}/")).to_be_visible()
        expect(page.get_by_label("Merchant Code")).to_have_value(kedai.merchant_code)
        expect(page.get_by_label("API Password")).to_have_value("")
        assert kedai.password not in page.content()
        assert screen.complaints == []


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_from_its_keys_to_a_paid_order(
    kopi: Restaurant, kedai: ExampleServer, live_server: LiveServer, chromium: Browser, script: bool
) -> None:
    connect(kopi, kedai, live_server.url, chromium)
    table = a_table(kopi.location, "5")
    context = chromium.new_context(
        viewport={"width": 390, "height": 800}, has_touch=True, java_script_enabled=script
    )
    page = context.new_page()
    page.goto(f"{live_server.url}/kopi/t/{table.token}/")
    page.locator("summary", has_text="Nasi lemak").click()
    if script:
        page.locator("#sheet .add").click()
        page.get_by_role("link", name="View order").click()
    else:
        page.get_by_label("How many").fill("1")
        page.get_by_role("button", name="See your order").click()
    page.locator("[data-page=review]").wait_for()
    page.get_by_role("button", name="Pay RM").click()
    expect(page.get_by_text("e-mail").first).to_be_visible()
    assert not Payment.objects.filter(tenant=kopi.tenant).exists(), "it does not start without an address"
    page.get_by_label("E-mail").fill("guest@example.com")
    page.get_by_role("button", name="Pay RM").click()
    if not script:
        page.get_by_role("button", name="Continue to Kedai Pay").click()
    expect(page.get_by_role("heading", name="Kedai Pay")).to_be_visible()
    page.get_by_role("button", name="Pay by FPX").click()
    if not script:
        page.get_by_role("button", name="Back to the shop").click()
    expect(page.get_by_text("T1", exact=False).first).to_be_visible()
    (order,) = Order.objects.filter(tenant=kopi.tenant)
    assert (order.status, order.label) == ("placed", "T1")
    context.close()
