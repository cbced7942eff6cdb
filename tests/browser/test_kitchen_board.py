"""The board in a real browser: keys, undo, new orders and a lost connection."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from duitpos.models import Location, MenuItem, Order
from tests.kitchen.factories import open_kitchen
from tests.kitchen.tickets import a_ticket

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@dataclass
class Tablet:
    """The browser that shows the kitchen's board."""

    context: BrowserContext
    page: Page
    site: Location
    item: MenuItem
    errors: list[str]

    def numbers(self, column: str) -> list[str]:
        return self.page.locator(f"#{column} .number").all_inner_texts()

    def move_behind(self, order: Order, status: str) -> None:
        """Move an order as another cook at another board does."""
        Order.objects.filter(tenant_id=order.tenant_id, id=order.id).update(status=status)


@pytest.fixture
def tablet(chromium: Browser, live_server: object, client: Client) -> Iterator[Tablet]:
    kitchen = open_kitchen(client)
    site = kitchen.restaurant.location
    a_ticket(site, kitchen.item, 11, minutes=12)
    a_ticket(site, kitchen.item, 12, minutes=1)
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": str(live_server)}])
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if "Content Security" in said.text else None)
    page.goto(f"{live_server}{kitchen.url('board', 'bangsar')}")
    yield Tablet(context, page, site, kitchen.item, errors)
    context.close()
    assert errors == []


def test_a_ticket_goes_through_the_kitchen_by_keys_alone(tablet: Tablet) -> None:
    page = tablet.page
    assert tablet.numbers("placed") == ["11", "12"]
    expect(page.get_by_text("U undoes")).to_be_visible()
    page.keyboard.type("12")
    expect(page.locator("[data-label='12'] .bump")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#preparing .number")).to_have_text(["12"])
    expect(page.locator("#undo")).to_contain_text("12 is being prepared")
    expect(page.locator("#undo button")).to_contain_text("Undo (U)")
    page.keyboard.press("U")
    expect(page.locator("#placed .number")).to_have_text(["11", "12"])
    expect(page.locator("#undo button")).to_have_count(0)
    for column in ("preparing", "ready"):
        page.keyboard.type("11")
        expect(page.locator("[data-label='11'] .bump")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator(f"#{column} .number")).to_have_text(["11"])
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#placed .bump")).to_be_focused()


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_a_key_that_is_held_down_moves_one_ticket(tablet: Tablet, key: str) -> None:
    page = tablet.page
    page.keyboard.type("11")
    expect(page.locator("[data-label='11'] .bump")).to_be_focused()
    # Pressing a key again without releasing it is an automatic repeat for the browser.
    for _ in range(8):
        page.keyboard.down(key)
        page.wait_for_timeout(60)
    page.keyboard.up(key)
    expect(page.locator("#preparing .number")).to_have_text(["11"])
    assert tablet.numbers("placed") == ["12"]


def test_a_second_press_waits_for_the_first(tablet: Tablet) -> None:
    page = tablet.page
    held: list[Route] = []
    page.route("**/move/", lambda route: held.append(route))
    page.locator("[data-label='11'] .bump").click()
    page.locator("[data-label='12'] .bump").click()
    page.wait_for_timeout(100)
    assert len(held) == 1
    held[0].continue_()
    expect(page.locator("#preparing .number")).to_have_text(["11"])
    assert tablet.numbers("placed") == ["12"]
    # It slid under the finger just now; after a moment it can be pressed.
    expect(page.locator("body.is-settling")).to_have_count(0)
    page.locator("[data-label='12'] .bump").click()
    page.wait_for_timeout(100)
    assert len(held) == 2
    held[1].continue_()
    expect(page.locator("#preparing .number")).to_have_text(["11", "12"])


def test_new_orders_appear_without_reload_and_keep_the_focus(tablet: Tablet) -> None:
    page = tablet.page
    page.locator("[data-label='12'] .bump").focus()
    a_ticket(tablet.site, tablet.item, 10, minutes=30)
    expect(page.locator("#placed .number")).to_have_text(["10", "11", "12"], timeout=60_000)
    expect(page.locator("[data-label='12'] .bump")).to_be_focused()
    expect(page.locator("[data-label='10'] time b")).to_have_text("30")


def test_a_press_on_a_moved_ticket_explains_it_and_shows_the_new_board(tablet: Tablet) -> None:
    page = tablet.page
    tablet.move_behind(Order.objects.get(tenant_id=tablet.site.tenant_id, number=12), "ready")
    page.locator("[data-label='12'] .bump").click()
    expect(page.locator(".notice")).to_contain_text("has been moved meanwhile")
    expect(page.locator("#ready .number")).to_have_text(["12"])


def test_without_a_connection_it_shows_a_notice_and_keeps_the_last_board(tablet: Tablet) -> None:
    page = tablet.page
    tablet.context.set_offline(True)
    page.locator("[data-label='12'] .bump").click()
    expect(page.locator(".notice")).to_contain_text("Not saved")
    expect(page.locator(".notice")).to_contain_text("No connection since", timeout=60_000)
    assert tablet.numbers("placed") == ["11", "12"]
    tablet.context.set_offline(False)
    expect(page.locator(".notice")).to_be_hidden(timeout=60_000)


def test_it_is_silent_until_a_cook_chooses_a_sound(tablet: Tablet) -> None:
    page = tablet.page
    choice = page.locator(".sound select")
    expect(choice).to_have_value("")
    choice.select_option("knock")
    page.reload()
    expect(choice).to_have_value("knock")
    expect(page.locator(".hush")).to_be_visible()
    page.mouse.click(640, 780)
    expect(page.locator(".hush")).to_be_hidden()


def test_a_cooks_choice_of_light_or_dark_is_stored(tablet: Tablet) -> None:
    page = tablet.page
    page.get_by_role("button", name="Light or dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.get_by_role("link", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign out?")).to_be_visible()
