"""The board rings until somebody touches it, and says when the browser blocks it."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from tests.kitchen.factories import open_kitchen
from tests.kitchen.tickets import a_ticket

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SPEAKER = """() => {
  window.tones = 0;
  window.allowed = true;
  window.AudioContext = class {
    state = "suspended";
    currentTime = 0;
    constructor() { window.speaker = this; }
    resume() {
      if (!window.allowed) return new Promise(() => {});
      this.state = "running";
      return Promise.resolve();
    }
  };
  const node = class {
    gain = { exponentialRampToValueAtTime() {} };
    connect(other) { return other; }
    start() { window.tones += 1; document.documentElement.dataset.tones = window.tones; }
    stop() {}
  };
  window.OscillatorNode = node;
  window.GainNode = node;
  Object.defineProperty(navigator, "wakeLock", { value: undefined });
}"""


def pass_time(page: Page, seconds: int) -> None:
    """Let the board poll as often as it would. All at once, its polls would be given up before they are answered."""
    for _ in range(-(-seconds // 3)):
        with page.expect_response(re.compile("/live/")):
            page.clock.run_for(3100)


def test_it_rings_until_touched_also_after_a_lull_and_says_when_it_is_blocked(
    chromium: Browser, live_server: object, client: Client
) -> None:
    kitchen = open_kitchen(client)
    site = kitchen.restaurant.location
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": str(live_server)}])
    page = context.new_page()
    page.add_init_script(f"({SPEAKER})()")
    page.clock.install()
    page.goto(f"{live_server}{kitchen.url('board', 'bangsar')}")
    expect(page.locator(".dark-screen")).to_be_visible()
    page.locator(".sound select").select_option("bell")
    expect(page.locator("html")).to_have_attribute("data-tones", re.compile("[1-9]"))
    # A lull: the browser puts the sound to sleep.
    page.evaluate("window.speaker.state = 'suspended'; window.tones = 0")
    page.evaluate("delete document.documentElement.dataset.tones")
    a_ticket(site, kitchen.item, 1)
    pass_time(page, 3)
    expect(page.locator("html")).to_have_attribute("data-tones", re.compile("[1-9]"))
    expect(page.locator(".ringing")).to_be_visible()
    first = page.evaluate("window.tones")
    pass_time(page, 9)
    expect(page.locator("html")).not_to_have_attribute("data-tones", str(first))
    page.mouse.click(640, 700)
    expect(page.locator(".ringing")).to_be_hidden()
    page.evaluate("window.tones = 0")
    pass_time(page, 21)
    assert page.evaluate("window.tones") == 0
    page.evaluate("window.speaker.state = 'suspended'; window.allowed = false")
    a_ticket(site, kitchen.item, 2)
    pass_time(page, 3)
    expect(page.locator(".ringing")).to_be_visible()
    page.clock.run_for(600)
    expect(page.locator(".hush")).to_be_visible()
    page.evaluate("window.allowed = true")
    page.get_by_role("button", name="Turn the sound on").click()
    expect(page.locator(".hush")).to_be_hidden()
    page.mouse.click(640, 700)
    expect(page.locator(".ringing")).to_be_hidden()
    # What came while the page was loaded anew, such as after an outage, rings too; what was there before does not.
    page.reload()
    expect(page.locator("body.is-live")).to_be_attached()
    assert page.evaluate("window.tones") == 0
    a_ticket(site, kitchen.item, 3)
    page.reload()
    expect(page.locator(".ringing")).to_be_visible()
    context.close()
