"""Two paid orders of one table with the same dishes within 15 minutes are flagged once, and the second is refunded."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from duitpos.domain.alerts.offers import Action
from duitpos.domain.staff_actions.resolve_alert import act
from duitpos.domain.sweep.double_orders import flag_all_doubles, flag_doubles
from duitpos.kit.clock import now
from duitpos.models import Alert, Order, Payment
from duitpos.models.alert import AlertKind as A
from tests.support.books import Books, some_books

pytestmark = pytest.mark.django_db


def paid(books: Books, minutes_ago: int, *quantities: int, **fields: Any) -> Order:
    at = now() - timedelta(minutes=minutes_ago)
    payment = books.paid(at, *quantities, placed_at=at, **fields)
    order: Order | None = payment.order
    assert order is not None
    return order


def flagged(books: Books) -> list[Any]:
    rows = Alert.objects.filter(tenant=books.restaurant.tenant, kind=A.DOUBLE_ORDER, resolved_at=None)
    return list(rows.values_list("order_id", flat=True))


def test_the_second_of_two_is_flagged_once(db: None) -> None:
    books = some_books()
    paid(books, 20, 1, 2)
    second = paid(books, 8, 1, 2)
    for _ in range(3):
        flag_all_doubles(lambda: False)
    assert flagged(books) == [second.id]
    alert = Alert.objects.get(tenant=books.restaurant.tenant)
    assert (alert.amount_minor, alert.payment.order_id) == (second.total_minor, second.id)


@pytest.mark.parametrize("case", ["other dishes", "later", "canceled", "refunded", "test money"])
def test_what_is_no_double(db: None, case: str) -> None:
    books = some_books()
    paid(books, 30, 1, 1)
    tenant = books.restaurant.tenant
    if case == "other dishes":
        paid(books, 20, 2, 0)
    elif case == "later":
        paid(books, 14, 1, 1)
    elif case == "test money":
        paid(books, 20, 1, 1, is_test=True)
    else:
        second = paid(books, 20, 1, 1)
        if case == "canceled":
            Order.objects.filter(tenant=tenant, id=second.id).update(status="canceled")
        else:
            Payment.objects.filter(tenant=tenant, order=second).update(refund_reserved_minor=1)
    assert flag_doubles(tenant.id) == 0
    assert flagged(books) == []


def test_one_that_staff_dismissed_stays_so(db: None) -> None:
    books = some_books()
    paid(books, 20, 1, 1)
    paid(books, 10, 1, 1)
    flag_doubles(books.restaurant.tenant.id)
    alert = Alert.objects.get(tenant=books.restaurant.tenant)
    act(books.restaurant.owner, alert.id, Action.DONE, "another round")
    flag_doubles(books.restaurant.tenant.id)
    assert flagged(books) == []
