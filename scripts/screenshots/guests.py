"""The guide's pictures of guests' phones."""

from __future__ import annotations

from collections.abc import Mapping

from playwright.sync_api import Browser

from scripts.screenshots.demo import add, open_dish, pay
from scripts.screenshots.picture import keep, phone


def take(browser: Browser, places: Mapping[str, str]) -> None:
    """A guest looks at the menu, orders, pays and calls staff. The call stays open, for the kitchen's pictures."""
    page = phone(browser)
    page.goto(places["guest_url"])
    page.locator(".type").first.click()
    keep(page, "phone-large")
    page.locator(".type").first.click()
    page.locator(".type").first.click()
    page.locator(".filter summary").click()
    keep(page, "phone-filter")
    page.locator(".filter summary").click()
    open_dish(page, "Teh tarik")
    keep(page, "phone-dish")
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    add(page, {"Roti canai": 2, "Teh tarik": 2})
    keep(page, "phone-menu")
    page.get_by_role("link", name="View order").click()
    page.get_by_role("button", name="Pay RM").wait_for()
    keep(page, "phone-order")
    pay(page)
    keep(page, "phone-paid")
    page.goto(places["guest_url"])
    page.get_by_role("link", name="Call staff").click()
    page.get_by_role("button", name="Call staff").click()
    page.locator("#calls .notice").wait_for()
    keep(page, "phone-call")
    page.context.close()


def take_paused(browser: Browser, places: Mapping[str, str]) -> None:
    """A guest opens the menu of a location that is paused."""
    page = phone(browser)
    page.goto(places["guest_url"])
    page.locator(".stopped .notice").wait_for()
    keep(page, "phone-paused")
    page.context.close()
