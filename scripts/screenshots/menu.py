"""The guide's pictures of the menu's pages."""

from __future__ import annotations

from urllib.parse import urljoin

from playwright.sync_api import Browser, Page

from scripts.screenshots.picture import PHONE, keep

SMALL_FILE = "section,name,price\nKopi and teh,Teh tarik,3.50\nCold drinks,Bandung cincau,6.50\n"
WRONG_FILE = "section,name,price\nKopi and teh,Teh tarik,-1\nKopi and teh,Kopi O,cheap\n,Cham,4.50\n"


def take(browser: Browser, desk: Page, menu: str) -> None:
    """Show each page of the menu at `menu`; nothing is changed. `desk` is signed in."""
    desk.goto(menu)
    keep(desk, "desk-menu")
    desk.locator("a.row", has_text="Roti canai").first.click()
    editing = desk.locator(".dish.editing")
    editing.wait_for()
    keep(desk, "desk-dish", at=editing)
    photo = editing.locator("a[href*='/photo/']").get_attribute("href") or ""
    desk.goto(menu)
    desk.locator(".section-head h2 a").first.click()
    keep(desk, "desk-section")
    desk.goto(urljoin(menu, photo))
    keep(desk, "desk-photo")
    desk.goto(f"{menu}samples/")
    keep(desk, "desk-samples")
    _choices(desk, menu)
    desk.goto(f"{menu}prices/")
    desk.get_by_label("By", exact=True).fill("5")
    desk.get_by_label("Round to").select_option(index=2)
    desk.get_by_role("button", name="Show the new prices").click()
    desk.locator("#preview").wait_for()
    keep(desk, "desk-prices")
    desk.goto(f"{menu}preview/")
    desk.frame_locator("iframe").get_by_role("heading").first.wait_for()
    keep(desk, "desk-preview")
    desk.goto(f"{menu}print/")
    desk.get_by_role("button", name="Show the page to print").click()
    keep(desk, "desk-print")
    _files(desk, menu)
    _on_a_phone(browser, desk, menu)


def _choices(desk: Page, menu: str) -> None:
    desk.goto(f"{menu}groups/")
    keep(desk, "desk-choices")
    desk.locator("a.row", has_text="Milk").first.click()
    desk.locator(".choice-rows").wait_for()
    keep(desk, "desk-group")


def _files(desk: Page, menu: str) -> None:
    for name, content in (("desk-import", SMALL_FILE), ("desk-import-wrong", WRONG_FILE)):
        desk.goto(f"{menu}import/")
        chosen = {"name": "menu.csv", "mimeType": "text/csv", "buffer": content.encode()}
        desk.locator("input[type=file]").set_input_files(chosen)  # type: ignore[arg-type]
        desk.get_by_role("button", name="Check the file").click()
        desk.get_by_role("heading", name="Preview of the import").wait_for()
        keep(desk, name)


def _on_a_phone(browser: Browser, desk: Page, menu: str) -> None:
    state = desk.context.storage_state()
    page = browser.new_context(viewport=PHONE, has_touch=True, storage_state=state).new_page()
    page.goto(menu)
    keep(page, "phone-editor")
    page.context.close()
