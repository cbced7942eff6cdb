"""A new price is for new carts: an order whose payment was started keeps the price that its guest saw."""

from __future__ import annotations

from datetime import timedelta

import pytest

from duitpos.domain.menus.edit.items import ItemDraft, edit_item
from duitpos.domain.orders.quote import quote
from duitpos.models import OrderLine
from tests.support.fake_processor import FakeShop

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_started_payment_keeps_its_price(fake_shop: FakeShop) -> None:
    shop = fake_shop
    payment = shop.start()
    assert payment.order_id is not None
    line = OrderLine.objects.get(tenant=shop.tenant, order_id=payment.order_id)
    before = (payment.amount_minor, line.unit_price_minor, shop.pages.made[0].amount.minor)
    assert line.unit_price_minor == 1250
    draft = ItemDraft(shop.item.section_id, shop.item.name, 9900, "MYR")
    edit_item(shop.restaurant.owner, shop.item.id, shop.item.version, draft)
    # Guests who look at their cart now are told the new price.
    assert quote(shop.tenant, shop.table.location, shop.cart()).totals.subtotal_minor == 2 * 9900
    shop.pages.pay(payment.reference)
    shop.sweep(after=timedelta(minutes=2))
    payment.refresh_from_db()
    line.refresh_from_db()
    assert payment.status == "succeeded"
    assert (payment.amount_minor, line.unit_price_minor, payment.moved_minor) == before
