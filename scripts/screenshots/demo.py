"""A demo in a temporary folder, and what guests and staff do in it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page

from tests.sandbox_process import two_free_ports

ROOT = Path(__file__).resolve().parents[2]
DISHES = {"Roti canai": 2, "Nasi lemak": 1, "Teh tarik": 2}


@contextmanager
def running_demo() -> Iterator[dict[str, str]]:
    """A new demo; yields the content of its demo.json."""
    with tempfile.TemporaryDirectory() as var:
        environment = os.environ | {"DUITPOS_VAR": var, "PORT": str(two_free_ports())}
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


def open_dish(page: Page, dish: str) -> None:
    """Tap a dish on the menu and make the choices that it needs."""
    page.locator("li.item:not(.sold-out) summary", has_text=dish).first.click()
    sheet = page.get_by_role("dialog")
    for group in sheet.locator("fieldset").all():
        if int(group.get_attribute("data-min") or 0) and not group.locator("input:checked").count():
            group.locator("label").first.click()


def add(page: Page, dishes: Mapping[str, int]) -> None:
    """Put dishes into the cart, each with a quantity."""
    for dish, quantity in dishes.items():
        open_dish(page, dish)
        sheet = page.get_by_role("dialog")
        for _ in range(quantity - 1):
            sheet.get_by_role("button", name="One more").click()
        sheet.locator(".add").click()
        sheet.wait_for(state="hidden")
    page.evaluate("window.scrollTo(0, 0)")


def pay(page: Page) -> None:
    """Pay the order on the checkout page with a valid card."""
    page.get_by_role("button", name="Pay RM").click()
    values = {"email": "guest@example.com", "card_number": "4242424242424242", "exp": "12/34", "cvc": "123"}
    for name, value in values.items():
        page.locator(f"[name={name}]").fill(value)
    page.get_by_role("button", name="Pay").click()
    page.get_by_role("heading", name="Order T").wait_for(state="attached")


def order_and_pay(page: Page, places: Mapping[str, str]) -> None:
    """A guest orders a few dishes and pays."""
    page.goto(places["guest_url"])
    add(page, DISHES)
    page.get_by_role("link", name="View order").click()
    pay(page)


def sign_in(page: Page, places: Mapping[str, str]) -> None:
    """The owner signs in to the dashboard."""
    page.goto(places["dashboard_url"])
    page.get_by_label("E-mail").fill(places["email"])
    page.get_by_label("Password").fill(places["password"])
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Today", exact=True).wait_for()
