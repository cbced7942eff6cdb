"""One phone with two tabs, and a second browser with the order's link."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from duitpos.models import MenuItem, Table
from tests.browser.guest_phone import GuestPhone, guest_phone
from tests.support.restaurant import a_table, an_item
from tests.support.shop import Shop

pytestmark = pytest.mark.browser


def second_tab(phone: GuestPhone) -> GuestPhone:
    """Another tab of the same browser: the same cart and cookie."""
    return GuestPhone(phone.shop, phone.page.context.new_page())


def dishes(phone: GuestPhone) -> list[tuple[str, int]]:
    items = MenuItem.objects.filter(tenant=phone.shop.tenant)
    names = {item.id.hex: item.name for item in items}
    return [(names[line["item"].replace("-", "")], line["qty"]) for line in phone.cart()]


def is_placed(page: Page) -> None:
    expect(page.get_by_text("The kitchen has your order")).to_be_visible(timeout=60_000)


def test_a_payment_in_one_tab_removes_its_lines_from_the_other_tabs_cart_once(
    shop: Shop, chromium: Browser
) -> None:
    an_item(shop.tenant, "Teh tarik", 400)
    with guest_phone(chromium, shop) as phone:
        phone.scan()
        phone.add("Nasi lemak", quantity=2)
        phone.add("Nasi lemak", note="no nuts")
        phone.view_order()
        phone.press_pay()
        other = second_tab(phone)
        other.scan()
        other.add("Teh tarik")
        other.add("Nasi lemak")
        assert dishes(other) == [("Nasi lemak", 3), ("Nasi lemak", 1), ("Teh tarik", 1)]
        phone.card()
        is_placed(phone.page)
        assert dishes(phone) == [("Nasi lemak", 1), ("Teh tarik", 1)]
        phone.page.reload()
        other.scan()
        assert dishes(other) == [("Nasi lemak", 1), ("Teh tarik", 1)], "once, in whichever tab"
        expect(other.page.get_by_role("link", name="View order")).to_contain_text("2 items")
        other.view_order()
        expect(other.page.get_by_role("button", name="Pay RM 16.50")).to_be_visible()
        other.press_pay()
        other.card()
        is_placed(other.page)
        other.wait_for_empty_cart()
        assert sorted(order.total_minor for order in shop.placed()) == [1650, 3750]
        # Ordering the dish again after that adds it to the cart.
        other.scan()
        other.add("Nasi lemak")
        other.page.reload()
        assert dishes(other) == [("Nasi lemak", 1)]
        assert phone.complaints == []


def test_a_review_that_was_open_while_the_other_tab_paid_shows_the_rest(
    shop: Shop, chromium: Browser
) -> None:
    an_item(shop.tenant, "Teh tarik", 400)
    with guest_phone(chromium, shop) as phone:
        phone.scan()
        phone.add("Nasi lemak")
        phone.view_order()
        phone.press_pay()
        other = second_tab(phone)
        other.scan()
        other.add("Teh tarik")
        other.view_order()
        phone.card()
        is_placed(phone.page)
        other.page.get_by_role("button", name="Pay RM 16.50").click()
        expect(other.page.get_by_role("alert")).to_contain_text("What you paid for meanwhile was taken out")
        expect(other.page.get_by_role("button", name="Pay RM 4.00")).to_be_visible()
        assert dishes(other) == [("Teh tarik", 1)]


def test_the_same_cart_at_another_table_is_ordered_to_that_table(shop: Shop, chromium: Browser) -> None:
    nine: Table = a_table(shop.restaurant.location, "9")
    with guest_phone(chromium, shop) as phone:
        phone.scan()
        phone.add("Nasi lemak")
        phone.view_order()
        phone.press_pay()
        phone.page.goto(f"{shop.url}/{shop.tenant.slug}/t/{nine.token}/")
        phone.view_order()
        expect(phone.page.get_by_text("Table 9")).to_be_visible()
        phone.press_pay()
        phone.card()
        is_placed(phone.page)
        phone.wait_for_empty_cart()
        (order,) = shop.placed()
        assert order.table_id == nine.id
