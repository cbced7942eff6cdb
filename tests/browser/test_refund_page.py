"""Refund everything, dishes or an amount from one page: with a thumb on a phone, and without script."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from duitpos.models import Refund, RefundLine
from tests.support.restaurant import PASSWORD
from tests.support.shop import Shop

pytestmark = pytest.mark.browser
THUMB = 44
"""The least size of what a thumb presses, in pixels."""


def signed_in(shop: Shop, chromium: Browser, *, script: bool) -> Page:
    page = chromium.new_context(java_script_enabled=script, viewport={"width": 390, "height": 800}).new_page()
    page.goto(f"{shop.url}/accounts/login/")
    page.get_by_label("E-mail").fill(shop.restaurant.owner.user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/dashboard/")
    return page


@pytest.fixture
def address(shop: Shop) -> str:
    """The refund page of two nasi lemak that were paid."""
    payment = shop.start()
    shop.pay(payment)
    dashboard = f"{shop.url}/{shop.tenant.slug}/dashboard"
    return f"{dashboard}/orders/{payment.order_id}/payments/{payment.id}/refund/part/"


def test_dishes_by_steps_with_a_thumb(shop: Shop, chromium: Browser, address: str) -> None:
    page = signed_in(shop, chromium, script=True)
    page.goto(address)
    expect(page.get_by_label("Everything: RM 25.00")).to_be_visible()
    plus = page.locator("[data-by='1']")
    box = plus.bounding_box()
    assert box is not None
    assert box["width"] >= THUMB
    assert box["height"] >= THUMB
    assert box["x"] > 195, "where a thumb reaches"
    quantity = page.get_by_label("Nasi lemak")
    for shown in ("1", "2", "2"):
        plus.click()
        expect(quantity).to_have_value(shown)
    page.locator("[data-by='-1']").click()
    expect(quantity).to_have_value("1")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert Axe().run(page).response["violations"] == []
    page.get_by_role("button", name="Review").click()
    expect(page.get_by_text("1 × Nasi lemak")).to_be_visible()
    page.get_by_role("button", name="Refund RM 12.50").click()
    page.wait_for_url("**/orders/*/")
    (line,) = RefundLine.objects.filter(tenant=shop.tenant)
    assert (line.quantity, line.refund.amount_minor) == (1, 1250)


def test_a_typed_amount_takes_its_choice(shop: Shop, chromium: Browser, address: str) -> None:
    page = signed_in(shop, chromium, script=True)
    page.goto(address)
    page.get_by_label("Amount", exact=True).fill("3")
    expect(page.get_by_label("An amount, up to")).to_be_checked()
    page.get_by_role("button", name="Review").click()
    expect(page.get_by_role("button", name="Refund RM 3.00")).to_be_visible()


@pytest.mark.parametrize("choice, amount", [("Everything", 2500), ("Dishes", 2500), ("An amount", 700)])
def test_each_choice_without_script(
    shop: Shop, chromium: Browser, address: str, choice: str, amount: int
) -> None:
    page = signed_in(shop, chromium, script=False)
    page.goto(address)
    page.get_by_label(choice).check()
    page.get_by_label("Nasi lemak").fill("2")
    page.get_by_label("Amount", exact=True).fill("7")
    page.get_by_role("button", name="Review").click()
    page.get_by_role("button", name="Refund RM").click()
    page.wait_for_url("**/orders/*/")
    assert Refund.objects.get(tenant=shop.tenant).amount_minor == amount


def test_what_a_refund_at_the_processor_was_for(shop: Shop, chromium: Browser, address: str) -> None:
    (order,) = shop.orders()
    intent = shop.named(shop.payment_of(order))
    shop.sandbox.control("POST", "/refunds", {"payment_intent": intent, "amount": 1250})
    shop.sandbox.idle()
    page = signed_in(shop, chromium, script=True)
    dashboard = f"{shop.url}/{shop.tenant.slug}/dashboard"
    for path in ("refund-limits/", "attention/"):
        page.goto(f"{dashboard}/{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert Axe().run(page).response["violations"] == []
    page.get_by_role("link", name="Say what it was for").click()
    page.locator("[data-by='1']").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert Axe().run(page).response["violations"] == []
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/orders/*/")
    expect(page.get_by_text("1 × Nasi lemak")).to_be_visible()
    assert shop.alerts() == []
