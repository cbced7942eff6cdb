"""A guest orders on a phone without script: plain forms, plain links."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Route, expect

from duitpos.models import MenuItem
from tests.browser.guest_phone import GuestPhone, guest_phone
from tests.support.restaurant import a_group, an_item
from tests.support.shop import Shop

pytestmark = pytest.mark.browser


@pytest.fixture
def rice(shop: Shop) -> MenuItem:
    rice = an_item(shop.tenant, "Nasi ayam", 1000)
    a_group(rice, ("Roast", 0), ("Steamed", 100), least=1)
    return rice


def test_order_change_cancel_pay_and_wait(shop: Shop, rice: MenuItem, chromium: Browser) -> None:
    with guest_phone(chromium, shop, java_script_enabled=False) as phone:
        page = phone.page
        phone.scan()
        _type(phone, "Nasi ayam", 2, "Steamed")
        page.get_by_role("button", name="See your order").click()
        expect(page.get_by_text("Choose: Steamed")).to_be_visible()
        page.get_by_role("button", name="One Nasi ayam less").click()
        page.get_by_role("button", name="Add something else").click()
        expect(page.get_by_text("1 item")).to_be_visible()
        _type(phone, "Nasi lemak", 1)
        page.get_by_role("button", name="See your order").click()
        expect(page.get_by_role("button", name="Pay RM")).to_contain_text("23.50")
        phone.press_pay()
        page.get_by_role("link", name="Back to").click()
        expect(page.get_by_text("You have not paid yet")).to_be_visible()
        phone.press_pay()
        phone.card()
        expect(page.get_by_role("heading", name="Order T1")).to_be_attached()
        assert [order.total_minor for order in shop.placed()] == [2350]
        assert phone.complaints == []
        phone.scan()
        page.get_by_role("link", name="Your order", exact=True).click()
        expect(page.get_by_role("heading", name="Order T1")).to_be_attached()
        with guest_phone(chromium, shop, java_script_enabled=False) as other:
            other.scan()
            expect(other.page.get_by_text("Nasi ayam", exact=True)).to_be_visible()
            expect(other.page.locator(".mine")).to_be_hidden()


def test_a_phone_that_refuses_cookies_orders_without_script(
    shop: Shop, rice: MenuItem, chromium: Browser
) -> None:
    with guest_phone(chromium, shop, java_script_enabled=False) as phone:
        phone.page.context.route(f"{shop.url}/**", _without_cookies)
        phone.scan()
        _type(phone, "Nasi ayam", 1, "Roast")
        phone.page.get_by_role("button", name="See your order").click()
        expect(phone.page.locator("input[name=signed]")).to_have_count(1)
        phone.press_pay()
        assert phone.complaints == []


def _without_cookies(route: Route) -> None:
    """An old browser that keeps no cookies, and sends neither Sec-Fetch-Site nor Origin."""
    dropped = ("cookie", "origin", "sec-fetch-site")
    headers = {name: value for name, value in route.request.headers.items() if name not in dropped}
    route.request.frame.page.context.clear_cookies()
    route.fulfill(response=route.fetch(headers=headers, max_redirects=0))


def _type(phone: GuestPhone, dish: str, quantity: int, choice: str = "") -> None:
    row = phone.page.locator("li.item", has_text=dish)
    row.locator("summary").click()
    if choice:
        row.get_by_text(choice, exact=True).click()
    row.get_by_label("How many").fill(str(quantity))
