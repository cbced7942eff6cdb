"""Two cashiers take the money for one order at the same moment (M103)."""

from __future__ import annotations

import pytest

from duitpos.domain.errors import Conflict
from duitpos.domain.staff_actions.take_payment import take_payment
from duitpos.models import Payment
from duitpos.models.tenant import UnpaidOrders
from tests.money_path.test_m100_m106_counter import cash, fresh, send
from tests.support.at_once import at_once
from tests.support.shop import Shop

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.races]


@pytest.mark.parametrize("style", [UnpaidOrders.AFTER_PAYMENT, UnpaidOrders.AT_ONCE])
def test_m103_two_cashiers_at_once_take_it_once(webhookless_shop: Shop, style: str) -> None:
    shop = webhookless_shop
    kind = cash(shop, style)
    order = send(shop, kind)

    def press() -> bool:
        try:
            take_payment(shop.restaurant.owner, order.id, kind.id)
        except Conflict:
            return False
        return True

    won = at_once([press] * 4)
    assert sorted(won) == [False, False, False, True]
    assert shop.ledger() == [("payment", 2500)]
    paid = Payment.objects.get(tenant=shop.tenant, order=order, status="succeeded")
    assert (fresh(order).released_by_id, fresh(order).number) == (paid.id, 1)
