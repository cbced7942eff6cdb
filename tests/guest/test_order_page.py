"""An order's page, its live part and its receipt, in every state of its money."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from duitpos.domain.orders.move import move
from duitpos.domain.payments.refunds.refund import refund_payment
from duitpos.models import Location, Order, Payment
from tests.guest.phone import Phone, line, text_of
from tests.support.restaurant import a_restaurant, an_item
from tests.support.shop import Shop

pytestmark = pytest.mark.urls("tests.guest.urls")


def ordered(shop: Shop, phone: Phone) -> Payment:
    """The payment of a guest who pressed Pay."""
    phone.press(phone.review(line(shop.item, 2)))
    return shop.payment_of(shop.orders()[-1])


def paid(shop: Shop, phone: Phone) -> Payment:
    """The payment of a guest who paid and returned."""
    payment = ordered(shop, phone)
    shop.pay(payment)
    handle_return(phone, payment)
    return shop.fresh(payment)


def handle_return(phone: Phone, payment: Payment) -> None:
    assert payment.order is not None
    phone.open(f"/kopi/pay/return/{payment.order.token}/")


def url_of(payment: Payment) -> str:
    assert payment.order is not None
    return f"/kopi/o/{payment.order.token}/"


def test_before_payment_it_waits_and_links_to_the_cart(shop: Shop, phone: Phone) -> None:
    payment = ordered(shop, phone)
    page = phone.open(url_of(payment))
    words = text_of(page)
    assert "Waiting for payment" in words
    assert "Nothing has been charged yet" in words
    again = f"{phone.checkout_url}?order={payment.order.token}"
    assert f'href="{again}"' in page.content.decode()
    assert "Pay RM 25.00" in text_of(phone.open(again))
    assert "data-paid" not in page.content.decode()


def test_after_a_return_without_a_result_the_payment_is_being_checked(shop: Shop, phone: Phone) -> None:
    payment = ordered(shop, phone)
    handle_return(phone, payment)
    words = text_of(phone.open(url_of(payment)))
    assert "Checking your payment" in words
    assert "Do not pay again" in words
    assert "Look again and pay" not in words


def test_a_processing_payment_has_its_own_state(shop: Shop, phone: Phone) -> None:
    payment = ordered(shop, phone)
    shop.pay(payment, method="customer_balance", delayed_result=None)
    handle_return(phone, payment)
    words = text_of(phone.open(url_of(payment)))
    assert "Your payment is on its way" in words
    assert "Do not pay again" in words


def test_while_a_bank_transfer_is_on_its_way_something_else_is_a_new_order(shop: Shop, phone: Phone) -> None:
    payment = ordered(shop, phone)
    shop.pay(payment, method="customer_balance", delayed_result=None)
    handle_return(phone, payment)
    page = phone.open(url_of(payment))
    assert "Order something else" in text_of(page)
    # The phone forgets the cart that was sent, so that its key does not lead back here.
    assert f'data-paid="{shop.orders()[0].checkout_key}"' in page.content.decode()
    another = an_item(shop.tenant, "Teh halia", 350)
    review = phone.review(line(another))
    assert review.status_code == 200
    assert "Teh halia" in text_of(review)
    phone.press(review)
    first, second = shop.orders()
    assert second.replaces_id is None
    assert shop.payment_of(second).status == "pending"
    assert shop.fresh(payment).is_processing
    assert first.id == payment.order_id


def test_the_same_dishes_again_are_asked_about_while_a_transfer_is_on_its_way(
    shop: Shop, phone: Phone
) -> None:
    payment = ordered(shop, phone)
    shop.pay(payment, method="customer_balance", delayed_result=None)
    handle_return(phone, payment)
    assert "the same dishes" in text_of(phone.review(line(shop.item, 2)))


def test_a_paid_order_shows_its_number_and_where_it_is(shop: Shop, phone: Phone) -> None:
    payment = paid(shop, phone)
    page = phone.open(url_of(payment))
    assert "Thank you Order T1 Test order: no real money moved. Paid. The kitchen has your order." in text_of(
        page
    )
    assert 'aria-current="step"><span>Received' in page.content.decode()
    assert re.search(r"Paid \d+ \w+ \d{4}, \d+:\d\d [ap]m \u00b7 Visa \u00b7\u00b74242", text_of(page))
    assert phone.code_url in page.content.decode()
    for to, word in (("preparing", "Being prepared"), ("ready", "Ready"), ("served", "Served")):
        move(shop.restaurant.owner, shop.restaurant.location, payment.order_id, to)  # type: ignore[arg-type]
        html = phone.open(url_of(payment)).content.decode()
        assert f'aria-current="step"><span>{word}' in html
        assert ("data-over" in html) == (to == "served")


def test_without_script_the_page_reloads_until_its_state_is_final(shop: Shop, phone: Phone) -> None:
    payment = paid(shop, phone)
    refresh = '<noscript><meta http-equiv="refresh" content="10"></noscript>'
    assert refresh in phone.open(url_of(payment)).content.decode()
    for to in ("preparing", "ready", "served"):
        move(shop.restaurant.owner, shop.restaurant.location, payment.order_id, to)  # type: ignore[arg-type]
    assert refresh not in phone.open(url_of(payment)).content.decode()


def test_a_refund_is_seen(shop: Shop, phone: Phone) -> None:
    payment = paid(shop, phone)
    refund_payment(shop.restaurant.owner, payment.id, "wrong dish")
    words = text_of(phone.open(url_of(payment)))
    assert "RM 25.00 was refunded." in words
    assert "Refunded" in words
    assert "RM 25.00 was refunded." in text_of(phone.open(url_of(payment) + "receipt/"))
    assert "wrong dish" not in words


def test_an_unchanged_live_part_is_not_sent_again(shop: Shop, phone: Phone) -> None:
    payment = paid(shop, phone)
    state = phone.open(url_of(payment) + "state/")
    assert state.content.decode() in phone.open(url_of(payment)).content.decode()
    again = phone.open(url_of(payment) + "state/", headers={"if-none-match": state["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    move(shop.restaurant.owner, shop.restaurant.location, payment.order_id, "preparing")  # type: ignore[arg-type]
    changed = phone.open(url_of(payment) + "state/", headers={"if-none-match": state["ETag"]})
    assert changed.status_code == 200
    assert "being prepared" in text_of(changed)


def test_a_poll_costs_few_queries(shop: Shop, phone: Phone) -> None:
    payment = paid(shop, phone)
    phone.open(url_of(payment) + "state/")
    with CaptureQueriesContext(connection) as seen:
        phone.open(url_of(payment) + "state/")
    assert len(seen) <= 5


def test_the_receipt_shows_when_and_how_it_was_paid(shop: Shop, phone: Phone) -> None:
    words = text_of(phone.open(url_of(paid(shop, phone)) + "receipt/"))
    for word in (
        "Receipt",
        "Bangsar",
        "Order T1",
        "Paid with Visa \u00b7\u00b74242",
        "Amount paid RM 25.00",
        "Total RM 25.00",
    ):
        assert word in words


def test_the_receipt_has_the_numbers_of_the_location(shop: Shop, phone: Phone) -> None:
    Location.objects.filter(tenant=shop.tenant).update(
        receipt_header="Kopi Kita Sdn. Bhd.\n<b>Trading</b>",
        registration_number="202401012345",
        sst_number="W10-1808-31000001",
    )
    payment = paid(shop, phone)
    page = phone.open(f"{url_of(payment)}receipt/").content.decode()
    assert "Kopi Kita Sdn. Bhd.<br>&lt;b&gt;Trading&lt;/b&gt;" in page
    assert "Registration no. 202401012345" in page
    assert "SST no. W10-1808-31000001" in page


def test_there_is_no_receipt_before_payment(shop: Shop, phone: Phone) -> None:
    payment = ordered(shop, phone)
    assert phone.open(url_of(payment) + "receipt/")["Location"] == url_of(payment)


def test_an_order_is_found_by_its_own_token_at_its_own_restaurant_only(shop: Shop, phone: Phone) -> None:
    payment = paid(shop, phone)
    a_restaurant("warung")
    token = payment.order.token
    for path in ("o/{}/", "o/{}/state/", "o/{}/receipt/", "pay/return/{}/", "pay/cancel/{}/"):
        assert phone.open(f"/warung/{path.format(token)}").status_code == 404
        for nobody in ("x" * 22, "x" * 500, "a%00b", "ทดสอบ"):
            page = phone.open(f"/kopi/{path.format(nobody)}")
            assert page.status_code == 404
            assert "Scan the code on your table" in text_of(page)


def test_no_page_of_an_order_uses_staff_terms(shop: Shop, phone: Phone) -> None:
    payment = paid(shop, phone)
    for page in (url_of(payment), url_of(payment) + "receipt/", phone.menu_url):
        words = text_of(phone.open(page)).lower()
        for word in (
            "held",
            "webhook",
            "attention",
            "settle",
            "pending",
            "succeeded",
            "session",
            "pi_",
            "cs_",
        ):
            assert word not in words.split()
    assert Order.objects.filter(tenant=shop.tenant).count() == 1
