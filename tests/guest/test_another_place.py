"""The same cart from another table, from another browser, and after a payment in another tab. Without script."""

from __future__ import annotations

import html
import json
import re

import pytest
from django.http import HttpResponse

from duitpos.domain.tables.rotate import rotate_token
from duitpos.models import MenuItem, Order, Table
from tests.guest.phone import Phone, field_of, line, text_of
from tests.support.restaurant import a_location, a_table, an_item
from tests.support.shop import Shop, url_of

pytestmark = pytest.mark.urls("tests.guest.urls")


@pytest.fixture
def tea(shop: Shop) -> MenuItem:
    return an_item(shop.tenant, "Teh tarik", 400)


def at(phone: Phone, table: Table) -> Phone:
    """The same phone, at another table."""
    return Phone(phone.tenant, table, phone.client)


def pay_link(page: HttpResponse) -> str:
    """The URL of the page where an unpaid order can be changed and paid."""
    found = re.search(r'class="(?:primary|secondary)" href="([^"]+order=[^"]+)"', page.content.decode())
    assert found, text_of(page)
    return html.unescape(found[1])


def order_page(phone: Phone, order: Order) -> str:
    return f"/{phone.tenant.slug}/o/{order.token}/"


def statuses(shop: Shop) -> list[str]:
    return [session["status"] for session in shop.sandbox.listed("sessions")]


def settle(shop: Shop, phone: Phone) -> Order:
    """Pay the newest order, and return from the processor."""
    order = shop.orders()[-1]
    reference = shop.payment_of(order).reference
    shop.sandbox.pay(reference)
    phone.open(f"/{shop.tenant.slug}/pay/return/{order.token}/")
    return Order.objects.get(tenant=shop.tenant, id=order.id)


def test_the_same_cart_at_another_table_makes_another_order(shop: Shop, phone: Phone) -> None:
    page = phone.review(line(shop.item, 2))
    phone.press(page)
    nine = at(phone, a_table(shop.restaurant.location, "9"))
    again = nine.review(line(shop.item, 2), key=field_of(page, "checkout_key"))
    assert "Table 9" in text_of(again)
    assert field_of(again, "checkout_key") != field_of(page, "checkout_key")
    nine.press(again)
    first, second = shop.orders()
    assert (first.table_id, second.table_id) == (phone.table.id, nine.table.id)
    assert second.replaces_id == first.id
    assert sorted(statuses(shop)) == ["expired", "open"]
    assert settle(shop, nine).table_id == nine.table.id
    gone = nine.review(line(shop.item, 2), key=field_of(again, "checkout_key"))
    assert gone.headers["Location"] == order_page(nine, second)


def test_the_second_table_shows_that_the_first_tables_order_is_paid(shop: Shop, phone: Phone) -> None:
    page = phone.review(line(shop.item, 2))
    phone.press(page)
    first = settle(shop, phone)
    nine = at(phone, a_table(shop.restaurant.location, "9"))
    for answer in (nine.press(page), nine.review(line(shop.item, 2), key=field_of(page, "checkout_key"))):
        assert answer.headers["Location"] == f"{order_page(phone, first)}?kept=table"
    said = text_of(nine.open(answer.headers["Location"]))
    assert "This is the order that you sent from table 1." in said
    assert "Nothing was ordered for the table where you are now." in said
    assert len(shop.orders()) == 1


def test_the_link_of_an_order_leads_to_its_own_table(shop: Shop, phone: Phone) -> None:
    phone.press(phone.review(line(shop.item)))
    (order,) = shop.orders()
    nine = at(phone, a_table(shop.restaurant.location, "9"))
    moved = nine.open(f"{nine.checkout_url}?order={order.token}")
    assert moved.headers["Location"] == f"{phone.checkout_url}?order={order.token}"
    ipoh = at(phone, a_table(a_location(shop.tenant, "ipoh"), "9"))
    moved = ipoh.open(f"{ipoh.checkout_url}?order={order.token}")
    assert moved.headers["Location"] == f"{phone.checkout_url}?order={order.token}"
    # An old order's link does not reveal a code that was rotated after it.
    rotate_token(shop.restaurant.owner, phone.table.id)
    moved = nine.open(f"{nine.checkout_url}?order={order.token}")
    assert moved.headers["Location"] == order_page(phone, order)
    # A guest who scans the table's new code continues the same order.
    table = Table.objects.select_related("location").get(tenant=shop.tenant, id=phone.table.id)
    here = at(phone, table)
    here.press(here.open(f"{here.checkout_url}?order={order.token}"))
    assert len(shop.orders()) == 1
    assert statuses(shop) == ["open"]


def test_a_second_browser_with_the_orders_link_pays_the_same_order(shop: Shop, phone: Phone) -> None:
    phone.press(phone.review(line(shop.item, 2)))
    (order,) = shop.orders()
    chrome = Phone(shop.tenant, shop.table)
    page = chrome.open(pay_link(chrome.open(order_page(chrome, order))))
    assert "Pay RM 25.00" in text_of(page)
    on = chrome.press(page)
    assert "changed" not in text_of(on)
    assert url_of(shop.payment_of(order).next_step) in html.unescape(on.content.decode())
    assert len(shop.orders()) == 1
    assert statuses(shop) == ["open"]


def test_a_second_browser_that_edits_a_linked_order_replaces_it(shop: Shop, phone: Phone) -> None:
    sent = phone.review(line(shop.item, 2))
    phone.press(sent)
    (order,) = shop.orders()
    chrome = Phone(shop.tenant, shop.table)
    page = chrome.press(
        chrome.open(pay_link(chrome.open(order_page(chrome, order)))), step="", change="0:plus"
    )
    assert "Pay RM 37.50" in text_of(page)
    chrome.press(page)
    first, second = shop.orders()
    assert (second.total_minor, second.replaces_id) == (3750, first.id)
    assert sorted(statuses(shop)) == ["expired", "open"]
    # The first browser presses Pay again with its old cart: the replacement is paid, so nothing is started.
    settle(shop, chrome)
    again = phone.press(sent)
    assert again.headers["Location"] == f"{order_page(phone, second)}?kept=1"
    assert len(shop.sandbox.listed("sessions")) == 2


def test_a_payment_in_one_tab_removes_its_lines_from_the_other_tabs_cart(
    shop: Shop, phone: Phone, tea: MenuItem
) -> None:
    page = phone.review(line(shop.item, 2))
    # The first tab is at Stripe.
    phone.press(page)
    menu = phone.send(
        phone.menu_url,
        {
            "step": "menu",
            "cart": field_of(page, "cart"),
            "checkout_key": field_of(page, "checkout_key"),
        },
    )
    both = phone.send(
        phone.checkout_url, {"step": "review", "cart": field_of(menu, "cart"), f"q-1-{tea.id.hex}": "1"}
    )
    assert "Pay RM 29.00" in text_of(both)
    paid = settle(shop, phone)
    left = phone.press(both)
    assert left.status_code == 409
    assert "What you paid for meanwhile was taken out of this order." in text_of(left)
    assert "Pay RM 4.00" in text_of(left)
    assert [one["item"] for one in json.loads(field_of(left, "cart"))["lines"]] == [str(tea.id)]
    phone.press(left)
    assert [order.total_minor for order in shop.orders()] == [2500, 400]
    assert shop.orders()[1].replaces_id is None
    assert paid.status == "placed"


def test_a_review_during_another_carts_payment_loses_the_paid_lines(
    shop: Shop, phone: Phone, tea: MenuItem
) -> None:
    """The second tab does not have the first one's key, but the server knows this phone's live attempts."""
    phone.press(phone.review(line(shop.item)))
    both = phone.review(line(shop.item, 3), line(tea))
    settle(shop, phone)
    left = phone.press(both)
    assert "Pay RM 29.00" in text_of(left)
    # Ordering the dish again after that is a new order.
    anew = phone.review(line(shop.item))
    assert "Pay RM 12.50" in text_of(anew)
    phone.press(anew)
    assert shop.orders()[-1].total_minor == 1250


def test_a_cart_that_several_orders_have_paid_shows_the_last_order(
    shop: Shop, phone: Phone, tea: MenuItem
) -> None:
    first = phone.review(line(shop.item))
    phone.press(first)
    settle(shop, phone)
    second = phone.review(line(tea))
    phone.press(second)
    paid = settle(shop, phone)
    earlier = [field_of(page, "checkout_key") for page in (first, second)]
    cart = {"lines": [line(shop.item, 2), line(tea)], "earlier": earlier}
    page = phone.send(phone.checkout_url, {"step": "review", "cart": json.dumps(cart), "checkout_key": ""})
    assert "Pay RM 12.50" in text_of(page)
    assert "earlier" not in json.loads(field_of(page, "cart"))
    cart["lines"] = [line(shop.item), line(tea)]
    page = phone.send(phone.checkout_url, {"step": "review", "cart": json.dumps(cart), "checkout_key": ""})
    assert page.headers["Location"] == order_page(phone, paid)


@pytest.mark.parametrize("earlier", [[1], ["x"], ["a" * 65], [None], ["ö" * 20], ["a" * 20] * 5000])
def test_malformed_keys_are_dropped(shop: Shop, phone: Phone, earlier: list[object]) -> None:
    cart = {"lines": [line(shop.item)], "earlier": earlier}
    page = phone.send(phone.checkout_url, {"step": "review", "cart": json.dumps(cart), "checkout_key": ""})
    assert "Pay RM 12.50" in text_of(page)
