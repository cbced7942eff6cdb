"""The guide's pictures of the dashboard and the kitchen board."""

from __future__ import annotations

from collections.abc import Mapping

from playwright.sync_api import Browser, Page

from scripts.screenshots import guests, menu
from scripts.screenshots.demo import sign_in
from scripts.screenshots.picture import DESK, keep


def take(browser: Browser, places: Mapping[str, str]) -> None:
    """The owner looks at every page, marks a dish sold out and pauses orders."""
    desk = browser.new_context(viewport=DESK, color_scheme="light").new_page()
    sign_in(desk, places)
    keep(desk, "desk-orders")
    desk.locator("a.row").first.click()
    desk.get_by_role("heading", name="What was ordered").wait_for()
    keep(desk, "desk-order")
    dashboard = places["dashboard_url"].rstrip("/") + "/"
    for page in ("tables", "payment-types"):
        desk.goto(f"{dashboard}{page}/")
        keep(desk, f"desk-{page}")
    menu.take(browser, desk, f"{dashboard}menu/")
    _kitchen(desk, places["kitchen_url"])
    _sold_out(desk, f"{dashboard}sold-out/")
    guests.take_paused(browser, places)
    desk.context.close()


def _kitchen(desk: Page, board: str) -> None:
    desk.goto(board)
    desk.locator("button.bump", has_text="Start").first.click()
    desk.locator("#undo form").wait_for()
    keep(desk, "desk-board")
    desk.locator("a.eighty-six").first.click()
    desk.locator(".stock-row .stock-choices").first.wait_for()
    keep(desk, "desk-board-sold-out")


def _sold_out(desk: Page, address: str) -> None:
    desk.goto(address)
    row = desk.locator(".stock-row", has_text="Roti canai").first
    row.locator("summary").click()
    row.get_by_role("button", name="Until closing").click()
    desk.locator(".stock-out", has_text="Roti canai").wait_for()
    keep(desk, "desk-sold-out")
    desk.locator("#pause details summary").click()
    desk.locator("#pause-message").fill("The kitchen is full. Please wait a moment.")
    desk.locator("#pause").get_by_role("button", name="30 min").click()
    desk.locator("#pause.is-paused").wait_for()
    keep(desk, "desk-paused")
