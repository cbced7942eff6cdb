"""An unexpected error during a fetch opens an alert, which closes when the payment settles."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError

from duitpos.domain.checkout.handle_return import handle_return
from duitpos.domain.errors import Unavailable
from duitpos.domain.staff_actions.check_payment import check_now
from duitpos.domain.sweep.sweep import sweep
from duitpos.kit.clock import now
from duitpos.models import Location, Payment
from duitpos.models.alert import AlertKind as A
from tests.support.live_shop import Clock
from tests.support.scenarios import SESSION, alert, free_number, take_number
from tests.support.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("path", ["sweep", "return", "button"])
def test_an_error_on_any_path_opens_an_alert_and_is_retried(
    webhookless_shop: Shop, clock: Clock, path: str
) -> None:
    shop = webhookless_shop
    payment = shop.fresh(shop.start())
    assert payment.order is not None
    take_number(shop, 1)
    shop.sandbox.pay(payment.reference)
    if path == "sweep":
        clock.advance(minutes=2, theirs=False)
        assert sweep().errors == 1
    else:
        token, owner = payment.order.token, shop.restaurant.owner
        fetch: dict[str, Callable[[], object]] = {
            "return": lambda: handle_return(shop.tenant, token),
            "button": lambda: check_now(owner, payment.id),
        }
        with pytest.raises(IntegrityError):
            fetch[path]()
    broken = shop.fresh(payment)
    assert (broken.status, broken.last_problem["code"]) == ("pending", "internal_error")
    assert broken.last_problem["error"].startswith("IntegrityError: ")
    assert broken.next_check_at is not None
    assert broken.next_check_at > now() + timedelta(seconds=80)
    row = alert(shop).alert
    assert (row.kind, row.payment_id, row.amount_minor) == (A.EVENT_FAILED, payment.id, 2500)
    free_number(shop, 1)
    clock.advance(minutes=10, theirs=False)
    assert sweep().errors == 0
    assert shop.fresh(payment).status == "succeeded"
    assert shop.alerts() == []


def test_a_lasting_error_is_retried_at_growing_intervals(webhookless_shop: Shop, clock: Clock) -> None:
    shop = webhookless_shop
    payment = shop.start()
    Location.objects.filter(tenant=shop.tenant).update(time_zone="Nowhere/Land")
    shop.sandbox.pay(payment.reference)
    waits = []
    for _ in range(4):
        clock.advance(minutes=30, theirs=False)
        assert sweep().errors == 1
        due = shop.fresh(payment).next_check_at
        assert due is not None
        waits.append(round((due - now()).total_seconds() / 60))
    assert waits == [3, 6, 12, 24]
    assert shop.alerts() == [A.EVENT_FAILED]


def test_a_webhook_closes_the_alert_of_a_failed_check(shop: Shop) -> None:
    payment = shop.start()
    shop.sandbox.fault("error", status=404, path=SESSION, count=2)
    with pytest.raises(Unavailable):
        check_now(shop.restaurant.owner, payment.id)
    assert shop.alerts() == [], "one response is no proof (M75)"
    Payment.objects.filter(tenant=shop.tenant).update(not_found_at=now() - timedelta(minutes=2))
    with pytest.raises(Unavailable):
        check_now(shop.restaurant.owner, payment.id)
    assert shop.alerts() == [A.NOT_AT_PROCESSOR]
    shop.pay(payment)
    assert shop.alerts() == []
