"""A guest's phone in a real browser, with a short method for each action."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, Page, Request

from tests.support.shop import Shop

GOOD_CARD = "4242 4242 4242 4242"
_LINES = "(name) => (JSON.parse(localStorage.getItem(name)) || {lines: []}).lines"
NO_MONEY = "4000 0000 0000 9995"


@dataclass
class GuestPhone:
    """One phone. `complaints` are the browser's console messages: a blocked script, form or style."""

    shop: Shop
    page: Page
    complaints: list[str] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)

    @property
    def menu_url(self) -> str:
        return f"{self.shop.url}/{self.shop.tenant.slug}/t/{self.shop.table.token}/"

    def scan(self) -> None:
        self.page.goto(self.menu_url)

    def add(self, dish: str, *choices: str, quantity: int = 1, note: str = "") -> None:
        """Tap a dish, choose its modifiers, add it."""
        self.page.locator("summary", has_text=dish).click()
        sheet = self.page.get_by_role("dialog")
        for choice in choices:
            sheet.get_by_text(choice, exact=True).click()
        for _ in range(quantity - 1):
            sheet.get_by_role("button", name="One more").click()
        if note:
            sheet.get_by_label("Note").fill(note)
        sheet.locator(".add").click()
        sheet.wait_for(state="hidden")

    def view_order(self) -> None:
        self.page.get_by_role("link", name="View order").click()
        self.page.locator("[data-page=review]").wait_for()

    def press_pay(self) -> None:
        """Press Pay, and wait for the processor's page."""
        with self.page.expect_navigation(url=f"{self.shop.sandbox.url}/**"):
            self.page.get_by_role("button", name="Pay RM").click()

    def card(self, number: str = GOOD_CARD) -> None:
        """Fill in the processor's page."""
        for name, value in (
            ("email", "guest@example.com"),
            ("card_number", number),
            ("exp", "12 / 34"),
            ("cvc", "123"),
        ):
            self.page.locator(f"[name={name}]").fill(value)
        self.page.locator("form button[type=submit]").click()

    def cart(self) -> list[dict[str, Any]]:
        """The cart lines that this phone stores."""
        lines: list[dict[str, Any]] = self.page.evaluate(_LINES, self._cart_name)
        return lines

    def wait_for_empty_cart(self) -> None:
        """The page's script empties it a moment after the page says that the order is paid."""
        self.page.wait_for_function(f"(name) => !({_LINES})(name).length", arg=self._cart_name)

    @property
    def _cart_name(self) -> str:
        return f"duitpos:{self.shop.tenant.slug}:{self.shop.restaurant.location.slug}"


@contextmanager
def guest_phone(browser: Browser, shop: Shop, **options: Any) -> Iterator[GuestPhone]:
    """A phone of 390 by 800 points. `options` of the browser context may override it."""
    context = browser.new_context(**{"viewport": {"width": 390, "height": 800}, "has_touch": True, **options})
    phone = GuestPhone(shop, context.new_page())
    phone.page.on("console", lambda message: phone.complaints.append(message.text))
    phone.page.on("pageerror", lambda error: phone.complaints.append(str(error)))
    phone.page.on("request", lambda request: phone.requests.append(request))
    yield phone
    context.close()
