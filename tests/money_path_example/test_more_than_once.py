"""Money that comes twice, late, or goes back, at a processor without keys and lists (M6, M17, M19, M80 to M93)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from duitpos.domain.checkout.results import Changed, GoToProcessor, StartRefused
from duitpos.domain.errors import Unavailable
from duitpos.domain.payments.events.receive import receive
from duitpos.domain.payments.refunds.refund import refund_payment
from duitpos.kit.ids import secret_token
from duitpos.models import LedgerEntry, Order, OrderEvent, OrderLine, OutboxEntry, Payment, Refund
from duitpos.models.alert import AlertKind as A
from duitpos.processors.registry import ADAPTERS
from tests.processors.example.adapter import CANNOT_FIND, ExampleAdapter
from tests.support.kedai_shop import GUEST, KedaiShop, open_kedai_shop
from tests.support.scenarios import press_again, take_first_offer

pytestmark = pytest.mark.django_db(transaction=True)


def paid(shop: KedaiShop) -> Payment:
    payment = shop.start()
    shop.pay(payment)
    return shop.fresh(payment)


def test_an_edited_cart_and_its_former_page_are_both_paid(shop: KedaiShop) -> None:
    """No bill can be canceled there: the guest may pay the new one, and the old one too."""
    first = shop.start()
    second = shop.start(cart=shop.cart(1))
    assert len(shop.kedai.bills()) == 2
    shop.pay(second)
    assert [order.total_minor for order in shop.placed()] == [1250]
    shop.pay(first)
    assert [order.total_minor for order in shop.placed()] == [1250]
    assert len(shop.alerts()) == 1
    assert {shop.fresh(one).status for one in (first, second)} == {"succeeded"}
    assert sorted(shop.ledger()) == [("payment", 1250), ("payment", 2500)]


def test_the_former_page_is_found_without_a_delivery(deaf_shop: KedaiShop) -> None:
    shop = deaf_shop
    first = shop.start()
    shop.start(cart=shop.cart(1))
    shop.kedai.pay(first.reference)
    shop.sweep(after=timedelta(hours=7))
    assert shop.fresh(first).status == "succeeded"
    assert len(shop.placed()) + len(shop.alerts()) >= 1


def test_a_lost_answer_without_a_look_up_is_never_repeated(
    shop: KedaiShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ADAPTERS, "example", ExampleAdapter(CANNOT_FIND))
    shop.kedai.fault("drop", "/v2/bills", method="POST")
    with pytest.raises(Unavailable):
        shop.start()
    (lost,) = shop.kedai.bills()
    (attempt,) = Payment.objects.filter(tenant=shop.tenant)
    Payment.objects.filter(tenant=shop.tenant, id=attempt.id).update(
        start_sent_at=attempt.created_at - timedelta(minutes=1)
    )
    (order,) = shop.orders()
    with pytest.raises(StartRefused):
        press_again(shop, order, guest_email=GUEST)
    assert shop.fresh(attempt).status == "failed"
    again = press_again(shop, order, guest_email=GUEST)
    if isinstance(again, Changed):
        again = shop.checkout(checkout_key=again.new_key, guest_token=order.guest_token)
    assert isinstance(again, GoToProcessor)
    shop.pay(shop.payment_of(again.order))
    assert len(shop.placed()) == 1
    # Nobody was sent to the first page. If it is paid all the same, the money is seen.
    shop.kedai.pay(lost["bill"])
    shop.kedai.idle()
    assert len(shop.placed()) == 1
    assert len(shop.alerts()) == 1


def test_a_look_up_that_is_switched_off_keeps_nobody_waiting(shop: KedaiShop) -> None:
    shop.kedai.merchant(finds_bills=False)
    shop.kedai.fault("drop", "/v2/bills", method="POST")
    with pytest.raises(Unavailable):
        shop.start()
    (attempt,) = Payment.objects.filter(tenant=shop.tenant)
    (order,) = shop.orders()
    with pytest.raises(Unavailable):
        # The call may still be running.
        press_again(shop, order, guest_email=GUEST)
    Payment.objects.filter(tenant=shop.tenant, id=attempt.id).update(
        start_sent_at=attempt.created_at - timedelta(minutes=1)
    )
    with pytest.raises(StartRefused):
        press_again(shop, order, guest_email=GUEST)
    assert shop.fresh(attempt).status == "failed"
    assert len(shop.kedai.bills()) == 1


def test_a_page_that_takes_the_money_twice(shop: KedaiShop) -> None:
    payment = paid(shop)
    shop.pay(payment, again=True)
    assert len(shop.placed()) == 1
    assert shop.alerts() == [A.DUPLICATE_PAYMENT]
    assert shop.ledger() == [("payment", 2500), ("payment", 2500)]
    take_first_offer(shop)
    shop.kedai.idle()
    assert shop.alerts() == []
    bill = shop.kedai.bill(payment.reference)
    assert [refund["payment"] for refund in bill["refunds"]] == [bill["payments"][1]["id"]]
    assert shop.fresh(payment).refund_reserved_minor == 0


def test_a_refund_is_made_once(shop: KedaiShop) -> None:
    payment = paid(shop)
    refund = refund_payment(shop.restaurant.owner, payment.id, "cold")
    shop.kedai.idle()
    refund.refresh_from_db()
    assert refund.status == "succeeded"
    assert shop.ledger() == [("payment", 2500), ("refund", -2500)]
    assert len(shop.kedai.bill(payment.reference)["refunds"]) == 1


def test_a_refund_whose_answer_was_lost_is_not_made_again(deaf_shop: KedaiShop) -> None:
    shop = deaf_shop
    payment = shop.start()
    shop.kedai.pay(payment.reference)
    shop.kedai.deliver()
    shop.kedai.fault("drop", "/v2/bills/*/refunds", method="POST")
    refund = refund_payment(shop.restaurant.owner, payment.id, "cold")
    assert refund.status == "created"
    Refund.objects.filter(tenant=shop.tenant).update(first_sent_at=refund.created_at - timedelta(minutes=2))
    shop.sweep(after=timedelta(minutes=2))
    refund.refresh_from_db()
    assert refund.status == "succeeded"
    assert len(shop.kedai.bill(payment.reference)["refunds"]) == 1


def test_a_refund_whose_call_never_arrived_is_made(deaf_shop: KedaiShop) -> None:
    shop = deaf_shop
    payment = shop.start()
    shop.kedai.pay(payment.reference)
    shop.kedai.deliver()
    shop.kedai.fault("status", "/v2/bills/*/refunds", method="POST", status=503)
    refund = refund_payment(shop.restaurant.owner, payment.id, "cold")
    Refund.objects.filter(tenant=shop.tenant).update(first_sent_at=refund.created_at - timedelta(minutes=2))
    shop.sweep(after=timedelta(minutes=2))
    refund.refresh_from_db()
    assert refund.status == "succeeded"
    assert len(shop.kedai.bill(payment.reference)["refunds"]) == 1


def test_two_equal_refunds_at_the_processors_dashboard_are_both_booked(shop: KedaiShop) -> None:
    """Both are told in the same bytes."""
    payment = paid(shop)
    for _ in range(2):
        shop.kedai.refund_externally(payment.reference, "5.00")
        shop.kedai.idle()
    assert shop.ledger() == [("payment", 2500), ("refund", -500), ("refund", -500)]
    assert shop.fresh(payment).refund_reserved_minor == 1000


def test_what_cannot_be_refunded_is_said(shop: KedaiShop) -> None:
    from duitpos.domain.errors import Code, Conflict

    payment = shop.start()
    shop.kedai.set_refundable(payment.reference, "none")
    shop.pay(payment)
    with pytest.raises(Conflict) as caught:
        refund_payment(shop.restaurant.owner, payment.id, "cold")
    assert caught.value.code == Code.REFUND_NOT_POSSIBLE


def test_a_delivery_signed_by_another_is_refused(deaf_shop: KedaiShop) -> None:
    shop = deaf_shop
    payment = shop.start()
    shop.kedai.pay(payment.reference)
    shop.kedai.deliver()
    (sent, *_) = shop.kedai.delivered()
    body, signature = sent["body"].encode(), sent["signature"]

    def answer(body: bytes, signature: str) -> int:
        headers = {"x-kedai-signature": signature}
        return receive(shop.tenant, "example", body, headers, shop.account.id).status

    assert answer(body, signature) == 200
    altered = body.replace(b"25.00", b"95.00")
    assert altered != body
    for what, header in ((altered, signature), (body, signature[:-8] + "AAAAAAA="), (body, "")):
        assert answer(what, header) == 400
    assert shop.ledger() == [("payment", 2500)]


def test_a_bill_of_another_restaurants_account_settles_nothing_here(shop: KedaiShop) -> None:
    """The same merchant is connected in two restaurants of this installation; each payment stays where it began."""
    with open_kedai_shop(shop.kedai, shop.url, slug="teh") as other:
        payment = shop.start()
        shop.pay(payment)
        assert len(shop.placed()) == 1
        assert Order.objects.filter(tenant=other.tenant).count() == 0
        assert Payment.objects.filter(tenant=other.tenant).count() == 0


def test_money_that_a_restored_backup_lost_is_an_alert(shop: KedaiShop) -> None:
    payment = paid(shop)
    of = {"tenant": shop.tenant}
    Order.objects.filter(**of).update(released_by=None)
    events = payment.events.model
    for rows in (
        LedgerEntry.objects.filter(**of),
        events.objects.filter(**of),
        OutboxEntry.objects.filter(**of),
        payment.references.model.objects.filter(**of),
        OrderLine.objects.filter(**of),
        OrderEvent.objects.filter(**of),
        Payment.objects.filter(**of),
        Order.objects.filter(**of),
    ):
        rows._raw_delete("default")
    shop.kedai.deliver_again(shop.kedai.delivered()[0]["id"])
    shop.kedai.idle()
    assert shop.alerts() == [A.UNKNOWN_PAYMENT]
    assert shop.ledger() == [("payment", 2500)]


def test_one_cart_at_two_tables_is_two_orders(shop: KedaiShop) -> None:
    """Field case F1 at a processor whose pages cannot be ended."""
    from tests.support.restaurant import a_table

    first = shop.start(checkout_key=secret_token())
    shop.table = a_table(shop.restaurant.location, "9")
    second = shop.start(checkout_key=secret_token())
    shop.pay(second)
    assert [order.table.name for order in shop.placed() if order.table] == ["9"]
    shop.pay(first)
    assert len(shop.placed()) == 1
    assert len(shop.alerts()) == 1
