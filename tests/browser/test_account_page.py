"""The page about an account in a real browser: reached by links and keys, accessible, with nothing too wide."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.support.restaurant import PASSWORD
from tests.support.shop import Shop

pytestmark = pytest.mark.browser
LONG = "person_1SabcdEFghIJklMNrelationship.verification.additional_document_of_the_owner"


@pytest.fixture
def page(shop: Shop, chromium: Browser) -> Iterator[Page]:
    """The owner is signed in, on the payment type's page."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.goto(f"{shop.url}/accounts/login/")
    page.get_by_label("E-mail").fill(shop.restaurant.owner.user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/dashboard/")
    page.goto(f"{shop.url}/{shop.tenant.slug}/dashboard/payment-types/{shop.account.payment_type_id}/")
    yield page
    context.close()


def wrong_with(page: Page, width: int, scheme: Any) -> list[str]:
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    found = [f"{one['id']} {one['nodes']}" for one in Axe().run(page).response["violations"]]
    too_wide = page.evaluate("document.documentElement.scrollWidth") - width
    return [*found, f"{too_wide} px too wide"] if too_wide > 0 else found


def test_the_owner_finds_out_why_payments_stopped(shop: Shop, page: Page) -> None:
    shop.sandbox.control(
        "POST",
        f"/accounts/{shop.account.external_id}",
        {
            "charges_enabled": False,
            "payouts_enabled": False,
            "capabilities": {"fpx_payments": "pending", "grabpay_payments": "inactive"},
            "requirements": {
                "past_due": [LONG],
                "currently_due": ["company.tax_id"],
                "current_deadline": 1900000000,
                "disabled_reason": "requirements.past_due",
            },
        },
    )
    page.get_by_role("link", name="About this account").click()
    page.get_by_role("button", name="Check now").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Asked just now.")).to_be_visible()
    expect(page.get_by_role("heading", name="Stops payments")).to_be_visible()
    expect(page.get_by_text(LONG)).to_be_visible()
    there = page.get_by_role("link", name="At Stripe: Settings, Account status").first
    expect(there).to_have_attribute("href", "https://dashboard.stripe.com/account/status")
    height = page.evaluate("document.querySelector('.at a').getBoundingClientRect().height")
    assert height >= 44
    page.reload()
    for width in (320, 390, 1280):
        for scheme in ("light", "dark"):
            assert wrong_with(page, width, scheme) == [], (width, scheme)
    page.get_by_role("link", name="Online Payment", exact=True).click()
    expect(page.get_by_text("thing stops payments")).to_be_visible()
    page.goto(f"{shop.url}/{shop.tenant.slug}/dashboard/payment-types/")
    expect(page.get_by_text("Payments stopped")).to_be_visible()
    for width in (320, 390, 1280):
        assert wrong_with(page, width, "light") == [], width
