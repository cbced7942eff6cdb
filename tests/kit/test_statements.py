"""Precompiled statements match the ORM's: rows, columns, conversions and tenants."""

from __future__ import annotations

from datetime import date
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from duitpos.kit.clock import now
from duitpos.kit.statements import Prepared, insert, update
from duitpos.kit.tenancy import AcrossTenants
from duitpos.models import Alert, MenuItem, NumberSeries, ProcessorAccount
from tests.support.restaurant import Restaurant, a_restaurant, an_item, online_type

pytestmark = pytest.mark.django_db

DISHES = (("Laksa", 900), ("Mee", 700), ("Laksa", 1100))


@pytest.fixture
def kopi() -> Restaurant:
    return a_restaurant()


def a_series(kopi: Restaurant, last: int = 1) -> NumberSeries:
    return NumberSeries(
        tenant=kopi.tenant, location=kopi.location, business_date=date(2026, 11, 23), is_test=True, last=last
    )


def test_a_row_arrives_as_the_orm_would_have_written_it(kopi: Restaurant) -> None:
    kind = online_type(kopi.tenant)
    account = ProcessorAccount(
        tenant=kopi.tenant, payment_type=kind, processor="stripe", problem={"a": "b:ü"}
    )
    insert([account])
    assert not account._state.adding
    stored = ProcessorAccount.objects.get(tenant=kopi.tenant, id=account.id)
    for field in ProcessorAccount._meta.concrete_fields:
        assert getattr(stored, field.attname) == getattr(account, field.attname), field.name


def test_a_second_row_is_refused_ignored_or_counted(kopi: Restaurant) -> None:
    insert([a_series(kopi)])
    with pytest.raises(IntegrityError), transaction.atomic():
        insert([a_series(kopi)])
    insert([a_series(kopi, 7)], "DO NOTHING")
    key = '("tenant_id", "location_id", "business_date", "is_test")'
    count = f'{key} DO UPDATE SET "last" = "duitpos_numberseries"."last" + 1'
    assert insert([a_series(kopi, 7)], count, returning="last") == 2
    assert [row.last for row in NumberSeries.objects.filter(tenant=kopi.tenant)] == [2]


def test_several_rows_are_one_statement(kopi: Restaurant) -> None:
    rows = [Alert(tenant=kopi.tenant, kind="late_money", subject_id=uuid4(), opened_at=now()) for _ in "abc"]
    with CaptureQueriesContext(
        connection,
    ) as seen:
        insert(rows, "DO NOTHING")
    assert len(seen) == 1
    assert Alert.objects.filter(tenant=kopi.tenant).count() == 3


def test_an_update_returns_how_many_rows_matched(kopi: Restaurant) -> None:
    item = an_item(kopi.tenant)
    key = {"tenant_id": kopi.tenant.id, "id": item.id}
    assert update(MenuItem, {"name": "Roti", "marks": ["halal"]}, **key, price_minor=(150, 200)) == 1
    assert update(MenuItem, {"name": "Naan"}, **key, price_minor=(1, 2)) == 0
    item.refresh_from_db()
    assert (item.name, item.marks, item.price_minor) == ("Roti", ["halal"], 150)


def test_an_update_can_set_null(kopi: Restaurant) -> None:
    key = {"tenant_id": kopi.tenant.id, "id": kopi.location.id}
    assert update(type(kopi.location), {"paused_at": now()}, **key) == 1
    assert update(type(kopi.location), {"paused_at": None}, **key) == 1
    kopi.location.refresh_from_db()
    assert kopi.location.paused_at is None


def test_a_statement_without_its_tenant_is_refused(kopi: Restaurant) -> None:
    with pytest.raises(AcrossTenants):
        update(MenuItem, {"name": "Anybody's"}, id=uuid4())


def test_a_prepared_query_finds_what_the_queryset_finds(kopi: Restaurant) -> None:
    items = [an_item(kopi.tenant, name, price, marks=["spicy"]) for name, price in DISHES]
    other = a_restaurant("teh")
    an_item(other.tenant, "Laksa")
    query = Prepared(
        lambda tenant_id, name: (
            MenuItem.objects.filter(tenant_id=tenant_id, name=name)
            .select_related("section")
            .order_by("price_minor")
        ),
        UUID,
        str,
    )
    query.rows(kopi.tenant.id, "Mee")  # compiles it, with different values
    found = query.rows(kopi.tenant.id, "Laksa")
    assert found == [items[0], items[2]]
    with CaptureQueriesContext(connection) as seen:
        assert [item.section.name for item in found] == ["Laksa & co"] * 2
    assert len(seen) == 0, "the section was fetched with the item"
    for field in MenuItem._meta.concrete_fields:
        assert getattr(found[0], field.attname) == getattr(items[0], field.attname), field.name
    assert not found[0]._state.adding
    assert query.rows(other.tenant.id, "Mee") == []


def test_a_row_that_points_at_nothing_brings_nothing_along(kopi: Restaurant) -> None:
    insert([Alert(tenant=kopi.tenant, kind="late_money", subject_id=uuid4(), opened_at=now())])
    query = Prepared(
        lambda tenant_id: Alert.objects.filter(tenant_id=tenant_id).select_related("order"), UUID
    )
    (found,) = query.rows(kopi.tenant.id)
    with CaptureQueriesContext(connection) as seen:
        assert found.order is None
    assert len(seen) == 0


def test_a_query_that_changes_a_value_is_refused(kopi: Restaurant) -> None:
    query = Prepared(
        lambda tenant_id, text: MenuItem.objects.filter(tenant_id=tenant_id, name__contains=text), UUID, str
    )
    with pytest.raises(ValueError, match="Not every value"):
        query.rows(kopi.tenant.id, "aks")
