"""Another website sends a form through a guest's browser, which has our cookies (M54)."""

from __future__ import annotations

import html

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.guest_phone import guest_phone
from tests.browser.other_sites import Answer, another_site
from tests.support.shop import Shop

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
@pytest.mark.parametrize("policy", ["", "sandbox allow-forms"], ids=["open", "sandboxed"])
def test_a_form_of_another_site_orders_nothing(shop: Shop, chromium: Browser, host: str, policy: str) -> None:
    """Of another site, of another port of our own host, and of a page that hides its origin."""
    with another_site(host) as hostile, guest_phone(chromium, shop) as phone:
        page = phone.page
        phone.scan()
        phone.add("Nasi lemak")
        phone.view_order()
        names = ("cart", "checkout_key", "seen_total", "payment_type")
        fields = {name: page.locator(f"[name={name}]").input_value() for name in names} | {"step": "pay"}
        form = _form(f"{phone.menu_url}checkout/", fields)

        def answer(method: str, path: str) -> Answer:
            return 200, {"Content-Security-Policy": policy} if policy else {}, form

        hostile.answer = answer
        page.goto(hostile.url)
        page.get_by_role("button", name="Win").click()
        expect(page.get_by_text("Another website sent this")).to_be_visible()
        assert shop.orders() == []
        # The guest's own page still works.
        phone.scan()
        phone.view_order()
        phone.press_pay()
        assert len(shop.orders()) == 1


def _form(url: str, fields: dict[str, str]) -> str:
    inputs = "".join(
        f'<input type="hidden" name="{name}" value="{html.escape(value)}">' for name, value in fields.items()
    )
    return f'<!doctype html><form method="post" action="{url}">{inputs}<button>Win</button></form>'
