"""The owner's reports in a real browser: from a guest's payment to the figures, the chart, the table and the file."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.test_account_page import wrong_with
from tests.support.restaurant import PASSWORD
from tests.support.shop import Shop

pytestmark = pytest.mark.browser


@pytest.fixture
def page(shop: Shop, chromium: Browser) -> Iterator[Page]:
    """The owner is signed in."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.goto(f"{shop.url}/accounts/login/")
    page.get_by_label("E-mail").fill(shop.restaurant.owner.user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/dashboard/")
    yield page
    context.close()


def test_a_payment_is_in_the_report_at_once(shop: Shop, page: Page, tmp_path: Path) -> None:
    page.get_by_role("link", name="Reports").click()
    expect(page.get_by_role("heading", name="Nothing was paid in this period")).to_be_visible()
    assert wrong_with(page, 390, "light") == []
    page.set_viewport_size({"width": 1280, "height": 800})

    shop.pay(shop.start())
    page.get_by_role("link", name="Look at the test orders").click()
    expect(page.get_by_role("heading", name="no real money")).to_be_visible()
    total = page.get_by_role("row", name="Total")
    expect(total).to_contain_text("25.00")
    expect(page.locator("figure svg polyline.main")).to_be_visible()

    page.get_by_label("By", exact=True).select_option("Dish")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("row", name="Total")).to_contain_text("25.00")
    for width in (390, 1280):
        for scheme in ("light", "dark"):
            assert wrong_with(page, width, scheme) == []

    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    file = tmp_path / "report.csv"
    download.value.save_as(file)
    rows = list(csv.DictReader(file.read_text(encoding="utf-8-sig").splitlines()))
    assert rows[-1]["Net (MYR)"] == "25.00"

    page.get_by_role("link", name="Receipts").click()
    # Only a test order was paid.
    expect(page.get_by_role("heading", name="No receipts in this month")).to_be_visible()
    for width in (390, 1280):
        for scheme in ("light", "dark"):
            assert wrong_with(page, width, scheme) == []


def test_own_days_appear_with_their_choice_and_a_mistake_is_named(shop: Shop, page: Page) -> None:
    page.goto(f"{shop.url}/{shop.tenant.slug}/dashboard/reports/")
    expect(page.get_by_label("From", exact=True)).to_be_hidden()
    page.get_by_label("Period").select_option("From … to …")
    page.get_by_label("From", exact=True).fill("2026-11-20")
    page.get_by_label("To", exact=True).fill("2026-11-01")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("The period ends before it begins.")).to_be_visible()
    expect(page.get_by_label("From", exact=True)).to_have_value("2026-11-20")
    assert wrong_with(page, 390, "dark") == []
