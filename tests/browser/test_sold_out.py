"""Sold out, pause and guests' calls in a real browser: on the kitchen's tablet and on the guest's phone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect

from duitpos.domain.menus.eighty_six import Stocked, sold_out
from duitpos.domain.staff_actions.pause import pause
from duitpos.domain.tables.calls import call
from duitpos.models import Location, MenuItem, Table, Tenant
from tests.kitchen.factories import Kitchen, open_kitchen, sign_in
from tests.kitchen.tickets import a_ticket
from tests.support.restaurant import a_group, a_location, a_table, an_item

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LONG = "Nasi kandar istimewa ayam goreng berempah 招牌海南鸡饭配特制姜蓉辣椒酱 தோசை மற்றும் சாம்பார்"


@dataclass
class Place:
    """A restaurant with a tablet in its kitchen. `complaints` are what the browsers' consoles said."""

    kitchen: Kitchen
    table: Table
    base: str
    browser: Browser
    cookie: dict[str, str]
    opened: list[BrowserContext] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    @property
    def tenant(self) -> Tenant:
        return self.kitchen.restaurant.tenant

    @property
    def site(self) -> Location:
        return self.kitchen.restaurant.location

    @property
    def item(self) -> MenuItem:
        return self.kitchen.item

    def page(self, path: str, *, staff: bool = True, width: int = 390, script: bool = True) -> Page:
        """A new browser with this page."""
        context = self.browser.new_context(
            viewport={"width": width, "height": 800}, java_script_enabled=script, reduced_motion="reduce"
        )
        self.opened.append(context)
        if staff:
            context.add_cookies([self.cookie])  # type: ignore[list-item]
        page = context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on(
            "console",
            lambda said: self.complaints.append(said.text) if "Content Security" in said.text else None,
        )
        page.goto(self.base + path)
        return page

    def board(self, **how: bool) -> Page:
        return self.page(self.kitchen.url("board", "bangsar"), width=1280, **how)

    def phone(self, path: str = "", **how: bool) -> Page:
        return self.page(f"/{self.tenant.slug}/t/{self.table.token}/{path}", staff=False, **how)


@pytest.fixture
def place(chromium: Browser, live_server: object, client: Client) -> Iterator[Place]:
    kitchen = open_kitchen(client)
    sign_in(client, kitchen.restaurant.owner)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    table = a_table(kitchen.restaurant.location, "Garden 3")
    place = Place(
        kitchen,
        table,
        str(live_server),
        chromium,
        {"name": cookie.key, "value": cookie.value, "url": str(live_server)},
    )
    yield place
    for context in place.opened:
        context.close()
    assert place.complaints == []


@pytest.mark.parametrize("script", [True, False])
def test_two_taps_from_a_ticket_and_an_open_phone_gets_another_menu(place: Place, script: bool) -> None:
    a_ticket(place.site, place.item, 11)
    phone = place.phone()
    known = phone.request.get(phone.url).headers["etag"]
    board = place.board(script=script)
    board.get_by_role("link", name="Sold out? Roti canai").click()
    board.get_by_role("button", name="1 hour Roti canai is sold out").click()
    expect(board.get_by_role("status")).to_contain_text("Roti canai is sold out until")
    again = phone.request.get(phone.url, headers={"If-None-Match": known})
    assert (again.status, "Sold out" in again.text()) == (200, True)
    phone.reload()
    expect(phone.locator(".item.sold-out")).to_have_count(1)
    board.get_by_role("link", name="All dishes").click()
    board.get_by_role("button", name="Back in stock Roti canai").first.click()
    expect(board.get_by_role("heading", name="Sold out now")).to_have_count(0)


def test_from_the_bar_by_searching_and_by_keyboard_alone(place: Place) -> None:
    a_group(an_item(place.tenant, "Teh tarik"), ("Ice", 0))
    page = place.page(place.kitchen.url("sold_out", "bangsar"))
    page.get_by_role("searchbox").focus()
    page.keyboard.type("teh")
    page.keyboard.press("Enter")
    expect(page.locator(".stock-row")).to_have_count(1)
    page.locator(".stock-row summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Until I change it Teh tarik is sold out")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Teh tarik is sold out until somebody brings it back.")
    expect(page.get_by_role("searchbox")).to_have_value("teh")
    # Enter in the number's field sets the number.
    page.locator(".stock-row summary").click()
    page.get_by_label("Only so many left").fill("4")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Teh tarik: 4 left")


def test_orders_are_paused_in_two_taps_and_every_board_says_so(place: Place) -> None:
    other = place.board()
    board = place.board()
    board.get_by_role("link", name="Pause orders").click()
    board.get_by_label("What guests read meanwhile").fill("Back at eight")
    board.get_by_role("button", name="30 min").click()
    expect(board.get_by_role("heading", name="Orders are paused until")).to_be_visible()
    expect(other.locator(".paused")).to_contain_text("Guests read: “Back at eight”")
    other.get_by_role("button", name="Take orders again").click()
    expect(other.locator(".paused")).to_have_count(0)
    board.get_by_role("link", name="Board").click()
    expect(board.locator(".paused")).to_have_count(0)


def test_a_call_from_a_phone_is_on_the_board_and_the_phone_says_that_somebody_comes(place: Place) -> None:
    board = place.board()
    phone = place.phone("call/")
    phone.get_by_role("button", name="Ask for the bill").click()
    expect(phone.locator("#calls")).to_contain_text("You asked for the bill.")
    shown = board.locator(".call")
    expect(shown).to_contain_text("Garden 3")
    expect(shown).to_contain_text("asks for the bill")
    board.get_by_role("button", name="On my way Garden 3").click()
    expect(board.locator(".call")).to_have_count(0)
    expect(phone.locator("#calls")).to_contain_text("Somebody is on the way with the bill.")


def test_without_script_a_phone_calls_and_reads_the_answer(place: Place) -> None:
    phone = place.phone("call/", script=False)
    phone.get_by_role("button", name="Call staff").click()
    expect(phone.locator("#calls")).to_contain_text("Staff have been called.")
    board = place.board(script=False)
    board.get_by_role("button", name="On my way Garden 3").click()
    expect(board.locator(".call")).to_have_count(0)
    phone.reload()
    expect(phone.locator("#calls")).to_contain_text("Somebody is on the way.")


@pytest.mark.parametrize("width, scheme", [(390, "dark"), (1280, "light")])
def test_every_page_passes_axe_and_fits(place: Place, width: int, scheme: str) -> None:
    owner, dish = place.kitchen.restaurant.owner, an_item(place.tenant, LONG, 900)
    a_group(dish, ("加蛋", 200))
    a_location(place.tenant, "ipoh")
    sold_out(owner, place.site, Stocked.ITEM, dish.id, "2h")
    order = a_ticket(place.site, dish, 11, table=place.table)
    call(place.tenant, place.table, "staff", "phone-of-a-guest")
    pause(owner, place.site, "30m", LONG, seen=None)
    board, dashboard = place.kitchen.url("board", "bangsar"), f"/{place.tenant.slug}/dashboard"
    guest = f"/{place.tenant.slug}/t/{place.table.token}"
    page = place.page(board, width=width)
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    wrong: list[str] = []
    for path in (
        board,
        f"{board}sold-out/?pause=1",
        f"{board}sold-out/?item={dish.id}",
        f"{dashboard}/sold-out/",
        f"{dashboard}/locations/bangsar/service/",
        f"{dashboard}/orders/",
        f"{dashboard}/orders/{order.id}/",
        f"{guest}/call/",
        f"{guest}/orders/",
        f"/{place.tenant.slug}/o/{order.token}/",
    ):
        page.goto(place.base + path)
        for closed in page.locator("details.line-stock summary").all():
            closed.click()
        found = Axe().run(page).response
        assert found["passes"], path
        wrong += [
            f"{path}: {one['id']} {[node['target'] for node in one['nodes']]}" for one in found["violations"]
        ]
        too_wide = page.evaluate("document.documentElement.scrollWidth") - width
        if too_wide > 0:
            wrong.append(f"{path}: {too_wide} px too wide")
    assert wrong == []
