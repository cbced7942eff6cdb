"""One press moves one ticket, also where another slides under the finger."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, expect

from tests.kitchen.factories import open_kitchen
from tests.kitchen.tickets import a_ticket

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SECOND_TAP = """([x, y]) => {
  window.taps = 0;
  new MutationObserver(() => {
    const button = document.elementFromPoint(x, y).closest('.card .bump');
    if (!button) return;
    window.tapped = button.closest('.card').dataset.label;
    const tap = () => {
      for (const type of ['pointerdown', 'pointerup']) button.dispatchEvent(new PointerEvent(type, { bubbles: true }));
      button.click();
      window.taps += 1;
    };
    tap();
  }).observe(document.querySelector('#board'), { childList: true });
}"""


def test_a_double_tap_moves_one_ticket_and_without_script_the_page_settles_first(
    chromium: Browser, live_server: object, client: Client
) -> None:
    kitchen = open_kitchen(client)
    for number in (11, 12, 13):
        a_ticket(kitchen.restaurant.location, kitchen.item, number, minutes=20 - number)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    address = f"{live_server}{kitchen.url('board', 'bangsar')}"
    for has_script in (True, False):
        context = chromium.new_context(
            viewport={"width": 1280, "height": 800}, java_script_enabled=has_script
        )
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": str(live_server)}])
        page = context.new_page()
        page.goto(address)
        if not has_script:
            expect(page.locator(".bump").first).to_have_css("animation-name", "settles")
            context.close()
            continue
        expect(page.locator("body.is-live")).to_be_attached()
        box = page.locator("[data-label='11'] .bump").bounding_box()
        assert box is not None
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.evaluate(SECOND_TAP, [x, y])
        page.mouse.click(x, y)
        expect(page.locator("#preparing .number")).to_have_text(["11"])
        assert page.evaluate("[window.taps > 0, window.tapped]") == [True, "12"], "12 slid under the finger"
        page.reload()
        assert page.locator("#preparing .number").all_inner_texts() == ["11"]
        assert page.locator("#placed .number").all_inner_texts() == ["12", "13"]
        context.close()


def test_a_press_that_never_ends_does_not_stop_the_board(
    chromium: Browser, live_server: object, client: Client
) -> None:
    """A mouse that is let go outside of the window tells the page nothing."""
    kitchen = open_kitchen(client)
    a_ticket(kitchen.restaurant.location, kitchen.item, 11)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": str(live_server)}])
    page = context.new_page()
    page.goto(f"{live_server}{kitchen.url('board', 'bangsar')}")
    expect(page.locator("body.is-live")).to_be_attached()
    page.mouse.move(640, 700)
    page.mouse.down()
    a_ticket(kitchen.restaurant.location, kitchen.item, 12)
    expect(page.locator("[data-label='12']")).to_be_visible()
    context.close()
