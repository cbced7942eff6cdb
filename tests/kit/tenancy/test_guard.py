"""The guard refuses statements that use tenants' rows without naming the tenant."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery

from duitpos.kit.tenancy import AcrossTenants, across_tenants
from duitpos.kit.tenancy.guard import names_its_tenant
from duitpos.models import Membership, MenuItem, MenuSection, Order, OrderLine, Table, Tenant, User
from tests.support.restaurant import a_restaurant, a_table, an_item

ORDER, LINE = "duitpos_order", "duitpos_orderline"


@pytest.mark.pure
@pytest.mark.parametrize(
    "sql",
    [
        f'SELECT * FROM "{ORDER}"',
        f'SELECT * FROM "{ORDER}" WHERE "{ORDER}"."id" = %s',
        f'SELECT * FROM "{ORDER}" WHERE "{ORDER}"."token" = %s ORDER BY "{ORDER}"."tenant_id"',
        f'SELECT COUNT(*) FROM "{ORDER}" WHERE NOT ("{ORDER}"."tenant_id" = %s IS NULL) OR true'.replace(
            "= %s", "!= %s"
        ),
        f'UPDATE "{ORDER}" SET "status" = %s WHERE "{ORDER}"."id" = %s',
        f'DELETE FROM "{ORDER}" WHERE "{ORDER}"."id" IN (%s)',
        f'INSERT INTO "{ORDER}" ("id", "status") VALUES (%s, %s)',
        # a join without a tenant condition, and one whose tenant is only compared with another table's
        f'SELECT 1 FROM "{ORDER}" INNER JOIN "{LINE}" ON ("{ORDER}"."id" = "{LINE}"."order_id")'
        f' WHERE "{ORDER}"."tenant_id" = %s',
        f'SELECT 1 FROM "{ORDER}" INNER JOIN "{LINE}" ON ("{LINE}"."tenant_id" = ("{ORDER}"."tenant_id"))',
        f'SELECT 1 FROM "{ORDER}", "{LINE}" WHERE "{ORDER}"."tenant_id" = %s',
        # a subquery without a tenant
        f'SELECT 1 FROM "{ORDER}" WHERE "{ORDER}"."tenant_id" = %s AND EXISTS (SELECT 1 FROM "{LINE}" U0)',
        f'SELECT * FROM (SELECT * FROM "{ORDER}") "x" WHERE "x"."tenant_id" = %s',
        f'WITH "x" AS (SELECT * FROM "{ORDER}") SELECT * FROM "x"',
        f'INSERT INTO "{LINE}" ("id", "tenant_id") SELECT "id", "tenant_id" FROM "{ORDER}"',
        f'INSERT INTO "{LINE}" ("id", "tenant_id") SELECT "id", "tenant_id" FROM "{ORDER}" RETURNING "{LINE}"."id"',
        # not in the form that Django writes: cannot be parsed, so refused
        f"SELECT * FROM {ORDER} WHERE {ORDER}.tenant_id = %s",
        f'select * from "{ORDER}" where "{ORDER}"."tenant_id" = %s',
        f'SELECT * FROM "{ORDER}" o WHERE o."tenant_id" = %s',
        f"select * from {ORDER} where tenant_id = %s",
        f"SELECT * FROM {ORDER.upper()} WHERE TENANT_ID = %s",
        f'SELECT * FROM "{ORDER}" JOIN {LINE} ON true WHERE "{ORDER}"."tenant_id" = %s',
        f"update {ORDER} set status = %s where id = %s",
        f"delete from {ORDER}",
        f"insert into {ORDER} (id, tenant_id) values (%s, %s)",
        f"with x as (select * from {ORDER}) select * from x",
    ],
)
def test_a_statement_that_is_refused(sql: str) -> None:
    assert not names_its_tenant(sql)


@pytest.mark.pure
@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1",
        'SELECT * FROM "duitpos_tenant"',
        'SELECT * FROM "duitpos_user" WHERE "duitpos_user"."email" = %s',
        'SELECT * FROM "django_session"',
        f'CREATE TABLE "{ORDER}" ("id" uuid)',
        f'INSERT INTO "new__{ORDER}" ("id") SELECT "id" FROM "{ORDER}"',
        f'SELECT 1 FROM "{ORDER}" WHERE "{ORDER}"."tenant_id" = %s',
        f'SELECT 1 FROM "{ORDER}" WHERE "{ORDER}"."tenant_id" IN (%s, %s)',
        f'SELECT 1 FROM "{ORDER}" U0 WHERE U0."tenant_id" = %s',
        f'INSERT INTO "{ORDER}" ("id", "tenant_id") VALUES (%s, %s) ON CONFLICT("id")'
        ' DO UPDATE SET "status" = EXCLUDED."status"',
        # what bulk_create() writes on PostgreSQL for a model whose columns have defaults in the database
        f'INSERT INTO "{ORDER}" ("id", "tenant_id") SELECT * FROM UNNEST((%s)::uuid[], (%s)::uuid[])'
        f' RETURNING "{ORDER}"."status", "{ORDER}"."is_test"',
    ],
)
def test_a_statement_that_is_allowed(sql: str) -> None:
    assert names_its_tenant(sql)


Query = Callable[[Tenant], Any]

REFUSED: dict[str, Query] = {
    "all": lambda tenant: list(Order.objects.all()),
    "get by id": lambda tenant: Order.objects.filter(id=uuid4()).first(),
    "count": lambda tenant: Order.objects.count(),
    "exists": lambda tenant: Order.objects.filter(status="held").exists(),
    "update": lambda tenant: Table.objects.filter(name="1").update(name="2"),
    "delete": lambda tenant: Table.objects.filter(name="1").delete(),
    # Django's own deletion ends in "… WHERE id IN (…)"; _raw_delete keeps the query's tenant.
    "delete by collecting": lambda tenant: MenuItem.objects.filter(tenant=tenant).delete(),
    "delete an object": lambda tenant: Table.objects.filter(tenant=tenant).get().delete(),
    "aggregate": lambda tenant: Order.objects.aggregate(n=Count("id")),
    "a tenant by name": lambda tenant: list(Order.objects.filter(tenant__slug="kopi")),
    "a user's memberships": lambda tenant: list(Membership.objects.filter(user_id=uuid4())),
    "through the user": lambda tenant: list(User.objects.filter(memberships__role="owner")),
    "subquery of all": lambda tenant: list(
        Order.objects.filter(tenant=tenant, id__in=Subquery(OrderLine.objects.values("order_id")))
    ),
    "raw": lambda tenant: list(Table.objects.raw("select * from duitpos_table")),
    "cursor": lambda tenant: connection.cursor().execute("select count(*) from duitpos_order"),
    "many": lambda tenant: connection.cursor().executemany(
        "delete from duitpos_order where id = %s", [["1"]]
    ),
}

ALLOWED: dict[str, Query] = {
    "by object": lambda tenant: list(Order.objects.filter(tenant=tenant)),
    "by id": lambda tenant: list(Order.objects.filter(tenant_id=tenant.id)),
    "several": lambda tenant: list(Order.objects.filter(tenant__in=[tenant])),
    "join down": lambda tenant: list(OrderLine.objects.filter(tenant=tenant, order__status="held")),
    "join up": lambda tenant: list(Order.objects.filter(tenant=tenant, lines__name="Roti")),
    "select_related": lambda tenant: list(Table.objects.select_related("location").filter(tenant=tenant)),
    "nullable": lambda tenant: list(
        Order.objects.select_related("table", "location", "released_by").filter(tenant=tenant)
    ),
    "prefetch": lambda tenant: list(
        MenuSection.objects.filter(tenant=tenant).prefetch_related("items__item_groups")
    ),
    "reverse": lambda tenant: [
        list(section.items.all()) for section in MenuSection.objects.filter(tenant=tenant)
    ],
    "annotate": lambda tenant: list(MenuSection.objects.filter(tenant=tenant).annotate(n=Count("items"))),
    "exists": lambda tenant: list(
        Order.objects.filter(tenant=tenant).filter(
            Exists(OrderLine.objects.filter(tenant=tenant, order_id=OuterRef("id")))
        )
    ),
    "exclude": lambda tenant: list(Order.objects.filter(tenant=tenant).exclude(status="held")),
    "or": lambda tenant: list(Order.objects.filter(Q(status="held") | Q(status="placed"), tenant=tenant)),
    "update": lambda tenant: Table.objects.filter(tenant=tenant).update(position=F("position") + 1),
    "save": lambda tenant: Table.objects.filter(tenant=tenant).get().save(update_fields=["name"]),
    "save whole": lambda tenant: MenuItem.objects.filter(tenant=tenant).get().save(),
    "refresh": lambda tenant: Table.objects.filter(tenant=tenant).get().refresh_from_db(),
    "foreign key": lambda tenant: Table.objects.filter(tenant=tenant).get().location.name,
    "delete": lambda tenant: Table.objects.filter(tenant=tenant)._raw_delete("default"),
    "get_or_create": lambda tenant: MenuSection.objects.get_or_create(tenant=tenant, name="New"),
    "update_or_create": lambda tenant: MenuSection.objects.update_or_create(
        tenant=tenant, name="New", defaults={"position": 3}
    ),
    "bulk_create": lambda tenant: MenuSection.objects.bulk_create([MenuSection(tenant=tenant, name="A")]),
    "values": lambda tenant: list(Order.objects.filter(tenant=tenant).values_list("location__name")),
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", REFUSED)
def test_a_query_without_its_tenant_is_an_error(name: str) -> None:
    kopi = a_restaurant()
    a_table(kopi.location)
    an_item(kopi.tenant)
    with pytest.raises(AcrossTenants):
        REFUSED[name](kopi.tenant)


@pytest.mark.django_db
@pytest.mark.parametrize("name", ALLOWED)
def test_a_query_of_one_tenant_works(name: str) -> None:
    kopi = a_restaurant()
    a_table(kopi.location)
    an_item(kopi.tenant)
    ALLOWED[name](kopi.tenant)


@pytest.mark.django_db
def test_a_marked_read_is_allowed_and_the_mark_ends() -> None:
    a_restaurant("kopi")
    a_restaurant("teh")
    with across_tenants("a test"):
        assert Membership.objects.count() == 2
    with pytest.raises(AcrossTenants):
        Membership.objects.count()


@pytest.mark.django_db(transaction=True)
def test_every_thread_is_guarded() -> None:
    """A web server's threads have their own connections; each is guarded from its first statement."""
    seen: list[BaseException] = []

    def work() -> None:
        try:
            Order.objects.count()
        except AcrossTenants as error:
            seen.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert len(seen) == 1


@pytest.mark.django_db(transaction=True)
def test_a_reopened_connection_is_guarded() -> None:
    connection.close()
    with pytest.raises(AcrossTenants):
        Order.objects.count()
