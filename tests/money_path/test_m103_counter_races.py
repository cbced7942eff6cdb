"""Staff take the money while something else happens to the order at the same moment (M103, M104).

tests/races/test_counter_races.py removes the guards, and shows what happens then.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from duitpos.domain.checkout.results import GoToProcessor
from duitpos.domain.errors import Code, Conflict, Unavailable
from duitpos.domain.processor_accounts.types import create_type, delete_type
from duitpos.domain.staff_actions.cancel_order import cancel_order
from duitpos.domain.staff_actions.take_payment import take_payment
from duitpos.domain.sweep.counter_orders import end_at_close
from duitpos.kit.clock import now
from duitpos.kit.ids import secret_token
from duitpos.models import Order, Payment, PaymentType
from duitpos.models.payment import LIVE_ATTEMPT
from duitpos.models.payment_setup import PaymentKind
from duitpos.models.tenant import UnpaidOrders
from tests.support.at_once import at_once, deliver, event_of
from tests.support.counter import BOTH, cash, fresh, payments, send
from tests.support.scenarios import end_wrongly
from tests.support.shop import Shop

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.races]


def press_paid(shop: Shop, order: Order, kind: PaymentType) -> Callable[[], Code | None]:
    """Staff press Paid. The call returns why it was refused; None when the money is recorded."""

    def press() -> Code | None:
        try:
            take_payment(shop.restaurant.owner, order.id, kind.id)
        except (Conflict, Unavailable) as refused:
            return refused.code
        return None

    return press


def succeeded(shop: Shop, order: Order) -> list[Payment]:
    return list(Payment.objects.filter(tenant=shop.tenant, order=order, status="succeeded"))


def payable(shop: Shop) -> list[str]:
    """The sessions that a guest can still pay."""
    return [row["id"] for row in shop.sandbox.listed("sessions") if row["status"] == "open"]


# -- Paid and Paid -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("style", BOTH)
def test_m103_two_cashiers_at_once_take_it_once(webhookless_shop: Shop, style: str) -> None:
    shop = webhookless_shop
    kind = cash(shop, style)
    order = send(shop, kind)
    answers = at_once([press_paid(shop, order, kind)] * 4)
    assert sorted(answers, key=str) == [None] + [Code.ORDER_PAID_MEANWHILE] * 3
    assert shop.ledger() == [("payment", 2500)]
    (payment,) = succeeded(shop, order)
    assert (fresh(order).released_by_id, fresh(order).number) == (payment.id, 1)


def test_m103_two_cashiers_at_once_where_the_guest_s_attempt_has_ended(webhookless_shop: Shop) -> None:
    """Then each press makes an attempt of its own, and the rule of one live attempt an order is in the way too."""
    shop = webhookless_shop
    order, kind = cooked_without_attempt(shop)
    answers = at_once([press_paid(shop, order, kind)] * 4)
    assert sorted(answers, key=str) == [None] + [Code.ORDER_PAID_MEANWHILE] * 3
    assert shop.ledger() == [("payment", 2500)]
    assert len(succeeded(shop, order)) == 1


def cooked_without_attempt(shop: Shop) -> tuple[Order, PaymentType]:
    """An order that was sent unpaid and cooked, whose guest then opened and closed an online payment."""
    kind = cash(shop, UnpaidOrders.AT_ONCE)
    key = secret_token()
    order = send(shop, kind, checkout_key=key)
    online = shop.start(checkout_key=key, payment_type_id=shop.account.payment_type_id)
    shop.sandbox.control("POST", f"/sessions/{online.reference}/expire")
    deliver(shop, event_of(shop, "checkout.session.expired"))
    assert payments(shop, order) == [("canceled", True), ("canceled", False)]
    return order, kind


# -- Paid, and the guest starts to pay online --------------------------------------------------------------


@pytest.mark.parametrize("style", BOTH)
@pytest.mark.parametrize("round_", range(3))
def test_m104_paid_while_the_guest_starts_to_pay_online(
    webhookless_shop: Shop, style: str, round_: int
) -> None:
    """Either the money is recorded and no page can be paid, or staff are told and one page can."""
    shop = webhookless_shop
    kind = cash(shop, style)
    key = secret_token()
    order = send(shop, kind, checkout_key=key)

    def start() -> object:
        try:
            return shop.checkout(checkout_key=key, payment_type_id=shop.account.payment_type_id)
        except (Conflict, Unavailable) as refused:
            return refused

    presses: list[Callable[[], Any]] = [press_paid(shop, order, kind), start]
    refused, guest = at_once(presses if round_ % 2 else presses[::-1])[:: 1 if round_ % 2 else -1]
    shop.sandbox.idle()
    live = Payment.objects.filter(tenant=shop.tenant, order=order, status__in=LIVE_ATTEMPT)
    if refused is None:
        assert shop.ledger() == [("payment", 2500)]
        assert (list(live), payable(shop)) == ([], [])
        assert not isinstance(guest, GoToProcessor), guest
    else:
        assert refused in (Code.GUEST_IS_PAYING, Code.ORDER_NOT_PAYABLE, Code.CANCEL_UNSURE)
        assert isinstance(guest, GoToProcessor), guest
        assert [row.reference for row in live] == payable(shop)
        assert shop.ledger() == []


# -- Paid, and money that was paid online arrives ----------------------------------------------------------


def late_money(shop: Shop) -> tuple[Order, PaymentType, dict[str, Any]]:
    """A cooked order whose online attempt has ended here, and is paid all the same: its event is about to come."""
    kind = cash(shop, UnpaidOrders.AT_ONCE)
    key = secret_token()
    order = send(shop, kind, checkout_key=key)
    online = shop.start(checkout_key=key, payment_type_id=shop.account.payment_type_id)
    end_wrongly(shop, online)
    deliver(shop, event_of(shop, "checkout.session.expired"))
    assert payments(shop, order)[-1] == ("canceled", False)
    shop.sandbox.pay(online.reference)
    return order, kind, event_of(shop, "checkout.session.completed")


@pytest.mark.parametrize("round_", range(3))
def test_m104_paid_while_online_money_arrives_for_an_attempt_that_had_ended(
    webhookless_shop: Shop, round_: int
) -> None:
    """One payment counts for the order. If both are here, staff are asked to give the online one back."""
    shop = webhookless_shop
    order, kind, event = late_money(shop)
    refused, _ = at_once([press_paid(shop, order, kind), lambda: deliver(shop, event)])
    rows = succeeded(shop, order)
    assert shop.ledger() == [("payment", 2500)] * len(rows)
    counted = next(row for row in rows if row.id == fresh(order).released_by_id)
    if refused is None:
        assert (counted.settled_via, len(rows), shop.alerts()) == ("staff", 2, ["duplicate_payment"])
    else:
        assert (refused, len(rows), shop.alerts()) == (Code.ORDER_PAID_MEANWHILE, 1, [])


@pytest.mark.parametrize("round_", range(3))
def test_m104_paid_while_the_guest_pays_on_the_open_page(webhookless_shop: Shop, round_: int) -> None:
    """Paid ends the page at the processor first, which says whether it is paid: the money is taken once."""
    shop = webhookless_shop
    kind = cash(shop, UnpaidOrders.AT_ONCE)
    key = secret_token()
    order = send(shop, kind, checkout_key=key)
    online = shop.start(checkout_key=key, payment_type_id=shop.account.payment_type_id)
    refused, answer = at_once([press_paid(shop, order, kind), lambda: shop.sandbox.pay(online.reference)])
    shop.sweep()
    assert (refused is None) == (answer["result"] != "paid")
    assert shop.ledger() == [("payment", 2500)]
    assert (payable(shop), shop.alerts()) == ([], [])


# -- Paid, and the order ends ------------------------------------------------------------------------------


def _is_fair_end(shop: Shop, order: Order, *, is_paid: bool) -> bool:
    """Money that was taken is for food that is cooked, or somebody is asked to give it back."""
    money = [("payment", 2500)] if is_paid else []
    fine = {("placed", ()), ("canceled", ("refund_due",))} if is_paid else {("canceled", ()), ("placed", ())}
    return shop.ledger() == money and (fresh(order).status, tuple(shop.alerts())) in fine


@pytest.mark.parametrize("style", BOTH)
@pytest.mark.parametrize("round_", range(4))
def test_m103_paid_while_another_cancels_it(webhookless_shop: Shop, style: str, round_: int) -> None:
    shop = webhookless_shop
    kind = cash(shop, style)
    order = send(shop, kind)

    def cancel() -> bool:
        try:
            cancel_order(shop.restaurant.owner, order.id, "gone", refund=False)
        except (Conflict, Unavailable):
            return False
        return True

    refused, is_canceled = at_once([press_paid(shop, order, kind), cancel])
    assert _is_fair_end(shop, order, is_paid=refused is None)
    assert is_canceled == (fresh(order).status == "canceled")
    if refused is not None:
        assert (refused, is_canceled) == (Code.ORDER_NOT_PAYABLE, True)


@pytest.mark.parametrize("style", BOTH)
def test_m105_paid_while_the_day_closes(webhookless_shop: Shop, style: str) -> None:
    """The sweep's guarded update of the attempt and Paid's: one of them ends it."""
    shop = webhookless_shop
    kind = cash(shop, style)
    order = send(shop, kind)
    payment = shop.fresh(shop.payment_of(order))
    payment.created_at = order.created_at.replace(year=order.created_at.year - 1)
    refused, _ = at_once([press_paid(shop, order, kind), lambda: end_at_close(payment, now())])
    assert _is_fair_end(shop, order, is_paid=refused is None)
    assert (fresh(order).status == "canceled") == (refused is not None)


# -- Paid and a payment type that is deleted -----------------------------------------------------------------


@pytest.mark.parametrize("style", BOTH)
def test_m103_a_type_that_is_deleted_while_paid_is_pressed_is_named_as_the_reason(
    webhookless_shop: Shop, monkeypatch: pytest.MonkeyPatch, style: str
) -> None:
    shop = webhookless_shop
    order = send(shop, cash(shop, style))
    owner = shop.restaurant.owner
    wallet = create_type(owner, "WALLET", "E-wallet", kind=PaymentKind.E_WALLET)

    def deleted_meanwhile(order: Order) -> None:
        delete_type(owner, wallet.id)

    monkeypatch.setattr("duitpos.domain.staff_actions.take_payment._end_online_attempt", deleted_meanwhile)
    assert press_paid(shop, order, wallet)() == Code.TYPE_DELETED
    assert succeeded(shop, order) == []
    assert payments(shop, order) == [("pending", True)]
