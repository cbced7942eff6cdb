"""From the review to the processor's page and back, without script, with real calls to the sandbox."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.http import HttpResponse

from duitpos.domain.checkout.limits import MOST_OF_UNKNOWN_PHONES, MOST_PER_PHONE
from duitpos.domain.tables.rotate import rotate_token
from duitpos.kit.clock import now
from duitpos.models import MenuItem, Order, Payment, PaymentType, ProcessorAccount, StartCounter, Table
from tests.guest.phone import Phone, field_of, line, text_of
from tests.support.credentials import keep
from tests.support.live_shop import Clock
from tests.support.shop import Shop, an_account

pytestmark = pytest.mark.urls("tests.guest.urls")


def pay_url(page: HttpResponse) -> str:
    """The URL that the forwarding page goes to."""
    found = re.search(r'http-equiv="refresh" content="0;url=([^"]+)"', page.content.decode())
    assert found, text_of(page)
    return found[1]


def review(shop: Shop, phone: Phone, quantity: int = 2) -> HttpResponse:
    return phone.review(line(shop.item, quantity))


def test_pay_shows_a_page_that_forwards_to_the_processor(shop: Shop, phone: Phone) -> None:
    page = review(shop, phone)
    assert "Pay RM 25.00" in text_of(page)
    assert "Test mode" in text_of(page)
    page = phone.press(page)
    assert page.status_code == 200
    url = pay_url(page)
    assert url.startswith(shop.sandbox.url)
    assert f'href="{url}"' in page.content.decode()
    assert page["Cache-Control"] == "no-store"
    (order,) = shop.orders()
    assert (order.status, order.total_minor, order.guest_token) == (
        "held",
        2500,
        phone.client.cookies["guest"].value,
    )


def test_two_presses_are_one_order_and_one_session(shop: Shop, phone: Phone) -> None:
    page = review(shop, phone)
    urls = {pay_url(phone.press(page)) for _ in range(3)}
    assert len(urls) == 1
    assert len(shop.orders()) == 1
    assert len(shop.sandbox.listed("sessions")) == 1


def test_paid_and_back_shows_the_number(shop: Shop, phone: Phone) -> None:
    phone.press(review(shop, phone))
    (order,) = shop.orders()
    payment = shop.payment_of(order)
    shop.pay(payment)
    page = phone.open(f"/kopi/pay/return/{order.token}/", follow=True)
    words = text_of(page)
    assert "Thank you Order T1" in words
    assert "The kitchen has your order" in words
    assert "2 \u00d7 Nasi lemak RM 25.00" in words
    assert f'data-paid="{order.checkout_key}"' in page.content.decode()


def test_the_return_url_alone_proves_nothing(shop: Shop, phone: Phone) -> None:
    phone.press(review(shop, phone))
    (order,) = shop.orders()
    for session in ("cs_test_made_up", "", "a%00b", shop.payment_of(order).reference):
        page = phone.open(f"/kopi/pay/return/{order.token}/?session_id={session}", follow=True)
        assert "Order T1" not in text_of(page)
    assert shop.placed() == []


def test_back_from_stripe_rebuilds_the_cart_and_closes_the_session(shop: Shop, phone: Phone) -> None:
    first = phone.press(review(shop, phone))
    (order,) = shop.orders()
    page = phone.open(f"/kopi/pay/cancel/{order.token}/", follow=True)
    words = text_of(page)
    assert "You have not paid yet. Your order is kept" in words
    assert "Nasi lemak RM 25.00" in words
    assert [session["status"] for session in shop.sandbox.listed("sessions")] == ["expired"]
    again = phone.press(page)
    assert pay_url(again) != pay_url(first)
    assert len(shop.orders()) == 1


def test_an_edited_cart_is_a_new_order_and_the_old_session_is_closed(shop: Shop, phone: Phone) -> None:
    page = review(shop, phone)
    phone.press(page)
    edited = phone.press(page, change="0:plus")
    assert "Pay RM 37.50" in text_of(edited)
    phone.press(edited)
    assert [order.total_minor for order in shop.orders()] == [2500, 3750]
    assert shop.orders()[1].replaces_id == shop.orders()[0].id
    assert sorted(session["status"] for session in shop.sandbox.listed("sessions")) == ["expired", "open"]


def test_a_changed_total_must_be_confirmed_and_is_never_charged(shop: Shop, phone: Phone) -> None:
    page = review(shop, phone)
    MenuItem.objects.filter(tenant=shop.tenant, id=shop.item.id).update(price_minor=1300)
    page = phone.press(page)
    assert page.status_code == 409
    words = text_of(page)
    assert "The total is now RM 26.00, was RM 25.00. Nothing was charged yet." in words
    assert "Nasi lemak is now RM 13.00, was RM 12.50." in words
    assert shop.orders() == []
    pay_url(phone.press(page))
    assert shop.orders()[0].total_minor == 2600


def test_a_total_that_was_not_shown_must_be_confirmed(shop: Shop, phone: Phone) -> None:
    page = phone.press(review(shop, phone), seen_total="100")
    assert page.status_code == 409
    assert shop.orders() == []


def test_back_after_paying_shows_the_paid_order_whatever_is_pressed(shop: Shop, phone: Phone) -> None:
    page = review(shop, phone)
    phone.press(page)
    (order,) = shop.orders()
    shop.pay(shop.payment_of(order))
    phone.open(f"/kopi/pay/return/{order.token}/")
    for step in ("pay", "review"):
        answer = phone.press(page, step=step)
        assert (answer.status_code, answer["Location"]) == (303, f"/kopi/o/{order.token}/")
    assert phone.open(f"{phone.checkout_url}?order={order.token}")["Location"] == f"/kopi/o/{order.token}/"
    assert len(shop.orders()) == 1


def test_an_edited_cart_after_paying_shows_what_was_paid_and_says_the_rest_was_not_ordered(
    shop: Shop, phone: Phone
) -> None:
    page = review(shop, phone)
    phone.press(page)
    (order,) = shop.orders()
    # Paid, but without a webhook or a return.
    shop.pay(shop.payment_of(order))
    edited = phone.press(page, change="0:plus")
    answer = phone.press(edited)
    assert answer["Location"] == f"/kopi/o/{order.token}/?kept=1"
    assert "What you changed since was not ordered" in text_of(phone.open(answer["Location"]))
    assert len(shop.orders()) == 1


def test_a_rescan_finds_the_order_and_another_phone_does_not(shop: Shop, phone: Phone) -> None:
    phone.press(review(shop, phone))
    (order,) = shop.orders()
    shop.pay(shop.payment_of(order))
    phone.open(f"/kopi/pay/return/{order.token}/")
    assert ".mine { display: block; }" in phone.open(f"{phone.code_url}phone.css").content.decode()
    assert "Your order T1 · received" in text_of(phone.open(f"{phone.code_url}mine/"))
    other = Phone(shop.tenant, shop.table)
    assert other.open(f"{phone.code_url}phone.css").content == b""
    assert other.open(f"{phone.code_url}mine/")["Location"] == phone.code_url


def test_a_rescan_of_a_rotated_code_still_finds_the_order(shop: Shop, phone: Phone) -> None:
    phone.press(review(shop, phone))
    (order,) = shop.orders()
    shop.pay(shop.payment_of(order))
    phone.open(f"/kopi/pay/return/{order.token}/")
    page = phone.open("/kopi/t/dead/")
    assert page.status_code == 404
    assert "Your order T1 · received" in text_of(page)


# --- what can go wrong ------------------------------------------------------------------------------------------


def test_stripe_down_keeps_the_cart_and_the_next_press_goes_on(shop: Shop, phone: Phone) -> None:
    page = review(shop, phone)
    shop.sandbox.fault("error", status=503, count=None)
    answer = phone.press(page)
    assert answer.status_code == 503
    words = text_of(answer)
    assert "does not answer" in words
    assert "Pay RM 25.00" in words
    shop.sandbox.control("DELETE", "/faults")
    pay_url(phone.press(answer))
    assert len(shop.orders()) == 1


def test_a_refused_key_is_explained_to_guests(shop: Shop, phone: Phone) -> None:
    page = review(shop, phone)
    account = ProcessorAccount.objects.get(tenant=shop.tenant, id=shop.account.id)
    keep(account, secret_key="sk_test_somebody_elses")
    ProcessorAccount.objects.filter(tenant=shop.tenant, id=account.id).update(credentials=account.credentials)
    answer = phone.press(page)
    words = text_of(answer)
    assert answer.status_code == 409
    assert "sk_test" not in answer.content.decode()
    assert "kept" in words
    assert "Nasi lemak" in words


def test_below_the_minimum_names_it(shop: Shop, phone: Phone) -> None:
    MenuItem.objects.filter(tenant=shop.tenant, id=shop.item.id).update(price_minor=150)
    page = phone.review(line(shop.item, 1, seen=150))
    words = text_of(page)
    assert "Order at the counter" in words
    assert "RM 2.00" in words
    assert 'value="pay"' not in page.content.decode()
    answer = phone.send(
        phone.checkout_url,
        {
            "step": "pay",
            "cart": field_of(page, "cart"),
            "checkout_key": field_of(page, "checkout_key"),
            "seen_total": "150",
        },
    )
    assert answer.status_code == 400
    assert shop.orders() == []


def test_nothing_to_pay_is_ordered_at_the_counter(shop: Shop, phone: Phone) -> None:
    MenuItem.objects.filter(tenant=shop.tenant, id=shop.item.id).update(price_minor=0)
    page = phone.review(line(shop.item, 1, seen=0))
    assert "There is nothing to pay for this order." in text_of(page)
    assert 'value="pay"' not in page.content.decode()


def test_the_only_way_to_pay_was_switched_off_meanwhile(shop: Shop, phone: Phone) -> None:
    page = review(shop, phone)
    PaymentType.objects.filter(tenant=shop.tenant).update(is_active=False)
    answer = phone.press(page)
    assert answer.status_code == 409
    assert "Order at the counter" in text_of(answer)
    assert "Nasi lemak" in text_of(answer)


def test_several_ways_to_pay_are_chosen_by_name(shop: Shop, phone: Phone) -> None:
    second = PaymentType.objects.create(tenant=shop.tenant, code="WALLET", name="Pay by wallet", position=9)
    account = an_account(shop.restaurant, shop.sandbox, external_id="acct_of_the_wallet")
    ProcessorAccount.objects.filter(tenant=shop.tenant, id=account.id).update(payment_type=second)
    page = review(shop, phone)
    words = text_of(page)
    assert "How do you want to pay?" in words
    assert "Pay by wallet" in words
    pay_url(phone.press(page, payment_type=str(second.id)))
    assert shop.payment_of(shop.orders()[0]).payment_type_id == second.id


def test_a_phone_that_never_pays_is_asked_to_wait(shop: Shop, phone: Phone) -> None:
    page = review(shop, phone)
    pay_url(phone.press(page))
    (order,) = shop.orders()
    _copies(order, MOST_PER_PHONE - 1, guest_token=order.guest_token)
    edited = phone.press(page, change="0:plus")
    answer = phone.press(edited)
    assert answer.status_code == 429
    assert "Wait ten minutes, or order at the counter. Your cart is kept." in text_of(answer)
    # The order that was made before can still be paid.
    pay_url(phone.press(page))


def test_a_table_has_a_limit_too_because_cookies_can_be_deleted(shop: Shop, phone: Phone) -> None:
    page = review(shop, phone)
    pay_url(phone.press(page))
    StartCounter.objects.filter(tenant=shop.tenant).update(count=MOST_OF_UNKNOWN_PHONES)
    other = Phone(shop.tenant, shop.table)
    answer = other.press(review(shop, other))
    assert answer.status_code == 429
    assert "Scan the code on your table once more" in text_of(answer)
    # The order that was made before can still be paid.
    pay_url(phone.press(page))
    StartCounter.objects.filter(tenant=shop.tenant).update(begins_at=now() - timedelta(minutes=11))
    pay_url(other.press(review(shop, other)))


def _copies(order: Order, count: int, guest_token: str = "") -> None:
    fields = {
        field.attname: getattr(order, field.attname)
        for field in Order._meta.concrete_fields
        if field.name not in ("id", "token", "checkout_key", "guest_token")
    }
    copies = Order.objects.bulk_create(
        Order(**fields, checkout_key=f"copy-{number}", guest_token=guest_token or f"guest-{number}")
        for number in range(count)
    )
    payment = Payment.objects.get(tenant_id=order.tenant_id, order_id=order.id)
    columns = {
        field.attname: getattr(payment, field.attname)
        for field in Payment._meta.concrete_fields
        if field.name not in ("id", "order", "reference")
    }
    # Canceled, because a phone has only one live attempt.
    columns |= {"status": "canceled", "ended_at": payment.created_at}
    Payment.objects.bulk_create(Payment(**columns, order=copy) for copy in copies)


def test_an_old_orders_link_does_not_reveal_the_tables_new_code(shop: Shop, phone: Phone) -> None:
    phone.press(review(shop, phone))
    (order,) = shop.orders()
    rotate_token(shop.restaurant.owner, shop.table.id)
    token = Table.objects.get(tenant=shop.tenant, id=shop.table.id).token
    page = phone.open(f"/kopi/pay/cancel/{order.token}/", follow=True)
    assert token not in page.content.decode()
    assert "scan the code on your table" in text_of(page)


def test_the_forwarding_page_passes_our_content_security_policy(shop: Shop, phone: Phone) -> None:
    page = phone.press(review(shop, phone))
    policy = page["Content-Security-Policy"]
    assert "form-action 'self'" in policy
    assert "<script" not in page.content.decode()
    assert "style=" not in page.content.decode()
    assert Payment.objects.filter(tenant=shop.tenant).count() == 1


def test_an_expired_session_is_reported_and_the_next_press_pays_the_same_order(
    shop: Shop, phone: Phone, clock: Clock
) -> None:
    page = review(shop, phone)
    first = pay_url(phone.press(page))
    clock.advance(minutes=46)
    shop.sweep()
    (order,) = shop.orders()
    words = text_of(phone.open(f"/kopi/o/{order.token}/"))
    assert "This order was not paid, and nothing was charged." in words
    assert "Look again and pay RM 25.00" in words
    assert pay_url(phone.press(page)) != first
    assert len(shop.orders()) == 1


def test_an_order_that_was_closed_unpaid_must_be_confirmed_and_is_ordered_again(
    shop: Shop, phone: Phone, clock: Clock
) -> None:
    page = review(shop, phone)
    phone.press(page)
    for minutes in (46, 20):
        clock.advance(minutes=minutes)
        shop.sweep()
    assert shop.orders()[0].status == "canceled"
    again = phone.press(page)
    assert again.status_code == 409
    assert "The time to pay was over. Nothing was charged" in text_of(again)
    pay_url(phone.press(again))
    assert [order.status for order in shop.orders()] == ["canceled", "held"]


def test_a_processor_that_does_not_answer_starts_nothing_new(shop: Shop, phone: Phone) -> None:
    page = review(shop, phone)
    phone.press(page)
    shop.sandbox.fault("error", status=503, count=None)
    answer = phone.press(phone.press(page, change="0:plus"))
    (order,) = shop.orders()
    assert (answer.status_code, answer["Location"]) == (303, f"/kopi/o/{order.token}/?kept=1")
    words = text_of(phone.open(answer["Location"]))
    assert "it is kept in your cart" in words


def test_a_cart_that_is_too_large_is_refused_unread(shop: Shop, phone: Phone) -> None:
    answer = phone.send(phone.checkout_url, {"step": "review", "cart": "x" * 300_000})
    assert answer.status_code in (400, 413)
