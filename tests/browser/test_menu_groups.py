"""Choices, bulk prices, preview and print in a browser: by keyboard, without script, with axe at both widths."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from duitpos.domain.menus.edit.group_rules import ChoiceEdit, GroupEdit
from duitpos.domain.menus.edit.groups import create_group, set_items
from duitpos.models import MenuItem, MenuSection, Modifier, ModifierGroup, Tenant
from tests.support.restaurant import PASSWORD, Restaurant, a_location, a_restaurant, an_item

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LONG = "Sambal sotong pedas istimewa warisan keluarga \u52a0\u8fa3\u53c2\u5df4 \u0b9a\u0bae\u0bcd\u0baa\u0bb2\u0bcd"
SCREENS = {"a phone at night": (390, "dark"), "a desk by day": (1280, "light")}


@pytest.fixture
def kopi() -> Restaurant:
    """A restaurant with long names, a breakfast, and a group that dishes have."""
    kopi = a_restaurant("kopi", service_charge_bp=1000, tax_bp=600)
    tenant = kopi.tenant
    a_location(tenant, "bukit-bintang-cawangan-utama")
    food = MenuSection.objects.create(tenant=tenant, name=LONG, served_from=time(7), served_until=time(11))
    item = an_item(
        tenant, f"{LONG} 1", 1590, section=food, marks=["halal"], allergens=["egg"], description=LONG
    )
    an_item(tenant, "Kopi O", 20, marks=["halal"])
    choices = (ChoiceEdit(name="Fresh", is_default=True), ChoiceEdit(name=LONG, price_delta_minor=150))
    group = create_group(kopi.owner, GroupEdit(name="Milk", min_choices=1, choices=choices))
    set_items(kopi.owner, group.id, attach=frozenset({item.id}))
    return kopi


@pytest.fixture
def context(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    context = chromium.new_context(java_script_enabled=getattr(request, "param", True))
    yield context
    context.close()


@pytest.fixture
def page(kopi: Restaurant, live_server: LiveServer, context: BrowserContext) -> Page:
    """The owner is signed in."""
    page = context.new_page()
    page.goto(f"{live_server.url}/accounts/login/")
    page.get_by_label("E-mail").fill(kopi.owner.user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/dashboard/")
    return page


def menu_url(live_server: LiveServer) -> str:
    return f"{live_server.url}/kopi/dashboard/menu"


def names(tenant: Tenant, group: str) -> list[str]:
    """The names of the group's choices, in their order."""
    found = ModifierGroup.objects.get(tenant=tenant, name=group)
    rows = Modifier.objects.filter(tenant=tenant, group_id=found.id).order_by("position")
    return list(rows.values_list("name", flat=True))


@pytest.mark.parametrize("screen", SCREENS)
def test_every_page_is_accessible_and_fits(
    kopi: Restaurant, live_server: LiveServer, page: Page, screen: str
) -> None:
    width, scheme = SCREENS[screen]
    page.set_viewport_size({"width": width, "height": 844})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    menu = menu_url(live_server)
    group = ModifierGroup.objects.get(tenant=kopi.tenant)
    wrong = []
    for address in (
        f"{menu}/groups/",
        f"{menu}/groups/?q=nothing",
        f"{menu}/groups/add/",
        f"{menu}/groups/{group.id}/",
        f"{menu}/groups/{group.id}/dishes/",
        f"{menu}/groups/{group.id}/delete/",
        f"{menu}/prices/",
        f"{menu}/prices/?target=all:MYR&direction=down&by=0.20&way=amount&step=1",
        f"{menu}/prices/?target=all:MYR&direction=down&by=5&way=amount&step=1",
        f"{menu}/prices/?target=all:MYR&direction=down&by=x&way=amount&step=1",
        f"{menu}/preview/?location=bangsar&language=ms&clock=08:00",
        f"{menu}/print/",
        f"{live_server.url}/kopi/menu/print/",
        f"{live_server.url}/kopi/menu/print/?size=large&language=zh-hans",
        f"{live_server.url}/kopi/menu/preview/",
    ):
        page.goto(address)
        # The guest's page runs no script, not even axe's; tests of the guest's pages check it.
        if "/kopi/menu/preview/" not in address:
            found = Axe().run(page).response
            assert found["passes"], address
            wrong += [f"{address}: {one['id']} {one['nodes'][0]['target']}" for one in found["violations"]]
        too_wide = page.evaluate("document.documentElement.scrollWidth") - width
        if too_wide > 0:
            wrong.append(f"{address}: {too_wide} px too wide")
    assert wrong == []


def test_a_group_is_typed_by_keyboard_only(kopi: Restaurant, live_server: LiveServer, page: Page) -> None:
    page.goto(f"{menu_url(live_server)}/groups/add/")
    page.get_by_label("Name", exact=True).focus()
    page.keyboard.type("Size")
    page.get_by_label("Choice", exact=True).nth(0).focus()
    for name, price in (("Small", ""), ("Large", "2.50")):
        page.keyboard.type(name)
        page.keyboard.press("Tab")
        page.keyboard.type(price)
        # Two boxes, two buttons and the other languages are between two rows.
        for _ in range(6):
            page.keyboard.press("Tab")
    expect(page.get_by_label("Choice", exact=True).nth(2)).to_be_focused()
    up = page.get_by_role("button", name="Move choice 2 up")
    up.focus()
    page.keyboard.press("Enter")
    expect(up).to_be_focused()
    expect(page.locator("#moved")).to_have_text("Large is now 1 of 4.")
    page.get_by_label("Name", exact=True).focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/dishes/")
    page.get_by_label("Kopi O").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Save").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert names(kopi.tenant, "Size") == ["Large", "Small"]
    group = ModifierGroup.objects.get(tenant=kopi.tenant, name="Size")
    assert MenuItem.objects.filter(tenant=kopi.tenant, item_groups__group=group).count() == 1


def test_choices_are_dragged(kopi: Restaurant, live_server: LiveServer, page: Page) -> None:
    page.goto(f"{menu_url(live_server)}/groups/")
    page.get_by_role("link", name="Milk").click()
    grips = page.locator(".choice-row .grip")
    grips.nth(1).drag_to(grips.nth(0))
    expect(page.get_by_label("Choice", exact=True).nth(0)).to_have_value(LONG)
    expect(page.locator("#moved")).to_have_text(f"{LONG} is now 1 of 2.")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("“Milk” saved.")).to_be_visible()
    assert names(kopi.tenant, "Milk") == [LONG, "Fresh"]


@pytest.mark.parametrize("context", [False], indirect=True)
def test_everything_works_without_script(kopi: Restaurant, live_server: LiveServer, page: Page) -> None:
    page.goto(f"{menu_url(live_server)}/groups/")
    page.get_by_role("link", name="Milk").click()
    page.get_by_role("button", name="Move choice 2 up").click()
    expect(page.get_by_label("Choice", exact=True).nth(0)).to_have_value(LONG)
    page.get_by_role("button", name="More rows").click()
    expect(page.get_by_label("Choice", exact=True).nth(2)).to_be_focused()
    page.get_by_label("Choice", exact=True).nth(2).fill("Soy")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("“Milk” saved.")).to_be_visible()
    assert names(kopi.tenant, "Milk") == [LONG, "Fresh", "Soy"]
    page.goto(f"{menu_url(live_server)}/prices/")
    page.get_by_label("By", exact=True).fill("10")
    page.get_by_role("button", name="Show the new prices").click()
    page.get_by_role("button", name="Change 2 prices").click()
    expect(page.get_by_text("2 prices changed.")).to_be_visible()
    assert set(MenuItem.objects.filter(tenant=kopi.tenant).values_list("price_minor", flat=True)) == {
        1749,
        22,
    }


def test_the_preview_shows_the_guests_page_at_a_time_and_sends_nothing(
    kopi: Restaurant, live_server: LiveServer, page: Page
) -> None:
    blocked: list[str] = []
    page.on("request", lambda request: blocked.append(request.url) if request.method == "POST" else None)
    for clock, is_served in (("08:00", True), ("15:00", False)):
        page.goto(f"{menu_url(live_server)}/preview/?location=bangsar&language=ms&clock={clock}")
        frame = page.frame_locator("iframe")
        expect(frame.get_by_text("Tiada apa-apa boleh dipesan di sini")).to_be_visible()
        expect(frame.get_by_text("Mengandungi").first).to_be_visible()
        expect(frame.locator(".sold-out")).to_have_count(0 if is_served else 1)
    # Even a form that is sent on purpose goes nowhere.
    page.goto(f"{live_server.url}/kopi/menu/preview/?location=bangsar")
    page.locator("form#menu").evaluate("form => form.submit()")
    page.wait_for_timeout(500)
    assert blocked == []
    assert page.url.endswith("/menu/preview/?location=bangsar")


def test_the_printed_menu_has_pages_of_paper(kopi: Restaurant, live_server: LiveServer, page: Page) -> None:
    page.goto(f"{menu_url(live_server)}/print/")
    page.get_by_label("Letters").select_option("large")
    page.get_by_role("button", name="Show the page to print").click()
    expect(page.get_by_role("button", name="Print")).to_be_visible()
    size = page.locator("main").evaluate("one => parseFloat(getComputedStyle(one).fontSize)")
    assert size >= 24, "18 points are 24 px"
    page.emulate_media(media="print", color_scheme="dark")
    expect(page.get_by_role("button", name="Print")).to_be_hidden()
    colours = page.locator("body").evaluate(
        "one => [getComputedStyle(one).color, getComputedStyle(one).backgroundColor]"
    )
    assert colours == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")
