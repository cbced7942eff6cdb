"""Payment Issues in a browser: the badge comes after the page, and a guest's payment is found from a phone."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from tests.support.restaurant import PASSWORD
from tests.support.shop import Shop

pytestmark = pytest.mark.browser
DECLINED = "4000000000009987"


@pytest.mark.parametrize("width, scheme", [(390, "light"), (1280, "dark")])
def test_a_declined_card_and_a_guest_who_says_they_paid(
    shop: Shop, chromium: Browser, width: int, scheme: str
) -> None:
    payment = shop.start()
    shop.pay(payment, card=DECLINED)
    context = chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{shop.url}/accounts/login/")
    page.get_by_label("E-mail").fill(shop.restaurant.owner.user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/dashboard/")
    expect(page.locator("#payment_issues-count")).to_have_text("1 open")
    if page.get_by_role("button", name="More").is_visible():
        page.get_by_role("button", name="More").click()
    page.get_by_role("link", name="Payment Issues").click()
    expect(page.get_by_text("1 thing is wrong.")).to_be_visible()
    assert Axe().run(page).response["violations"] == []
    page.get_by_role("link", name="What to tell the guest").click()
    expect(page.get_by_text("The bank refused the card and gave no reason.")).to_be_visible()
    assert Axe().run(page).response["violations"] == []
    page.get_by_role("link", name="Find a payment").click()
    page.get_by_label("What the guest knows").fill("RM 25.00, 9987")
    page.get_by_role("button", name="Find").click()
    expect(page.get_by_text("Declined and not paid yet")).to_be_visible()
    shop.pay(payment)
    page.get_by_role("button", name="Ask Stripe too").click()
    expect(page.get_by_text("is in the kitchen")).to_be_visible()
    assert Axe().run(page).response["violations"] == []
    scrolls = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not page.evaluate(scrolls)
    context.close()
