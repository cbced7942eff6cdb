"""A guest scans, chooses, pays and waits, in a real browser, with the production content security policy."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Route, expect

from duitpos.domain.orders.move import move
from duitpos.models import MenuItem, Payment
from tests.browser.guest_phone import NO_MONEY, GuestPhone, guest_phone
from tests.support.restaurant import a_group, an_item
from tests.support.shop import Shop

pytestmark = pytest.mark.browser


@pytest.fixture
def rice(shop: Shop) -> MenuItem:
    """Chicken rice with a required choice and optional ones."""
    rice = an_item(shop.tenant, "Nasi ayam", 1000)
    a_group(rice, ("Roast", 0), ("Steamed", 100), least=1)
    a_group(rice, ("Egg", 150), ("Chilli", 0), ("Soup", 200), most=2)
    return rice


def test_two_dishes_with_choices_become_one_paid_order(shop: Shop, rice: MenuItem, chromium: Browser) -> None:
    with guest_phone(chromium, shop) as phone:
        phone.scan()
        phone.add("Nasi ayam", "Steamed", "Egg", quantity=2, note="no spring onion")
        phone.add("Nasi lemak")
        phone.view_order()
        expect(phone.page.get_by_text("Choose: Steamed")).to_be_visible()
        expect(phone.page.get_by_text("no spring onion")).to_be_visible()
        phone.press_pay()
        phone.card()
        expect(phone.page.get_by_role("heading", name="Order T1")).to_be_attached()
        expect(phone.page.get_by_text("The kitchen has your order")).to_be_visible()
        phone.wait_for_empty_cart()
        (order,) = shop.placed()
        assert order.total_minor == 2 * (1000 + 100 + 150) + 1250
        assert phone.complaints == []
        move(shop.restaurant.owner, shop.restaurant.location, order.id, "preparing")
        expect(phone.page.get_by_text("Your order is being prepared")).to_be_visible(timeout=60_000)


def test_a_declined_card_and_then_a_good_one_are_one_order(shop: Shop, chromium: Browser) -> None:
    with guest_phone(chromium, shop) as phone:
        _to_stripe(phone)
        phone.card(NO_MONEY)
        expect(phone.page.get_by_role("alert")).to_contain_text("insufficient")
        phone.card()
        expect(phone.page.get_by_role("heading", name="Order T1")).to_be_attached()
        assert len(shop.placed()) == 1
        assert shop.alerts() == []


def test_adding_sends_no_request_and_the_cart_survives(shop: Shop, rice: MenuItem, chromium: Browser) -> None:
    with guest_phone(chromium, shop) as phone:
        phone.scan()
        phone.requests.clear()
        phone.add("Nasi ayam", "Egg")
        phone.add("Nasi ayam", "Chilli")
        phone.add("Nasi ayam", "Egg")
        # The open menu only asks whether it is still the same.
        assert {one.url for one in phone.requests} <= {phone.page.url}
        assert [line["qty"] for line in phone.cart()] == [2, 1]
        expect(phone.page.get_by_role("link", name="View order")).to_contain_text("3 items")
        phone.page.reload()
        expect(phone.page.get_by_role("link", name="View order")).to_contain_text("3 items")
        phone.view_order()
        phone.page.go_back()
        expect(phone.page.get_by_role("link", name="View order")).to_contain_text("3 items")


def test_a_lost_network_is_shown_and_loses_nothing(shop: Shop, chromium: Browser) -> None:
    with guest_phone(chromium, shop) as phone:
        phone.scan()
        phone.page.context.set_offline(True)
        phone.add("Nasi lemak")
        phone.page.get_by_role("link", name="View order").click()
        expect(phone.page.get_by_role("alert").filter(has_text="No connection")).to_be_visible()
        phone.page.context.set_offline(False)
        phone.view_order()
        phone.page.context.set_offline(True)
        phone.page.get_by_role("button", name="Pay RM").click()
        expect(phone.page.get_by_role("alert").filter(has_text="No connection")).to_be_visible()
        phone.page.context.set_offline(False)
        phone.press_pay()
        assert len(shop.orders()) == 1


def test_a_missing_required_choice_is_named(shop: Shop, chromium: Browser) -> None:
    noodles = an_item(shop.tenant, "Mee goreng", 900)
    a_group(noodles, ("Chicken", 200), ("Prawn", 400), least=1)
    with guest_phone(chromium, shop) as phone:
        phone.scan()
        phone.page.locator("summary", has_text="Mee goreng").click()
        phone.page.locator(".add").click()
        expect(phone.page.get_by_role("alert").filter(has_text="Choose: choose 1")).to_be_visible()
        phone.page.get_by_text("Prawn", exact=True).click()
        expect(phone.page.locator(".add")).to_have_text(re.compile("Add · RM.13.00"))
        phone.page.locator(".add").click()
        assert phone.cart()[0]["seen"] == 1300


def test_no_more_can_be_chosen_than_the_group_allows(shop: Shop, rice: MenuItem, chromium: Browser) -> None:
    with guest_phone(chromium, shop) as phone:
        phone.scan()
        phone.page.locator("summary", has_text="Nasi ayam").click()
        for name in ("Egg", "Chilli"):
            phone.page.get_by_role("dialog").get_by_text(name, exact=True).click()
        expect(phone.page.get_by_label("Soup")).to_be_disabled()
        phone.page.get_by_role("dialog").get_by_text("Egg", exact=True).click()
        expect(phone.page.get_by_label("Soup")).to_be_enabled()


def test_a_double_tap_on_pay_is_one_order_and_one_session(shop: Shop, chromium: Browser) -> None:
    with guest_phone(chromium, shop) as phone:
        phone.scan()
        phone.add("Nasi lemak")
        phone.view_order()
        with phone.page.expect_navigation(url=f"{shop.sandbox.url}/**"):
            phone.page.get_by_role("button", name="Pay RM").dblclick(no_wait_after=True)
        assert len(shop.orders()) == 1
        assert len(shop.sandbox.listed("sessions")) == 1


def test_the_back_link_of_the_payment_page_returns_to_the_cart(shop: Shop, chromium: Browser) -> None:
    with guest_phone(chromium, shop) as phone:
        _to_stripe(phone)
        phone.page.get_by_role("link", name="Back to").click()
        expect(phone.page.get_by_text("You have not paid yet")).to_be_visible()
        assert [session["status"] for session in shop.sandbox.listed("sessions")] == ["expired"]
        assert len(phone.cart()) == 1
        phone.press_pay()
        phone.card()
        expect(phone.page.get_by_role("heading", name="Order T1")).to_be_attached()
        assert len(shop.orders()) == 1


def test_the_browsers_back_then_a_changed_cart_closes_the_old_session(shop: Shop, chromium: Browser) -> None:
    with guest_phone(chromium, shop) as phone:
        _to_stripe(phone)
        phone.page.go_back()
        phone.page.locator("[data-page=review]").wait_for()
        phone.page.get_by_role("button", name="One Nasi lemak more").click()
        expect(phone.page.get_by_role("button", name="Pay RM")).to_have_text(re.compile("25.00"))
        phone.press_pay()
        assert sorted(session["status"] for session in shop.sandbox.listed("sessions")) == ["expired", "open"]
        phone.card()
        expect(phone.page.get_by_role("heading", name="Order T1")).to_be_attached()
        assert len(shop.placed()) == 1


def test_back_after_paying_shows_the_paid_order(shop: Shop, chromium: Browser) -> None:
    with guest_phone(chromium, shop) as phone:
        _to_stripe(phone)
        phone.card()
        expect(phone.page.get_by_role("heading", name="Order T1")).to_be_attached()
        phone.page.goto(f"{phone.menu_url}checkout/")
        expect(phone.page.get_by_role("heading", name="Order T1")).to_be_attached()
        assert len(shop.orders()) == 1


def test_a_phone_that_was_off_after_paying_finds_its_order_by_a_rescan(shop: Shop, chromium: Browser) -> None:
    with guest_phone(chromium, shop) as phone:
        _to_stripe(phone)
        reference = Payment.objects.get(tenant=shop.tenant).reference
        phone.page.close()
        shop.sandbox.pay(reference)
        shop.sandbox.idle()
        phone.page = phone.page.context.new_page()
        phone.scan()
        expect(phone.page.get_by_role("link", name="Your order T1")).to_be_visible()
        # Otherwise the next order would include the lines that are already paid.
        phone.wait_for_empty_cart()
        expect(phone.page.locator(".bar a")).to_be_hidden()
        phone.page.get_by_role("link", name="Your order T1").click()
        expect(phone.page.get_by_text("The kitchen has your order")).to_be_visible()
    with guest_phone(chromium, shop) as other:
        other.scan()
        expect(other.page.get_by_text("Nasi lemak", exact=True)).to_be_visible()
        expect(other.page.locator(".banner")).to_be_hidden()


def test_a_price_that_changed_is_shown_before_it_is_paid(shop: Shop, chromium: Browser) -> None:
    with guest_phone(chromium, shop) as phone:
        phone.scan()
        phone.add("Nasi lemak")
        MenuItem.objects.filter(tenant=shop.tenant, id=shop.item.id).update(price_minor=1400)
        phone.view_order()
        expect(phone.page.get_by_text("Nasi lemak is now")).to_be_visible()
        phone.press_pay()
        assert shop.orders()[0].total_minor == 1400


def _to_stripe(phone: GuestPhone) -> None:
    phone.scan()
    phone.add("Nasi lemak")
    phone.view_order()
    phone.press_pay()


def test_a_response_that_is_not_our_page_loses_nothing(shop: Shop, chromium: Browser) -> None:
    is_away = True

    def proxy(route: Route) -> None:
        """Answer forms as a proxy does while its application is being redeployed."""
        if is_away and route.request.method == "POST":
            route.fulfill(status=502, body="Bad Gateway")
        else:
            route.continue_()

    with guest_phone(chromium, shop) as phone:
        phone.scan()
        phone.add("Nasi lemak")
        phone.page.route("**/checkout/", proxy)
        phone.page.get_by_role("link", name="View order").click()
        phone.page.get_by_role("button", name="Try again").wait_for()
        is_away = False
        phone.page.get_by_role("button", name="Try again").click()
        phone.page.locator("[data-page=review]").wait_for()
        assert len(phone.cart()) == 1
