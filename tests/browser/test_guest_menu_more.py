"""The guest's menu on an open phone: one-tap add, search, filter, the running total, and changes while it is open."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from datetime import time, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Locator, Page, expect

from duitpos.domain.menus.changed import menu_changed
from duitpos.domain.menus.eighty_six import set_stock
from duitpos.domain.orders.cart import Cart, CartLine
from duitpos.domain.orders.quote import quote
from duitpos.domain.tenancy.location_stamp import location_changed
from duitpos.guest import table_page
from duitpos.kit.clock import now
from duitpos.models import Location, MenuItem, MenuSection, ModifierStock, PaymentType
from tests.browser.guest_checks import axe_finds, small_targets, too_wide
from tests.browser.guest_menus import a_photo, many_dishes, serve_photos
from tests.browser.guest_phone import GuestPhone, guest_phone
from tests.support.restaurant import a_group, an_item
from tests.support.shop import Shop

pytestmark = pytest.mark.browser

CHINESE = "海南雞飯配自製辣椒醬與薑蓉以及清湯一碗附送時令蔬菜"
TAMIL = "கோழி பிரியாணி மசாலா தோசை சாம்பார் வடை இட்லி பொங்கல் உப்புமா ஊத்தப்பம் " * 3
MORE = Path(settings.PACKAGE) / "guest" / "static" / "guest" / "menu_more.js"


@pytest.fixture
def phone(shop: Shop, chromium: Browser) -> Iterator[GuestPhone]:
    with guest_phone(chromium, shop) as phone:
        yield phone
        assert phone.complaints == []


def row(page: Page, name: str) -> Locator:
    return page.locator("li.item", has_text=name)


def scan(phone: GuestPhone) -> Page:
    """Open the menu, with everything that its script loads later."""
    with phone.page.expect_response("**/menu_more.js"):
        phone.scan()
    # It sets the first status as soon as it runs.
    phone.page.wait_for_load_state("networkidle")
    return phone.page


def stock(shop: Shop, item: MenuItem, status: str, left: int | None = None) -> None:
    set_stock(shop.restaurant.owner, shop.restaurant.location, item.id, status, left)


# --- one tap ------------------------------------------------------------------------------------------------


def test_one_tap_adds_a_dish_and_minus_takes_it_out(phone: GuestPhone) -> None:
    page = scan(phone)
    phone.requests.clear()
    plus = page.get_by_role("button", name="Add Nasi lemak")
    plus.click()
    plus.click()
    expect(row(page, "Nasi lemak").locator("output")).to_have_text("2")
    expect(page.get_by_role("link", name="View order")).to_contain_text("2 items")
    assert [line["qty"] for line in phone.cart()] == [2]
    less = page.get_by_role("button", name="One Nasi lemak less")
    less.click()
    less.click()
    expect(less).to_be_hidden()
    expect(plus).to_be_focused()
    phone.wait_for_empty_cart()
    assert [one.url for one in phone.requests if "/en/" not in one.url] == []


def test_a_dish_that_needs_a_choice_has_no_plus_and_one_with_extras_has_both(
    shop: Shop, phone: GuestPhone
) -> None:
    needs, extras = an_item(shop.tenant, "Mee", 900), an_item(shop.tenant, "Tea", 400)
    a_group(needs, ("Dry", 0), ("Soup", 0), least=1)
    a_group(extras, ("Less sugar", 0), ("Pearls", 200))
    page = scan(phone)
    expect(row(page, "Mee").locator(".plus")).to_have_count(0)
    page.get_by_role("button", name="Add Tea").click()
    phone.add("Tea", "Pearls")
    expect(row(page, "Tea").locator("output")).to_have_text("2")
    # The plain one goes first: the other was put together.
    page.get_by_role("button", name="One Tea less").click()
    assert [len(line["mods"]) for line in phone.cart()] == [1]


def test_no_more_can_be_added_than_are_left(shop: Shop, phone: GuestPhone) -> None:
    stock(shop, shop.item, "limited", 2)
    page = scan(phone)
    plus = page.get_by_role("button", name="Add Nasi lemak")
    plus.click()
    plus.click()
    expect(plus).to_be_disabled()
    page.locator("summary", has_text="Nasi lemak").click()
    expect(page.locator(".add")).to_be_disabled()
    expect(page.get_by_text("You have all that are left of it.")).to_be_visible()


# --- search and filter --------------------------------------------------------------------------------------


def test_search_and_filter_need_no_request_and_work_offline(shop: Shop, phone: GuestPhone) -> None:
    drinks = MenuSection.objects.create(tenant=shop.tenant, name="Drinks", position=9)
    an_item(shop.tenant, "Café latte", 900, section=drinks, allergens=["milk"], marks=["vegetarian"])
    an_item(
        shop.tenant, "Satay", 800, allergens=["peanuts"], marks=["halal"], description="Grilled over coals"
    )
    page = scan(phone)
    page.context.set_offline(True)
    search, found = page.get_by_role("searchbox", name="Search the menu"), page.locator(".found")
    search.fill("cafe")
    expect(found).to_have_text("1 dish")
    expect(row(page, "Satay")).to_be_hidden()
    expect(page.get_by_role("heading", name="Satay & co")).to_be_hidden()
    expect(page.locator(".sections").get_by_text("Satay & co")).to_be_hidden()
    search.fill("COALS grill")
    expect(row(page, "Satay")).to_be_visible()
    search.fill("pizza")
    expect(found).to_have_text("No dish fits.")
    search.press("Escape")
    expect(search).to_have_value("")
    expect(row(page, "Café latte")).to_be_visible()
    page.get_by_text("Filter", exact=True).click()
    # Only what is on this menu is offered.
    assert page.locator(".filter .choice").all_inner_texts() == ["Halal", "Vegetarian", "peanuts", "milk"]
    page.get_by_label("milk").check()
    expect(row(page, "Café latte")).to_be_hidden()
    expect(found).to_have_text("2 dishes")
    page.get_by_label("Halal").check()
    expect(found).to_have_text("1 dish")
    page.get_by_role("button", name="Clear").click()
    expect(search).to_be_focused()
    expect(row(page, "Café latte")).to_be_visible()
    page.context.set_offline(False)


# --- what an open phone learns ------------------------------------------------------------------------------


def test_what_sells_out_shows_on_an_open_phone_and_in_its_sheet(shop: Shop, phone: GuestPhone) -> None:
    other = an_item(shop.tenant, "Teh tarik", 400)
    page = scan(phone)
    page.get_by_role("button", name="Add Teh tarik").click()
    page.locator("summary", has_text="Nasi lemak").click()
    page.get_by_role("textbox", name="Note").fill("no egg")
    stock(shop, other, "out_of_stock")
    expect(row(page, "Teh tarik").get_by_text("Sold out")).to_be_visible()
    expect(page.locator(".differs")).to_have_text("Not available any more, and not in this total: Teh tarik")
    # The sheet of another dish stays as it is.
    expect(page.get_by_role("textbox", name="Note")).to_have_value("no egg")
    expect(page.locator(".add")).to_be_enabled()
    stock(shop, shop.item, "out_of_stock")
    expect(page.get_by_role("alert").filter(has_text="This dish was just sold out.")).to_be_visible()
    expect(page.locator(".add")).to_be_disabled()
    page.keyboard.press("Escape")
    # The cart is the guest's: the review says what it leaves out.
    assert [line["qty"] for line in phone.cart()] == [1]
    stock(shop, shop.item, "in_stock")
    expect(row(page, "Nasi lemak").locator("summary")).to_be_visible()


def test_a_choice_that_sells_out_is_taken_out_of_the_open_sheet(shop: Shop, phone: GuestPhone) -> None:
    ids = a_group(shop.item, ("With egg", 200), ("Plain", 0), least=1)
    place = shop.restaurant.location
    page = scan(phone)
    phone.add("Nasi lemak", "With egg")
    page.locator("summary", has_text="Nasi lemak").click()
    page.get_by_role("dialog").get_by_text("With egg").click()
    ModifierStock.objects.create(tenant=shop.tenant, location=place, modifier_id=ids["With egg"])
    menu_changed(shop.tenant.id, place.id)
    egg = page.get_by_role("dialog").get_by_label("With egg")
    expect(egg).to_be_disabled()
    expect(egg).not_to_be_checked()
    expect(page.locator(".add")).to_contain_text("12.50")
    expect(page.locator(".differs")).to_contain_text("not in this total: Nasi lemak")


def test_a_new_price_is_marked_and_the_place_on_the_page_is_kept(shop: Shop, phone: GuestPhone) -> None:
    dishes = many_dishes(shop.tenant, 40)
    page = scan(phone)
    phone.add("Dish 001")
    last = row(page, "Dish 030")
    last.scroll_into_view_if_needed()
    before = last.evaluate("(row) => row.getBoundingClientRect().top")
    MenuItem.objects.filter(tenant=shop.tenant, id=dishes[0].id).update(price_minor=700)
    # A longer row above the place would move it.
    MenuItem.objects.filter(tenant=shop.tenant, id=dishes[1].id).update(description="Long words. " * 20)
    menu_changed(shop.tenant.id, shop.restaurant.location.id)
    expect(page.locator(".differs")).to_have_text("Changed since you chose it: Dish 001")
    assert phone.cart()[0]["seen"] == 500
    assert abs(last.evaluate("(row) => row.getBoundingClientRect().top") - before) < 2


def test_a_pause_says_so_first_and_ends_the_adding(shop: Shop, phone: GuestPhone) -> None:
    page = scan(phone)
    place = Location.objects.filter(tenant=shop.tenant)
    until = now() + timedelta(minutes=40)
    place.update(paused_at=now(), paused_until=until, pause_message="The oven is broken.")
    location_changed(shop.restaurant.location.id)
    notice = page.locator("body > .stopped")
    expect(notice).to_contain_text("The oven is broken.")
    expect(notice).to_contain_text("You can order again at")
    expect(page.locator(".plus")).to_be_hidden()
    assert page.evaluate("document.body.firstElementChild.className") == "stopped"
    page.locator("summary", has_text="Nasi lemak").click()
    expect(page.locator(".add")).to_be_disabled()
    expect(page.get_by_role("alert").filter(has_text="not taking orders")).to_be_visible()
    page.keyboard.press("Escape")
    place.update(paused_at=None)
    location_changed(shop.restaurant.location.id)
    expect(page.locator(".plus")).to_be_visible()


def test_a_menu_of_another_shape_is_put_in_place(shop: Shop, phone: GuestPhone) -> None:
    page = scan(phone)
    many_dishes(shop.tenant, 3)
    shop.restaurant.location.refresh_from_db()
    menu_changed(shop.tenant.id, shop.restaurant.location.id)
    expect(row(page, "Dish 003")).to_be_visible()
    expect(page.locator(".sections a")).to_have_count(2)
    page.get_by_role("button", name="Add Dish 003").click()
    expect(row(page, "Dish 003").locator("output")).to_have_text("1")


def test_an_open_menu_is_asked_for_again_within_ten_seconds() -> None:
    """The tests here wait longer than that, for a busy machine."""
    pause = re.search(r"const EVERY = (\d+);", MORE.read_text(encoding="utf-8"))
    assert pause
    assert int(pause[1]) / 1000 + table_page.SECONDS < 10


def test_an_unchanged_menu_is_not_sent_again(shop: Shop, phone: GuestPhone) -> None:
    page = scan(phone)
    sizes: list[int] = []
    page.on(
        "response",
        lambda answer: (
            sizes.append(answer.request.sizes()["responseBodySize"]) if "/en/" in answer.url else None
        ),
    )
    for _ in range(2):
        with page.expect_response("**/en/"):
            page.evaluate("dispatchEvent(new Event('focus'))")
    page.wait_for_load_state("networkidle")
    assert len(sizes) >= 2
    assert sum(sizes) == 0


# --- the running total --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "rules",
    [
        {"service_charge_bp": 1000, "tax_bp": 600, "tax_on_service_charge": True, "reduced_tax_bp": 300},
        {"service_charge_bp": 725, "tax_bp": 825, "reduced_tax_bp": 0},
        {"service_charge_bp": 1000, "tax_bp": 800, "tax_is_inclusive": True, "reduced_tax_bp": 500},
        {},
    ],
    ids=["on both", "odd rates", "inclusive", "none"],
)
def test_the_running_total_is_the_reviews_total(shop: Shop, phone: GuestPhone, rules: dict[str, Any]) -> None:
    Location.objects.filter(tenant=shop.tenant).update(**rules)
    place = Location.objects.get(tenant=shop.tenant)
    chance = random.Random(str(rules))
    classes = ("standard", "reduced", "none")
    items = [
        an_item(shop.tenant, f"Dish {number}", chance.randrange(1, 5000), tax_class=classes[number % 3])
        for number in range(9)
    ]
    extras = [a_group(item, ("Extra", chance.randrange(-300, 300)), ("Other", 7), most=2) for item in items]
    page = scan(phone)
    key = f"duitpos:{shop.tenant.slug}:{place.slug}"
    shown = ""
    for _ in range(25):
        chosen = [chance.randrange(9) for _ in range(chance.randrange(1, 12))]
        cart = Cart(
            tuple(
                CartLine(
                    items[number].id,
                    tuple(extras[number].values())[: chance.randrange(3)],
                    chance.randrange(1, 30),
                )
                for number in chosen
            )
        )
        priced = quote(shop.tenant, place, cart)
        lines = [
            {
                "item": line.item_id.hex,
                "mods": [str(one) for one in line.modifier_ids],
                "qty": line.quantity,
                "seen": sold.unit_price_minor,
            }
            for line, sold in zip(cart.lines, priced.lines, strict=True)
        ]
        page.evaluate("([key, lines]) => localStorage.setItem(key, JSON.stringify({lines}))", [key, lines])
        page.evaluate("dispatchEvent(new Event('storage'))")
        shown = page.locator(".sum").inner_text()
        assert int(re.sub(r"\D", "", shown)) == priced.totals.total_minor, (lines, priced.totals)
    words = page.locator(".included")
    if rules:
        expect(words).to_have_text("incl. service charge and tax")
    else:
        expect(words).to_have_count(0)
    phone.view_order()
    expect(page.get_by_role("button", name="Pay RM")).to_contain_text(shown[2:].strip())


# --- photos, text size, times -------------------------------------------------------------------------------


def test_photos_come_lazily_and_nothing_jumps(shop: Shop, phone: GuestPhone) -> None:
    many_dishes(shop.tenant, 60, photos=True)
    narrow = a_photo(shop.tenant, 1, 200, 300)
    MenuItem.objects.filter(tenant=shop.tenant, id=shop.item.id).update(photo=narrow)
    asked = serve_photos(phone.page.context)
    page = scan(phone)
    assert 0 < len(asked) < 40
    # The first dish's photo is narrower than the smallest width.
    assert {name.rsplit("-", 1)[1] for name in asked} == {"240.avif", "200.avif"}
    box = row(page, "Dish 001").locator("img").bounding_box()
    assert box is not None
    assert (round(box["width"]), round(box["height"])) == (116, 116)
    page.locator("summary", has_text="Dish 002").click()
    expect(page.get_by_role("dialog").locator("img")).to_be_visible()
    expect(page.get_by_role("dialog").locator("source").first).to_have_attribute(
        "srcset", re.compile("-480.avif$")
    )


def test_the_text_is_large_from_the_first_paint_after_one_tap(phone: GuestPhone) -> None:
    page = scan(phone)
    button = page.get_by_role("button", name="Text size and contrast")
    button.click()
    expect(button).to_have_accessible_name("Text size and contrast: Large text")
    expect(page.locator("html")).to_have_css("font-size", "24px")
    button.click()
    page.reload(wait_until="commit")
    expect(page.locator("html")).to_have_class(re.compile("large contrast"))
    expect(page.locator("body")).to_have_css("color", "rgb(0, 0, 0)")
    page.get_by_role("button", name="Add Nasi lemak").click()
    phone.view_order()
    # The pages after the menu have it too.
    expect(page.locator("html")).to_have_css("font-size", "24px")
    page.get_by_role("button", name="Text size and contrast").click()
    expect(page.locator("html")).to_have_css("font-size", "17px")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing_on_a_full_menu(shop: Shop, chromium: Browser, width: int, scheme: Any) -> None:
    many_dishes(shop.tenant, 6, photos=True)
    tea = an_item(shop.tenant, "Teh tarik", 400, marks=["halal"], allergens=["milk"], description=TAMIL)
    MenuItem.objects.filter(tenant=shop.tenant, id=shop.item.id).update(days=0)
    Location.objects.filter(tenant=shop.tenant).update(popular_items=[tea.id.hex], service_charge_bp=1000)
    stock(shop, an_item(shop.tenant, CHINESE, 900), "out_of_stock")
    view = {"width": width, "height": 800}
    with guest_phone(chromium, shop, viewport=view, color_scheme=scheme) as phone:
        serve_photos(phone.page.context)
        page = scan(phone)
        page.get_by_role("button", name="Add Teh tarik").click()
        # As it is; with the filter open; with large text; with high contrast too.
        for pressed in (None, page.get_by_text("Filter", exact=True), *[page.locator(".type")] * 2):
            if pressed is not None:
                pressed.click()
            assert axe_finds(page) == []
            assert too_wide(page) == []
            assert small_targets(page) == []


def test_without_script_it_says_what_cannot_be_had(shop: Shop, chromium: Browser) -> None:
    ids = a_group(shop.item, ("With egg", 200), ("Plain", 0), least=1)
    place = shop.restaurant.location
    ModifierStock.objects.create(tenant=shop.tenant, location=place, modifier_id=ids["With egg"])
    an_item(shop.tenant, "Breakfast", 700, days=0, served_from=time(7), served_until=time(11))
    PaymentType.objects.filter(tenant=shop.tenant).update(is_active=False)
    with guest_phone(chromium, shop, java_script_enabled=False) as phone:
        phone.scan()
        page = phone.page
        expect(page.get_by_role("heading", name="Read here, order at the counter")).to_be_visible()
        expect(row(page, "Breakfast").get_by_text("Served 07:00–11:00")).to_be_visible()  # noqa: RUF001
        page.locator("summary", has_text="Nasi lemak").click()
        expect(page.get_by_label("With egg")).to_be_disabled()
        expect(page.get_by_role("button", name="See your order")).to_be_hidden()
        expect(page.get_by_role("searchbox")).to_be_hidden()
