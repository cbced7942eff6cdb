"""A guest whose browser keeps nothing orders with the plain form, or reads why not."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.guest_phone import guest_phone
from tests.support.shop import Shop

pytestmark = pytest.mark.browser

WITHOUT = {
    "storage_is_null": "Object.defineProperty(window, 'localStorage', { value: null });",
    "storage_throws": "Object.defineProperty(window, 'localStorage', { get() { throw new Error('no'); } });",
    "storage_is_forbidden": "for (const name of ['getItem', 'setItem', 'removeItem'])"
    " Storage.prototype[name] = () => { throw new Error('forbidden'); };",
    "storage_is_full": "Storage.prototype.setItem = () => { throw new Error('full'); };",
    "no_dialog": "delete HTMLDialogElement.prototype.showModal;",
}


@pytest.mark.parametrize("without", WITHOUT)
def test_a_guest_whose_browser_keeps_nothing_orders_with_the_plain_form(
    shop: Shop, chromium: Browser, without: str
) -> None:
    with guest_phone(chromium, shop) as phone:
        page = phone.page
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.add_init_script(WITHOUT[without])
        phone.scan()
        expect(page.locator(".bar .count")).to_be_hidden()
        expect(page.locator(".adder").first).to_be_hidden()
        page.locator("summary", has_text="Nasi lemak").click()
        page.locator("[name^=q-]:visible").fill("1")
        page.get_by_role("button", name="See your order").click()
        expect(page.get_by_role("button", name="Pay RM")).to_be_visible()
        assert errors == []


def test_a_storage_that_fills_up_is_said_and_nothing_is_counted(shop: Shop, chromium: Browser) -> None:
    with guest_phone(chromium, shop) as phone:
        phone.scan()
        phone.page.evaluate("() => { Storage.prototype.setItem = () => { throw new Error('full'); }; }")
        phone.page.locator(".plus").first.click()
        expect(phone.page.locator(".bar .offline")).to_contain_text("cannot keep your order")
        expect(phone.page.locator(".bar .count")).to_be_hidden()
