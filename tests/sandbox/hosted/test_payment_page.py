"""The payment page in a real browser, without script."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.sandbox.conftest import Create
from tests.sandbox.receiver import Receiver

pytestmark = pytest.mark.browser


def test_declined_then_paid_and_returned_to_the_shop(
    create: Create, chromium: Browser, hook: Receiver
) -> None:
    # The shop has another origin than the page, as in production.
    session = create(success_url=f"{hook.url}?session_id={{CHECKOUT_SESSION_ID}}")
    assert session.url is not None
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 390, "height": 800})
    complaints: list[str] = []
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(session.url)
    for number in ("4000 0000 0000 9995", "4242 4242 4242 4242"):
        page.get_by_label("Email").fill("guest@example.com")
        page.get_by_label("Card number").fill(number)
        page.get_by_label("Expiry").fill("12 / 34")
        page.get_by_label("Security code").fill("123")
        page.get_by_role("button", name="Pay RM 25.00").click()
        if number.endswith("9995"):
            assert "insufficient funds" in page.get_by_role("alert").inner_text()
    assert page.url == f"{hook.url}?session_id={session.id}"
    assert "checkout.session.completed" in hook.types()
    assert page.get_by_role("heading").inner_text() == "Thank you"
    page.goto(session.url)
    assert "all done here" in page.content()
    context.close()
    assert [text for text in complaints if "402" not in text] == []
