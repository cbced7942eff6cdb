"""`make screenshots`: takes the README's screenshots, from a demo in a temporary folder."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page

from tests.sandbox_process import free_port
from tests.support.browser import running_chromium

ROOT = Path(__file__).parent.parent
PICTURES = ROOT / "docs" / "pictures"
DISHES = (("Roti canai", 2), ("Nasi lemak", 1), ("Teh tarik", 2))


@contextmanager
def running_demo() -> Iterator[dict[str, str]]:
    """A new demo; yields the content of its demo.json."""
    with tempfile.TemporaryDirectory() as var:
        environment = os.environ | {"DUITPOS_VAR": var, "PORT": str(free_port())}
        process = subprocess.Popen([sys.executable, "-m", "duitpos.cli", "demo"], env=environment, cwd=ROOT)
        try:
            places = Path(var) / "demo.json"
            until = time.monotonic() + 90
            while not places.exists() and process.poll() is None and time.monotonic() < until:
                time.sleep(0.2)
            yield json.loads(places.read_text())
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(15)


def order_and_pay(page: Page, places: dict[str, str], picture: Path | None = None) -> None:
    """A guest orders a few dishes and pays with a valid card."""
    page.goto(places["guest_url"])
    for dish, quantity in DISHES:
        page.locator("li.item:not(.sold-out) summary", has_text=dish).first.click()
        sheet = page.get_by_role("dialog")
        for group in sheet.locator("fieldset").all():
            if int(group.get_attribute("data-min") or 0) and not group.locator("input:checked").count():
                group.locator("label").first.click()
        for _ in range(quantity - 1):
            sheet.get_by_role("button", name="One more").click()
        sheet.locator(".add").click()
        sheet.wait_for(state="hidden")
    if picture:
        page.evaluate("window.scrollTo(0, 0)")
        page.screenshot(path=picture)
    page.get_by_role("link", name="View order").click()
    page.get_by_role("button", name="Pay RM").click()
    values = {"email": "guest@example.com", "card_number": "4242424242424242", "exp": "12/34", "cvc": "123"}
    for name, value in values.items():
        page.locator(f"[name={name}]").fill(value)
    page.get_by_role("button", name="Pay").click()
    page.get_by_role("heading", name="Order T").wait_for(state="attached")


def sign_in(page: Page, places: dict[str, str]) -> None:
    page.goto(places["dashboard_url"])
    page.get_by_label("E-mail").fill(places["email"])
    page.get_by_label("Password").fill(places["password"])
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Orders", exact=True).wait_for()


def take(browser: Browser, places: dict[str, str]) -> None:
    """Three guests order; then take the four screenshots."""
    for number in range(3):
        phone = browser.new_context(viewport={"width": 390, "height": 780}, has_touch=True).new_page()
        order_and_pay(phone, places, PICTURES / "guest.png" if number == 2 else None)
        phone.context.close()
    desk = browser.new_context(viewport={"width": 1100, "height": 780}).new_page()
    sign_in(desk, places)
    desk.screenshot(path=PICTURES / "dashboard.png")
    desk.goto(places["kitchen_url"])
    desk.locator("button", has_text="Start").first.click()
    desk.wait_for_timeout(800)
    desk.screenshot(path=PICTURES / "kitchen.png")
    desk.goto(places["sandbox_url"])
    desk.screenshot(path=PICTURES / "sandbox.png")


def main() -> int:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with running_demo() as places, running_chromium() as browser:
        take(browser, places)
    print(f"Pictures are in {PICTURES.relative_to(ROOT)}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
