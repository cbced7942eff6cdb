"""The README's four pictures."""

from __future__ import annotations

from collections.abc import Mapping

from playwright.sync_api import Browser

from scripts.screenshots.demo import DISHES, ROOT, add, order_and_pay, sign_in

FOLDER = ROOT / "docs" / "pictures"


def take(browser: Browser, places: Mapping[str, str]) -> None:
    """Three guests order; then take the pictures."""
    for _ in range(3):
        guest = browser.new_context(viewport={"width": 390, "height": 780}, has_touch=True).new_page()
        order_and_pay(guest, places)
        guest.context.close()
    guest = browser.new_context(viewport={"width": 390, "height": 780}, has_touch=True).new_page()
    guest.goto(places["guest_url"])
    add(guest, DISHES)
    guest.screenshot(path=FOLDER / "guest.png")
    guest.context.close()
    desk = browser.new_context(viewport={"width": 1100, "height": 780}).new_page()
    sign_in(desk, places)
    desk.screenshot(path=FOLDER / "dashboard.png")
    desk.goto(places["kitchen_url"])
    desk.locator("button", has_text="Start").first.click()
    desk.wait_for_timeout(800)
    desk.screenshot(path=FOLDER / "kitchen.png")
    desk.goto(places["sandbox_url"])
    desk.screenshot(path=FOLDER / "sandbox.png")
    desk.context.close()
