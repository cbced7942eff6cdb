"""A warning before the same dishes are paid twice; one more press goes on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from duitpos.domain.payments.refunds.refund import refund_payment
from duitpos.kit.clock import now
from duitpos.models import Payment
from tests.guest.phone import Phone, line, review_fields, text_of
from tests.guest.test_paying import pay_url
from tests.support.restaurant import a_table, an_item
from tests.support.shop import Shop

pytestmark = pytest.mark.urls("tests.guest.urls")
SAME = "the same dishes"


def friend(shop: Shop) -> Phone:
    return Phone(shop.tenant, shop.table)


def paid(shop: Shop, phone: Phone) -> Payment:
    phone.press(phone.review(line(shop.item, 2)))
    payment = shop.payment_of(shop.orders()[-1])
    shop.pay(payment)
    phone.open(f"/kopi/pay/return/{shop.orders()[-1].token}/")
    return shop.fresh(payment)


def test_somebody_at_the_table_is_paying_for_the_same(shop: Shop, phone: Phone) -> None:
    phone.press(phone.review(line(shop.item, 2)))
    page = friend(shop).review(line(shop.item, 2))
    assert "Somebody at this table is paying for the same dishes at this moment" in text_of(page)


def test_somebody_at_the_table_has_just_paid_for_the_same(shop: Shop, phone: Phone) -> None:
    payment = paid(shop, phone)
    other = friend(shop)
    page = other.review(line(shop.item, 2))
    assert "has just paid for the same dishes: order T1" in text_of(page)
    assert pay_url(other.press(page)) != payment.reference
    assert len(shop.orders()) == 2


def test_the_phone_that_paid_is_told_so(shop: Shop, phone: Phone) -> None:
    paid(shop, phone)
    assert "You have just paid for the same dishes: order T1" in text_of(phone.review(line(shop.item, 2)))


def test_a_page_from_before_is_held_once(shop: Shop, phone: Phone) -> None:
    other = friend(shop)
    page = other.review(line(shop.item, 2))
    assert SAME not in text_of(page)
    paid(shop, phone)
    held = other.press(page)
    assert held.status_code == 409
    assert "has just paid for the same dishes" in text_of(held)
    assert len(shop.orders()) == 1
    assert pay_url(other.press(held))
    assert len(shop.orders()) == 2


def test_another_warning_than_the_one_that_was_read(shop: Shop, phone: Phone) -> None:
    phone.press(phone.review(line(shop.item, 2)))
    other = friend(shop)
    page = other.review(line(shop.item, 2))
    shop.pay(shop.payment_of(shop.orders()[0]))
    phone.open(f"/kopi/pay/return/{shop.orders()[0].token}/")
    held = other.press(page)
    assert (held.status_code, "has just paid" in text_of(held)) == (409, True)


def test_what_is_no_twin(shop: Shop, phone: Phone) -> None:
    tea = an_item(shop.tenant, "Teh tarik", 2500)
    payment = paid(shop, phone)
    other = friend(shop)
    assert SAME not in text_of(other.review(line(tea, 1))), "of the same price"
    assert SAME not in text_of(other.review(line(shop.item, 3)))
    elsewhere = Phone(shop.tenant, a_table(shop.restaurant.location, "9"))
    assert SAME not in text_of(elsewhere.review(line(shop.item, 2)))
    Payment.objects.filter(tenant=shop.tenant).update(settled_at=now() - timedelta(minutes=16))
    assert SAME not in text_of(other.review(line(shop.item, 2)))
    Payment.objects.filter(tenant=shop.tenant).update(settled_at=now())
    refund_payment(shop.restaurant.owner, payment.id, "cold")
    assert SAME not in text_of(other.review(line(shop.item, 2)))


def test_the_same_phone_pressing_again_is_not_warned(shop: Shop, phone: Phone) -> None:
    page = phone.review(line(shop.item, 2))
    assert pay_url(phone.press(page)) == pay_url(phone.press(page))
    assert SAME not in text_of(phone.review(line(shop.item, 2))), "its open page ends when it pays this one"


def test_the_sequence_of_dishes_and_notes_do_not_matter(shop: Shop, phone: Phone) -> None:
    tea = an_item(shop.tenant, "Teh tarik", 300)
    phone.press(phone.review(line(shop.item, 1), line(tea, 2)))
    other = friend(shop)
    assert SAME in text_of(other.review(line(tea, 1, note="hot"), line(tea, 1), line(shop.item, 1)))


def test_the_warning_costs_one_query_where_nothing_fits(shop: Shop, phone: Phone) -> None:
    from duitpos.domain.checkout.same_cart import twin_of
    from duitpos.domain.orders.quote import quote

    phone.press(phone.review(line(shop.item, 1)))
    priced = quote(shop.tenant, shop.restaurant.location, shop.cart(2))
    with CaptureQueriesContext(connection) as seen:
        assert twin_of(shop.table, "a-token-of-this-test", priced, set()) is None
    assert len(seen.captured_queries) == 1
    assert review_fields(friend(shop).review(line(shop.item, 2))).get("seen_twin") is None
