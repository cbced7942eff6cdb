"""M108: a location is closed for good, or paused, while its guests are on the processor's page."""

from __future__ import annotations

import pytest

from duitpos.domain.checkout.stopped import Why, why_closed
from duitpos.domain.errors import Forbidden
from duitpos.domain.staff_actions.close_location import close_location, reopen_location
from duitpos.domain.staff_actions.pause import pause
from duitpos.domain.sweep.sweep import sweep
from duitpos.kit.clock import now
from duitpos.models import AuditEntry, Location, Payment
from tests.support.restaurant import a_member
from tests.support.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)


def close(shop: Shop) -> None:
    close_location(shop.restaurant.owner, shop.restaurant.location.id)


@pytest.mark.parametrize("how", ["close", "pause"])
def test_m108_the_open_pages_of_that_location_are_closed_at_the_next_sweep(
    webhookless_shop: Shop, how: str
) -> None:
    shop = webhookless_shop
    payment = shop.start()
    if how == "close":
        close(shop)
    else:
        pause(shop.restaurant.owner, shop.restaurant.location, "open", seen=None)
    sweep()
    assert shop.fresh(payment).status == "canceled"


def test_m108_money_that_comes_all_the_same_waits_for_staff(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    payment = shop.start()
    shop.sandbox.pay(payment.reference)
    close(shop)
    sweep()
    paid = shop.fresh(payment)
    assert paid.order is not None
    assert (paid.status, paid.order.status, shop.placed()) == ("succeeded", "held", [])
    assert shop.alerts() == ["late_food"]
    assert shop.ledger() == [("payment", paid.moved.minor)]


def test_m108_what_the_bank_processes_is_left_alone(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    payment = shop.start()
    later = shop.fresh(payment).next_check_at
    Payment.objects.filter(tenant=shop.tenant).update(processing_since=now())
    close(shop)
    assert shop.fresh(payment).next_check_at == later


def test_m108_closed_twice_is_closed_once_and_opened_again(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    site = shop.restaurant.location
    close(shop)
    closed = Location.objects.get(tenant=shop.tenant)
    close(shop)
    stopped = why_closed(shop.tenant, closed, now())
    assert stopped is not None
    assert stopped.why is Why.FOR_GOOD
    assert Location.objects.get(tenant=shop.tenant).closed_at == closed.closed_at
    reopen_location(shop.restaurant.owner, site.id)
    assert Location.objects.get(tenant=shop.tenant).closed_at is None
    assert AuditEntry.objects.filter(tenant=shop.tenant, location_id=site.id).count() == 2
    with pytest.raises(Forbidden):
        close_location(a_member(shop.tenant, "manager"), site.id)
