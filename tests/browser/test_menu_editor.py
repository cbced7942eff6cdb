"""The menu editor in a browser: a menu typed with the keyboard only, dragging, buttons, editing in place, axe."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from duitpos.domain.menus.edit.items import ItemDraft, add_item, edit_item
from duitpos.domain.menus.edit.order import live_items, live_sections
from duitpos.domain.menus.edit.sections import add_section
from duitpos.models import MenuItem, MenuSection
from tests.support.restaurant import PASSWORD, Restaurant, a_location, a_restaurant

pytestmark = pytest.mark.browser

LONG = (
    "Nasi lemak bungkus dengan sambal ikan bilis"
    " \u6930\u6d46\u996d\u914d\u53c2\u5df4 \u0ba4\u0bc7\u0b99\u0bcd\u0b95\u0bbe\u0baf\u0bcd"
)


@pytest.fixture
def kopi(live_server: LiveServer) -> Restaurant:
    return a_restaurant()


@pytest.fixture
def page(kopi: Restaurant, live_server: LiveServer, chromium: Browser) -> Iterator[Page]:
    """The owner is signed in."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{live_server.url}/accounts/login/")
    page.get_by_label("E-mail").fill(kopi.owner.user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/dashboard/")
    yield page
    context.close()


@pytest.fixture
def drinks(kopi: Restaurant) -> MenuSection:
    """A section with three dishes."""
    section = add_section(kopi.owner, "Drinks")
    for name in ("Teh", "Kopi", "Air"):
        add_item(kopi.owner, section.id, name, 200, "MYR")
    return section


def menu_url(live_server: LiveServer) -> str:
    return f"{live_server.url}/kopi/dashboard/menu/"


def stored(kopi: Restaurant, section_id: UUID) -> list[str]:
    return [row.name for row in live_items(kopi.tenant.id, section_id)]


def shown(page: Page) -> list[str]:
    return [text.strip() for text in page.locator(".dish a.row").all_text_contents()]


def link_to(page: Page, name: str) -> Locator:
    return page.locator(".dish").get_by_role("link", name=name, exact=True)


def settled(page: Page) -> None:
    """Wait until htmx has prepared what it put into the page. A key pressed before that follows the plain link."""
    busy = ".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added"
    page.wait_for_function("busy => !document.querySelector(busy)", arg=busy)


def tab_to(page: Page, name: str) -> None:
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == name:
            return
    raise AssertionError(f"the keyboard does not reach {name}")


def test_a_menu_is_typed_with_the_keyboard_only(
    kopi: Restaurant, live_server: LiveServer, page: Page
) -> None:
    page.goto(menu_url(live_server))
    tab_to(page, "section")
    page.keyboard.type("Drinks")
    page.keyboard.press("Enter")
    dishes = (("Teh tarik", "2.50"), ("Kopi O", "RM 1,80"), ("Air suam", "0"))
    for count, (name, price) in enumerate(dishes):
        # The focus is in the row for the next dish.
        expect(page.locator(".dish")).to_have_count(count)
        expect(page.get_by_label("Name of the new dish")).to_be_focused()
        page.keyboard.type(name)
        page.keyboard.press("Tab")
        page.keyboard.type(price)
        page.keyboard.press("Enter")
    expect(page.locator(".dish")).to_have_count(3)
    rows = MenuItem.objects.filter(tenant=kopi.tenant).order_by("position")
    assert [(row.name, row.price_minor) for row in rows] == [
        ("Teh tarik", 250),
        ("Kopi O", 180),
        ("Air suam", 0),
    ]
    # A price that cannot be read: what was typed stays, and the focus is on what to change.
    expect(page.get_by_label("Name of the new dish")).to_be_focused()
    page.keyboard.type("Milo")
    page.keyboard.press("Tab")
    page.keyboard.type("two")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Write the price as a number")).to_be_visible()
    expect(page.get_by_label("Price", exact=True)).to_be_focused()
    assert page.get_by_label("Name of the new dish").input_value() == "Milo"


def test_a_second_press_right_after_the_list_came_back_counts(
    kopi: Restaurant, live_server: LiveServer, page: Page, drinks: MenuSection
) -> None:
    page.goto(menu_url(live_server))
    assert stored(kopi, drinks.id) == ["Teh", "Kopi", "Air"]
    button = page.get_by_role("button", name="Move Air up")
    # At this moment htmx has not prepared the new list's buttons.
    again = "id => document.addEventListener('htmx:afterSwap', () => document.getElementById(id).click(), {once: true})"
    page.evaluate(again, button.get_attribute("id"))
    button.click()
    expect(page.locator(".dish a.row")).to_have_text(["Air", "Teh", "Kopi"])
    assert stored(kopi, drinks.id) == ["Air", "Teh", "Kopi"]


def test_dishes_are_dragged_and_moved_by_buttons(
    kopi: Restaurant, live_server: LiveServer, page: Page, drinks: MenuSection
) -> None:
    food = add_section(kopi.owner, "Food")
    page.goto(menu_url(live_server))
    ids = {row.name: row.id for row in MenuItem.objects.filter(tenant=kopi.tenant)}
    grip = "#item-{} .grip"
    page.locator(grip.format(ids["Air"])).drag_to(page.locator(grip.format(ids["Teh"])))
    expect(page.locator("#menu-said")).to_contain_text("Air moved. The new order is saved.")
    assert stored(kopi, drinks.id) == shown(page) == ["Air", "Teh", "Kopi"]
    # By the keyboard, twice: the focus stays on the button.
    button = page.get_by_role("button", name="Move Kopi up")
    button.focus()
    for order in (["Air", "Kopi", "Teh"], ["Kopi", "Air", "Teh"]):
        page.keyboard.press("Enter")
        expect(page.locator(".dish a.row")).to_have_text(order)
        expect(button).to_be_focused()
    expect(page.locator("#menu-said")).to_contain_text("Kopi is in place 1 now.")
    assert stored(kopi, drinks.id) == ["Kopi", "Air", "Teh"]
    # To another section, by its row for a new dish, and a whole section.
    page.locator(grip.format(ids["Air"])).drag_to(page.locator(f"#add-{food.id}"))
    expect(page.locator("#menu-said")).to_contain_text("Air moved.")
    expect(page.locator(f"#section-{food.id} .dish")).to_have_count(1)
    assert stored(kopi, food.id) == ["Air"]
    page.get_by_role("button", name="Move Food up").click()
    expect(page.locator(".menu-section h2")).to_have_text(["Food", "Drinks"])
    section_grip = "#section-{} .section-head .grip"
    page.locator(section_grip.format(drinks.id)).drag_to(page.locator(section_grip.format(food.id)))
    expect(page.locator("#menu-said")).to_contain_text("The new order of the sections is saved.")
    assert [row.name for row in live_sections(kopi.tenant.id)] == ["Drinks", "Food"]


def test_a_dish_is_edited_in_its_place(
    kopi: Restaurant, live_server: LiveServer, page: Page, drinks: MenuSection
) -> None:
    food = add_section(kopi.owner, "Food")
    page.goto(menu_url(live_server))
    link_to(page, "Kopi").click()
    settled(page)
    form = page.get_by_role("form", name="Edit Kopi")
    form.get_by_label("Price", exact=True).fill("3,20")
    # Another change would lose what was typed, so it is not made.
    page.get_by_role("button", name="Move Air up").click()
    expect(page.locator("#menu-said")).to_contain_text("Save or cancel the dish")
    assert stored(kopi, drinks.id) == ["Teh", "Kopi", "Air"]
    # Meanwhile somebody else saves another price.
    item = MenuItem.objects.get(tenant=kopi.tenant, name="Kopi")
    edit_item(kopi.owner, item.id, item.version, ItemDraft(drinks.id, "Kopi", 300, "MYR"))
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_text("Somebody changed this to")).to_contain_text("3.00")
    assert form.get_by_label("Price", exact=True).input_value() == "3,20"
    form.get_by_role("button", name="Save mine over it").click()
    link = link_to(page, "Kopi")
    expect(link).to_be_focused()
    assert MenuItem.objects.get(tenant=kopi.tenant, id=item.id).price_minor == 320
    expect(page.locator(f"#item-{item.id} .amount")).to_contain_text("3.20")
    # Stock, then cancel by the keyboard.
    settled(page)
    link.press("Enter")
    settled(page)
    page.get_by_label("Bangsar", exact=True).select_option("out_of_stock")
    page.get_by_role("button", name="Set the stock at Bangsar").click()
    expect(page.locator(f"#item-{item.id}")).to_contain_text("Sold out")
    settled(page)
    link_to(page, "Kopi").press("Enter")
    settled(page)
    page.get_by_role("link", name="Cancel").press("Enter")
    expect(link_to(page, "Kopi")).to_be_focused()
    # Into another section: the list is loaded again, without a question about what is not saved.
    settled(page)
    link_to(page, "Kopi").press("Enter")
    settled(page)
    page.get_by_role("form", name="Edit Kopi").get_by_label("Section").select_option("Food")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(f"#section-{food.id} .dish")).to_contain_text("Kopi")
    # Archive it.
    settled(page)
    link_to(page, "Kopi").press("Enter")
    settled(page)
    page.get_by_role("button", name="Archive").click()
    expect(page.locator("#menu-said")).to_contain_text("Kopi is off the menu.")
    assert stored(kopi, drinks.id) == ["Teh", "Air"]


def test_without_a_connection_what_was_typed_stays(
    live_server: LiveServer, page: Page, drinks: MenuSection
) -> None:
    page.goto(menu_url(live_server))
    name, price = page.get_by_label("Name of the new dish"), page.get_by_label("Price", exact=True)
    name.fill("Milo")
    price.fill("3")
    page.context.set_offline(True)
    price.press("Enter")
    expect(page.locator("#menu-said")).to_contain_text("That was not saved.")
    assert name.input_value() == "Milo"
    page.context.set_offline(False)
    price.press("Enter")
    expect(page.get_by_role("link", name="Milo")).to_be_visible()


@pytest.mark.parametrize("width, scheme", [(390, "light"), (390, "dark"), (1280, "light"), (1280, "dark")])
def test_every_page_of_it_passes_axe_and_fits(
    kopi: Restaurant, live_server: LiveServer, page: Page, drinks: MenuSection, width: int, scheme: str
) -> None:
    a_location(kopi.tenant, "bukit-bintang-cawangan-utama")
    item = add_item(kopi.owner, drinks.id, LONG, 12345678, "MYR")
    draft = ItemDraft(
        drinks.id, LONG, 12345678, "MYR", description=LONG * 3, marks=["halal"], allergens=["egg"]
    )
    edit_item(kopi.owner, item.id, 1, draft)
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    url = menu_url(live_server)
    wrong: list[str] = []

    def check(what: str) -> None:
        found = Axe().run(page).response
        assert found["passes"], what
        wrong.extend(
            f"{what}: {one['id']} {[node['target'] for node in one['nodes']]}" for one in found["violations"]
        )
        too_wide = page.evaluate("document.documentElement.scrollWidth") - width
        if too_wide > 0:
            wrong.append(f"{what}: {too_wide} px too wide")

    pages = ("", "?show=archived", "?q=x", f"sections/{drinks.id}/", f"sections/{drinks.id}/archive/")
    for path in (*pages, f"items/{item.id}/"):
        page.goto(url + path)
        check(path)
    page.goto(url)
    page.get_by_role("link", name=LONG[:20]).first.click()
    for summary in page.locator("details.block summary").all():
        summary.click()
    check("in place")
    page.get_by_label("Price", exact=True).first.fill("x")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".error")).to_be_visible()
    check("with an error")
    assert wrong == []


def test_a_copy_opens_with_its_name_selected(
    kopi: Restaurant, drinks: MenuSection, live_server: LiveServer, page: Page
) -> None:
    page.goto(menu_url(live_server))
    link_to(page, "Teh").click()
    page.get_by_role("button", name="Duplicate").click()
    page.wait_for_url("**/items/**")
    expect(page.get_by_label("Name", exact=True)).to_have_value("Teh (copy)")
    page.keyboard.type("Teh ais")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Teh ais saved.")).to_be_visible()
    assert stored(kopi, drinks.id) == ["Teh", "Teh ais", "Kopi", "Air"]
