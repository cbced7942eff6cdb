"""What happens at the counter without the guards (M103, M104): if nothing goes wrong here, the races prove nothing.

The races themselves are in tests/money_path/test_m103_counter_races.py.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import pytest

from duitpos.domain.checkout import existing_order, start_answer
from duitpos.domain.checkout.results import AlreadyPaid, GoToProcessor
from duitpos.domain.checkout.resume import resume
from duitpos.domain.errors import Code
from duitpos.domain.orders.advance import count_payment
from duitpos.domain.payments.events import receive
from duitpos.domain.payments.settlement import release_order, settle_manual
from duitpos.domain.staff_actions import take_payment as module
from duitpos.domain.staff_actions.cancel_order import cancel_order
from duitpos.kit.ids import secret_token
from duitpos.models import Order, Payment
from duitpos.models.tenant import UnpaidOrders
from tests.money_path.test_m103_counter_races import (
    cooked_without_attempt,
    late_money,
    payable,
    press_paid,
    succeeded,
)
from tests.support.at_once import at_once, deliver
from tests.support.counter import cash, fresh, paid, send
from tests.support.shop import Shop
from tests.support.signals import HANG

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.races]


def without_transaction(work: Callable[[], Any], tries: int = 6) -> Any:
    """A transaction's locks would hide the race; the rules must not depend on them."""
    return work()


class BothHaveRead:
    """Two threads that have read a row wait for each other, so that the result does not depend on timing."""

    def __init__(self) -> None:
        self._barrier = threading.Barrier(2)

    def wait(self) -> None:
        with suppress(threading.BrokenBarrierError):
            self._barrier.wait(timeout=HANG)


def unguarded_count(wait: Callable[[], None]) -> Callable[[Order, Payment], bool]:
    """`count_payment` as read, check, save."""

    def count(order: Order, payment: Payment) -> bool:
        row = fresh(order)
        if row.status == "held" or row.released_by_id is not None:
            return False
        wait()
        Order.objects.filter(tenant_id=row.tenant_id, id=row.id).update(released_by_id=payment.id)
        return True

    return count


def unguarded_payment(wait: Callable[[], None]) -> Callable[..., bool]:
    """`advance_payment` as read, check, save."""

    def advance(payment: Payment, froms: tuple[str, ...], to: str, **columns: Any) -> bool:
        rows = Payment.objects.filter(tenant_id=payment.tenant_id, id=payment.id)
        if rows.get().status not in froms:
            return False
        wait()
        rows.update(status=to, **columns)
        for name, value in {"status": to, **columns}.items():
            setattr(payment, name, value)
        return True

    return advance


def test_without_the_guards_it_is_taken_twice(
    webhookless_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = webhookless_shop
    kind = cash(shop, UnpaidOrders.AT_ONCE)
    order = send(shop, kind)
    monkeypatch.setattr(settle_manual, "advance_payment", unguarded_payment(BothHaveRead().wait))
    monkeypatch.setattr(settle_manual, "count_payment", unguarded_count(BothHaveRead().wait))
    monkeypatch.setattr(module, "transact", without_transaction)
    # Both cashiers have money in the hand and are told that it is recorded; the books have it once.
    assert at_once([press_paid(shop, order, kind)] * 2) == [None, None]
    assert shop.ledger() == [("payment", 2500)]


@pytest.mark.parametrize("is_guarded", [True, False])
def test_paid_after_the_guest_s_attempt_ended_and_before_the_next_begins(
    webhookless_shop: Shop, monkeypatch: pytest.MonkeyPatch, is_guarded: bool
) -> None:
    """It is checked after the insert and after the call; without that the guest is sent to pay what is paid."""
    shop = webhookless_shop
    kind = cash(shop, UnpaidOrders.AT_ONCE)
    key = secret_token()
    order = send(shop, kind, checkout_key=key)

    def and_staff_press_paid(row: Order) -> object:
        answer = resume(row)
        if not succeeded(shop, order):
            paid(shop, order, kind)
        return answer

    monkeypatch.setattr(existing_order, "resume", and_staff_press_paid)
    if not is_guarded:
        for one in (existing_order, start_answer):
            monkeypatch.setattr(one, "still_unpaid", lambda row: True)
        monkeypatch.setattr(existing_order, "PaymentStatus", SimpleNamespace(SUCCEEDED="none"))
    answer = shop.checkout(checkout_key=key, payment_type_id=shop.account.payment_type_id)
    assert isinstance(answer, AlreadyPaid if is_guarded else GoToProcessor)
    assert len(payable(shop)) == (0 if is_guarded else 1)


def test_without_the_guard_both_count_and_nobody_is_told(
    webhookless_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = webhookless_shop
    order, kind, event = late_money(shop)
    both, staff_have_read = BothHaveRead(), threading.Event()

    def staff_wait() -> None:
        staff_have_read.set()
        both.wait()

    def delivery() -> None:
        # Not earlier: staff look first whether anything has been paid.
        staff_have_read.wait(HANG)
        deliver(shop, event)

    monkeypatch.setattr(settle_manual, "count_payment", unguarded_count(staff_wait))
    monkeypatch.setattr(release_order, "count_payment", unguarded_count(both.wait))
    monkeypatch.setattr(receive, "confirm", lambda verified: False)
    for one in (module, receive):
        monkeypatch.setattr(one, "transact", without_transaction)
    at_once([press_paid(shop, order, kind), delivery])
    assert (len(succeeded(shop, order)), shop.alerts()) == (2, [])


@pytest.mark.postgres_only
@pytest.mark.parametrize("is_guarded", [True, False])
def test_canceled_between_the_two_updates_of_paid(
    webhookless_shop: Shop, monkeypatch: pytest.MonkeyPatch, is_guarded: bool
) -> None:
    """Without the guard on the order, its money is in the till and nobody is asked about it.

    On SQLite a transaction that writes keeps every other out, so it cannot happen there.
    """
    shop = webhookless_shop
    order, kind = cooked_without_attempt(shop)
    has_paid, has_canceled = threading.Event(), threading.Event()

    def meanwhile() -> None:
        has_paid.set()
        has_canceled.wait(HANG)

    def guarded(row: Order, payment: Payment) -> bool:
        meanwhile()
        return count_payment(row, payment)

    count = guarded if is_guarded else unguarded_count(meanwhile)
    monkeypatch.setattr(settle_manual, "count_payment", count)

    def cancel() -> None:
        has_paid.wait(HANG)
        cancel_order(shop.restaurant.owner, order.id, "gone", refund=False)
        has_canceled.set()

    refused, _ = at_once([press_paid(shop, order, kind), cancel])
    assert refused == (Code.ORDER_NOT_PAYABLE if is_guarded else None)
    assert fresh(order).status == "canceled"
    assert (shop.ledger(), shop.alerts()) == ([] if is_guarded else [("payment", 2500)], [])
