"""The webhook's page in a real browser: made, found broken in every way that its owner can cause, and repaired."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from duitpos.domain.processor_accounts.webhooks.look import look
from tests.browser.test_account_page import wrong_with
from tests.support.restaurant import PASSWORD
from tests.support.shop import Shop

pytestmark = pytest.mark.browser


@pytest.fixture
def page(webhookless_shop: Shop, chromium: Browser) -> Iterator[Page]:
    """The owner is signed in, on the page of a webhook whose endpoint nobody has made."""
    shop = webhookless_shop
    look(shop.account)
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.goto(f"{shop.url}/accounts/login/")
    page.get_by_label("E-mail").fill(shop.restaurant.owner.user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/dashboard/")
    page.goto(f"{shop.url}/{shop.tenant.slug}/dashboard/payment-types/")
    page.get_by_role("link", name="Online", exact=False).first.click()
    page.get_by_role("link", name="Webhook", exact=False).first.click()
    expect(page.get_by_role("heading", name="Webhook at Stripe")).to_be_visible()
    yield page
    context.close()


def looks_right(page: Page) -> None:
    for width in (390, 1280):
        for scheme in ("light", "dark"):
            assert wrong_with(page, width, scheme) == []


def make(page: Page) -> None:
    page.get_by_role("button", name="Create it for me").click()
    expect(page.get_by_text("The webhook works: signed deliveries arrive.")).to_be_visible()


def changed(shop: Shop, page: Page, change: dict[str, Any]) -> None:
    """Somebody changes the endpoint at Stripe, and the worker looks."""
    calls = shop.sandbox.client().v1.webhook_endpoints
    (made,) = calls.list().data
    calls.update(made.id, params=change)  # type: ignore[arg-type]
    look(shop.account)
    page.reload()


def test_one_press_makes_it_and_the_page_shows_the_proof(webhookless_shop: Shop, page: Page) -> None:
    expect(page.get_by_text("There is no endpoint with this address")).to_be_visible()
    looks_right(page)
    make(page)
    expect(page.get_by_text("Last test event came back")).to_be_visible()
    looks_right(page)


@pytest.mark.parametrize(
    "change, said",
    [
        ({"url": "https://old.example/kopi/webhooks/stripe/"}, "It delivers to"),
        ({"disabled": True}, "The endpoint is switched off at the processor"),
        ({"enabled_events": ["charge.refunded"]}, "These needed events are not ticked"),
    ],
)
def test_what_was_changed_at_stripe_is_named_and_repaired(
    webhookless_shop: Shop, page: Page, change: dict[str, Any], said: str
) -> None:
    make(page)
    changed(webhookless_shop, page, change)
    expect(page.get_by_text(said)).to_be_visible()
    looks_right(page)
    page.get_by_role("button", name="Repair", exact=True).click()
    expect(page.get_by_text("The webhook works: signed deliveries arrive.")).to_be_visible()
    expect(page.get_by_text(said)).to_have_count(0)


def test_a_key_that_may_not_list_says_so(webhookless_shop: Shop, page: Page) -> None:
    webhookless_shop.sandbox.fault("error", status=403, method="GET", path="/v1/webhook_endpoints$", count=9)
    page.get_by_role("button", name="Create it for me").click()
    expect(page.locator(".toast.error")).to_be_visible()
    looks_right(page)


def test_it_is_set_up_by_hand_with_what_the_page_gives(webhookless_shop: Shop, page: Page) -> None:
    """Address and events are copied to the processor, and the secret that it shows is pasted."""
    shop = webhookless_shop
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    by_hand = page.locator("section", has=page.get_by_role("heading", name="By hand"))
    by_hand.get_by_role("button", name="endpoint address").click()
    address = page.evaluate("navigator.clipboard.readText()")
    needed = [
        one.locator("code").inner_text()
        for one in by_hand.locator("ul.events li").all()
        if "needed" in one.inner_text()
    ]
    assert needed == ["checkout.session.completed", "checkout.session.expired"]
    secret = "whsec_asshownbytheprocessor0123"
    shop.listen(needed, url=address, secret=secret)
    page.get_by_role("link", name="Then paste the endpoint's signing secret here.").click()
    page.get_by_label("Webhook Secret").fill(secret)
    page.get_by_role("button", name="Save Processors").click()
    expect(page.locator(".toast").first).to_be_visible()
    page.get_by_role("link", name="Webhook at Stripe").click()
    page.get_by_role("button", name="Send a test event").click()
    expect(page.get_by_text("The webhook works: signed deliveries arrive.")).to_be_visible()
    expect(page.get_by_text("These events are not ticked")).to_be_visible()
    expect(page.locator(".notice.failed")).to_have_count(0)
    looks_right(page)
    page.locator(".crumb a").click()
    expect(page.locator("h1 .chip", has_text="Webhook: works")).to_be_visible()
    looks_right(page)
