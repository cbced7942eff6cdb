"""Paid collides with something else: staff read what is true after the collision (M103)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from django.db import IntegrityError

from duitpos.domain.checkout.results import GoToProcessor, PayAtCounter
from duitpos.domain.errors import Code, Conflict, Unavailable
from duitpos.domain.staff_actions import take_payment as module
from duitpos.domain.staff_actions.cancel_order import cancel_order
from duitpos.kit.ids import secret_token
from duitpos.kit.transact import transact
from duitpos.models import Order, PaymentType
from duitpos.models.tenant import UnpaidOrders
from tests.support.counter import cash, fresh, paid, payments, send
from tests.support.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)


class Moment:
    """An order in the kitchen without an attempt, and what happens while staff press Paid."""

    def __init__(self, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
        self.shop, self.monkeypatch, self.key = shop, monkeypatch, secret_token()
        self.kind: PaymentType = cash(shop, UnpaidOrders.AT_ONCE)
        self.order: Order = send(shop, self.kind, checkout_key=self.key)
        self.online()
        shop.sandbox.control("POST", f"/sessions/{shop.payment_of(self.order).reference}/expire")
        shop.sandbox.idle()
        assert payments(shop, self.order) == [("canceled", True), ("canceled", False)]

    def online(self) -> object:
        return self.shop.checkout(checkout_key=self.key, payment_type_id=self.shop.account.payment_type_id)

    def start_without_answer(self) -> None:
        """The guest presses Pay online, and the processor's answer is not there yet: the attempt is `created`."""
        self.shop.sandbox.fault("garbage", method="POST", path="/v1/checkout/sessions$", count=2)
        with suppress(Unavailable):
            self.online()
        assert payments(self.shop, self.order)[-1] == ("created", False)

    def pay_online(self) -> None:
        assert isinstance(self.online(), GoToProcessor)
        self.shop.pay(self.shop.payment_of(self.order))
        assert payments(self.shop, self.order)[-1] == ("succeeded", False)

    def send_unpaid(self) -> None:
        answer = self.shop.checkout(checkout_key=self.key, payment_type_id=self.kind.id)
        assert isinstance(answer, PayAtCounter)

    def before(self, happens: Callable[[], None]) -> None:
        """Let `happens` come after the checks and before the transaction."""
        self.monkeypatch.setattr(module, "_end_online_attempt", lambda order: happens())

    def after_collision(self, happens: Callable[[], None]) -> None:
        """Let `happens` come between the failed transaction and what is read after it."""

        def collide(work: Callable[[], Any]) -> Any:
            try:
                return transact(work)
            except (IntegrityError, module._Lost):
                happens()
                raise

        self.monkeypatch.setattr(module, "transact", collide)

    def refused(self) -> Code:
        with pytest.raises(Conflict) as caught:
            paid(self.shop, self.order, self.kind)
        return caught.value.code


@pytest.fixture
def moment(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Moment:
    return Moment(shop, monkeypatch)


def test_m103_the_guest_starts_to_pay_online_at_this_moment(moment: Moment) -> None:
    moment.before(moment.start_without_answer)
    assert moment.refused() == Code.GUEST_IS_PAYING
    assert moment.shop.ledger() == []


def test_m103_that_online_payment_is_paid_by_the_time_staff_are_told(moment: Moment) -> None:
    """They must hear that it is paid: "the guest is paying" would have them wait with the cash in hand."""
    moment.before(moment.start_without_answer)
    moment.after_collision(moment.pay_online)
    assert moment.refused() == Code.ORDER_PAID_MEANWHILE
    assert moment.shop.ledger() == [("payment", 2500)]


def test_m103_the_guest_sends_it_unpaid_again_at_this_moment(moment: Moment) -> None:
    """Then the guest's new attempt is the one that is paid; nothing is refused."""
    moment.before(moment.start_without_answer)
    moment.after_collision(moment.send_unpaid)
    done = paid(moment.shop, moment.order, moment.kind)
    assert payments(moment.shop, moment.order)[-2:] == [("canceled", False), ("succeeded", True)]
    assert fresh(moment.order).released_by_id == done.payment.id
    assert moment.shop.ledger() == [("payment", 2500)]


def test_m103_canceled_at_this_moment_is_not_called_paid(moment: Moment) -> None:
    def cancel() -> None:
        cancel_order(moment.shop.restaurant.owner, moment.order.id, "gone", refund=False)

    moment.before(moment.start_without_answer)
    moment.after_collision(cancel)
    assert moment.refused() == Code.ORDER_NOT_PAYABLE
    assert moment.shop.ledger() == []
