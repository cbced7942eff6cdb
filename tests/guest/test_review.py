"""The review of a cart: every difference is shown, nothing is lost. It needs no processor."""

from __future__ import annotations

import json

import pytest

from duitpos.domain.menus.eighty_six import set_stock
from duitpos.kit.clock import now
from duitpos.models import Location, MenuItem
from tests.guest.cafe import Cafe
from tests.guest.phone import field_of, line, text_of

pytestmark = pytest.mark.urls("tests.guest.urls")


def test_the_charges_are_explained_and_the_server_prices_everything(cafe: Cafe) -> None:
    page = cafe.phone().review(
        line(cafe.tea, 2), line(cafe.rice, 1, cafe.choices["With egg"], note="less oil", seen=1450)
    )
    words = text_of(page)
    assert page.status_code == 200
    for word in (
        "Teh tarik RM 8.00 RM 4.00 each",
        "Nasi lemak Choose: With egg “less oil” RM 14.50",
        "Subtotal RM 22.50",
        "Service charge 10 % RM 2.25",
        "SST 6 % RM 1.49",
        "Total RM 26.24",
    ):
        assert word in words
    assert "Changed since" not in words
    assert field_of(page, "seen_total") == "2624"


def test_inclusive_tax_is_shown_as_a_part_of_the_total(cafe: Cafe) -> None:
    Location.objects.filter(tenant=cafe.restaurant.tenant).update(tax_is_inclusive=True, service_charge_bp=0)
    words = text_of(cafe.phone().review(line(cafe.tea, 2)))
    assert "Total RM 8.00 Includes SST 6 % RM 0.45" in words


def test_the_same_dish_with_other_choices_is_a_separate_line(cafe: Cafe) -> None:
    one, two = line(cafe.rice, 1, cafe.choices["Mild"]), line(cafe.rice, 1, cafe.choices["Hot"])
    page = cafe.phone().review(one, two)
    assert text_of(page).count("Nasi lemak Choose:") == 2


def test_a_changed_price_is_shown_with_both_prices(cafe: Cafe) -> None:
    MenuItem.objects.filter(tenant=cafe.restaurant.tenant, id=cafe.tea.id).update(price_minor=450)
    page = cafe.phone().review(line(cafe.tea, 1, seen=400))
    assert "Teh tarik is now RM 4.50, was RM 4.00." in text_of(page)
    assert json.loads(field_of(page, "cart"))["lines"][0]["seen"] == 450


def test_a_sold_out_item_is_removed_by_name_and_the_rest_is_kept(cafe: Cafe) -> None:
    set_stock(cafe.restaurant.owner, cafe.restaurant.location, cafe.tea.id, "out_of_stock")
    phone, key = cafe.phone(), "k" * 22
    page = phone.review(line(cafe.tea), line(cafe.rice, 1, cafe.choices["Mild"]), key=key)
    assert "Teh tarik is sold out and was removed." in text_of(page)
    kept = json.loads(field_of(page, "cart"))["lines"]
    assert [one["item"] for one in kept] == [str(cafe.rice.id)]
    assert field_of(page, "checkout_key") != key


def test_a_scarce_item_gets_the_quantity_that_is_left(cafe: Cafe) -> None:
    set_stock(cafe.restaurant.owner, cafe.restaurant.location, cafe.tea.id, "limited", 2)
    assert "Only 2 left of Teh tarik: 2 instead of 5." in text_of(cafe.phone().review(line(cafe.tea, 5)))


def test_an_item_that_left_the_menu_is_named(cafe: Cafe) -> None:
    MenuItem.objects.filter(tenant=cafe.restaurant.tenant, id=cafe.tea.id).update(archived_at=now())
    words = text_of(cafe.phone().review(line(cafe.tea)))
    assert "Teh tarik is no longer on the menu and was removed." in words
    assert "There is nothing in your order." in words


def test_a_missing_choice_is_asked_for(cafe: Cafe) -> None:
    assert "Nasi lemak was left out: its choices are missing" in text_of(cafe.phone().review(line(cafe.rice)))


def test_an_unchanged_cart_keeps_its_key(cafe: Cafe) -> None:
    page = cafe.phone().review(line(cafe.tea), key="k" * 22)
    assert field_of(page, "checkout_key") == "k" * 22


def test_without_an_online_payment_type_the_guest_orders_at_the_counter(cafe: Cafe) -> None:
    page = cafe.phone().review(line(cafe.tea))
    words = text_of(page)
    assert "Order at the counter Online payment is not available here." in words
    assert "Teh tarik" in words
    assert 'value="pay"' not in page.content.decode()


def test_a_closed_kitchen_takes_no_payment_and_keeps_the_cart(cafe: Cafe) -> None:
    Location.objects.filter(tenant=cafe.restaurant.tenant).update(paused_at=now())
    page = cafe.phone().review(line(cafe.tea))
    assert "Not taking orders right now" in text_of(page)
    assert "at the counter" not in text_of(page)
    assert 'value="pay"' not in page.content.decode()
    assert len(json.loads(field_of(page, "cart"))["lines"]) == 1


@pytest.mark.parametrize("cart", ["", "[]", "{", '{"lines": 5}', '{"lines":[{"item":"x","qty":1}]}'])
def test_a_cart_that_cannot_be_read_gets_a_page_and_no_error(cafe: Cafe, cart: str) -> None:
    page = cafe.phone().send(cafe.phone().checkout_url, {"step": "review", "cart": cart})
    assert page.status_code == (400 if cart else 200)
    assert "Nothing was ordered" in text_of(page) or "nothing in your order" in text_of(page)


def test_the_first_checkout_gives_the_phone_its_cookie_and_the_next_keeps_it(cafe: Cafe) -> None:
    phone = cafe.phone()
    phone.review(line(cafe.tea))
    cookie = phone.client.cookies["guest"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/kopi/", True, "Lax")
    phone.review(line(cafe.tea))
    assert phone.client.cookies["guest"].value == cookie.value


def test_a_forged_cookie_is_replaced(cafe: Cafe) -> None:
    phone = cafe.phone()
    phone.client.cookies["guest"] = "' or 1=1"
    phone.review(line(cafe.tea))
    assert phone.client.cookies["guest"].value.isascii()
    assert len(phone.client.cookies["guest"].value) == 22


def test_add_something_else_carries_the_cart_without_script(cafe: Cafe) -> None:
    phone = cafe.phone()
    page = phone.review(line(cafe.tea, 2))
    menu = phone.send(phone.menu_url, {"cart": field_of(page, "cart"), "step": "menu"})
    assert "2 items" in text_of(menu)
    page = phone.send(
        phone.checkout_url,
        {
            "cart": field_of(menu, "cart"),
            "step": "review",
            f"q-1-{cafe.rice.id.hex}": "1",
            "m-1-0": cafe.choices["Hot"].hex,
        },
    )
    words = text_of(page)
    assert "Teh tarik" in words
    assert "Nasi lemak Choose: Hot" in words


def test_the_checkout_page_loads_the_cart_from_the_phone(cafe: Cafe) -> None:
    phone = cafe.phone()
    page = phone.open(phone.checkout_url)
    assert page.status_code == 200
    assert 'data-page="shell"' in page.content.decode()
