"""Guest pages fit small phones and large text, work by keyboard, and pass axe."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from duitpos.models import MenuItem, PaymentType
from tests.browser.guest_checks import axe_finds, small_targets, too_wide
from tests.browser.guest_phone import GuestPhone, guest_phone
from tests.support.restaurant import a_group, an_item
from tests.support.shop import Shop

pytestmark = [pytest.mark.browser, pytest.mark.sqlite_only]

LONG = "Nasi lemak ayam goreng berempah dengan sambal sotong dan telur mata kerbau istimewa Mak Cik"
CHINESE = "海南雞飯配自製辣椒醬與薑蓉以及清湯一碗附送時令蔬菜"


@pytest.fixture
def dishes(shop: Shop) -> MenuItem:
    rice = an_item(shop.tenant, LONG, 1250, marks=["halal", "spicy"], allergens=["nuts", "egg", "shellfish"])
    a_group(rice, ("Mild", 0), ("Extra pedas dengan cili padi", 100), least=1)
    an_item(shop.tenant, CHINESE, 1400)
    return rice


def _menu(phone: GuestPhone) -> None:
    phone.scan()


def _sheet(phone: GuestPhone) -> None:
    phone.scan()
    phone.page.locator("summary", has_text="berempah").click()


def _review(phone: GuestPhone) -> None:
    phone.scan()
    phone.add("berempah", "Extra pedas dengan cili padi", quantity=12, note="kurang manis, kurang pedas")
    phone.add("海南")
    phone.view_order()


def _counter(phone: GuestPhone) -> None:
    phone.scan()
    phone.add("berempah")
    PaymentType.objects.filter(tenant=phone.shop.tenant).update(is_active=False)
    phone.view_order()


def _order(phone: GuestPhone) -> None:
    _review(phone)
    phone.press_pay()
    phone.card()
    phone.page.locator("#live[data-paid]").wait_for()


def _receipt(phone: GuestPhone) -> None:
    _order(phone)
    phone.page.get_by_role("link", name="Receipt").click()
    phone.page.wait_for_url("**/receipt/")


def _problem(phone: GuestPhone) -> None:
    phone.page.goto(phone.menu_url.replace(phone.shop.table.token, "dead"))


def _restaurant(phone: GuestPhone) -> None:
    phone.page.goto(f"{phone.shop.url}/{phone.shop.tenant.slug}/")


def _menu_to_read(phone: GuestPhone) -> None:
    _restaurant(phone)
    phone.page.get_by_role("link", name="Read the menu").click()
    phone.page.wait_for_url("**/menu/")


PAGES = [
    _menu,
    _sheet,
    _review,
    _counter,
    _order,
    _receipt,
    _problem,
    _restaurant,
    _menu_to_read,
]


@pytest.mark.parametrize("size,scheme", [((320, 640), "light"), ((1280, 900), "dark")])
@pytest.mark.parametrize("go", PAGES, ids=lambda go: go.__name__)
def test_a_page_fits_and_axe_finds_nothing(
    shop: Shop,
    dishes: MenuItem,
    chromium: Browser,
    go: Callable[[GuestPhone], None],
    size: tuple[int, int],
    scheme: Any,
) -> None:
    view = {"width": size[0], "height": size[1]}
    with guest_phone(chromium, shop, viewport=view, color_scheme=scheme) as phone:
        go(phone)
        assert too_wide(phone.page) == []
        assert axe_finds(phone.page) == []
        assert small_targets(phone.page) == []
        # Twice the text size, as set in a phone's accessibility settings.
        phone.page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert too_wide(phone.page) == []


def test_everything_can_be_done_by_keyboard(shop: Shop, dishes: MenuItem, chromium: Browser) -> None:
    with guest_phone(chromium, shop, viewport={"width": 1280, "height": 900}) as phone:
        phone.scan()
        row = phone.page.locator("summary", has_text="berempah")
        row.focus()
        phone.page.keyboard.press("Enter")
        sheet = phone.page.get_by_role("dialog", name=LONG)
        expect(sheet).to_be_visible()
        sheet.get_by_label("Mild").focus()
        phone.page.keyboard.press("ArrowDown")
        expect(sheet.get_by_label("Extra pedas")).to_be_checked()
        sheet.get_by_label("Note").focus()
        phone.page.keyboard.type("less oil")
        phone.page.keyboard.press("Enter")
        expect(sheet).to_be_hidden()
        expect(row).to_be_focused()
        assert phone.cart()[0]["note"] == "less oil"
        row.press("Enter")
        phone.page.keyboard.press("Escape")
        expect(sheet).to_be_hidden()
        assert len(phone.cart()) == 1
