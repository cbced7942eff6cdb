"""Live pages in browsers that lack something: they live, or say that they do not and load themselves again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from tests.kitchen.factories import open_kitchen
from tests.kitchen.tickets import a_ticket

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MISSING = {
    "storage_is_null": "Object.defineProperty(window, 'localStorage', { value: null });",
    "storage_throws": "Object.defineProperty(window, 'localStorage', { get() { throw new Error('no'); } });",
    "much_is_missing": """
        delete AbortSignal.timeout; delete window.AbortController; delete window.AudioContext;
        delete window.structuredClone; delete HTMLDialogElement.prototype.showModal; delete navigator.wakeLock;
        Object.defineProperty(window, 'localStorage', { value: null });
    """,
}
FAST = "document.addEventListener('duitpos:taken', () => { window.taken = (window.taken || 0) + 1; });"


@dataclass
class Live:
    """A page of a signed-in member, and how to make the next order."""

    page: Page
    url: str
    orders: str
    errors: list[str]

    def order(self, number: int) -> None:
        a_ticket(self.kitchen.restaurant.location, self.kitchen.item, number)  # type: ignore[attr-defined]


@pytest.fixture
def live(chromium: Browser, live_server: object, client: Client) -> Iterator[Live]:
    kitchen = open_kitchen(client)
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": str(live_server)}])
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if "Content Security" in said.text else None)
    slug = kitchen.restaurant.tenant.slug
    shown = Live(
        page,
        f"{live_server}{kitchen.url('board', 'bangsar')}",
        f"{live_server}/{slug}/dashboard/orders/",
        errors,
    )
    shown.kitchen = kitchen  # type: ignore[attr-defined]
    yield shown
    context.close()


@pytest.mark.parametrize("missing", MISSING)
def test_the_board_lives_without_what_a_browser_lacks(live: Live, missing: str) -> None:
    live.page.add_init_script(MISSING[missing])
    live.page.goto(live.url)
    live.order(7)
    expect(live.page.locator("#placed .number")).to_have_text(["7"], timeout=60_000)
    expect(live.page.locator("#not-live")).to_be_hidden()
    assert live.errors == []


def test_a_board_without_its_script_says_that_it_is_not_live_and_loads_itself(live: Live) -> None:
    page = live.page
    page.clock.install()
    page.route("**/board*.js", lambda route: route.abort())
    page.goto(live.url)
    expect(page.locator("#board")).to_contain_text("No orders to cook")
    # Real time goes on beside it.
    page.clock.run_for(8_000)
    expect(page.locator("#not-live")).to_be_hidden()
    page.clock.run_for(8_000)
    expect(page.locator("#not-live")).to_contain_text("Not live since")
    live.order(8)
    page.clock.run_for(6_000)
    expect(page.locator("#placed .number")).to_have_text(["8"])
    assert live.errors == []


def test_a_board_whose_server_is_gone_says_since_when_and_keeps_what_it_showed(live: Live) -> None:
    page = live.page
    live.order(9)
    page.clock.install()
    page.goto(live.url)
    page.context.set_offline(True)
    page.clock.run_for(40_000)
    # The board's own script may be the first to say it; then the watchdog is quiet.
    said = page.get_by_role("alert").filter(has_text=re.compile("Not live since|No connection since"))
    expect(said.first).to_be_visible()
    expect(page.locator("#placed .number")).to_have_text(["9"])
    page.context.set_offline(False)
    page.clock.run_for(20_000)
    expect(page.locator("#not-live")).to_be_hidden()
    assert live.errors == []
