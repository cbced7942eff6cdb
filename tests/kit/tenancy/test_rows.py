"""Rows reference only rows of their own tenant."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.writer import MigrationWriter
from django.test.utils import CaptureQueriesContext

from duitpos.kit.tenancy import TenantForeignKey
from duitpos.models import MenuItem, OrderLine, Table
from tests.support.restaurant import a_location, a_restaurant, a_table, an_item

pytestmark = pytest.mark.django_db


def test_a_row_references_rows_of_its_own_tenant_only() -> None:
    kopi, teh = a_restaurant("kopi"), a_restaurant("teh")
    table = a_table(kopi.location)
    with pytest.raises(ValueError, match="inside one tenant"):
        table.location = teh.location
    with pytest.raises(ValueError, match="inside one tenant"):
        Table(tenant=kopi.tenant, location=teh.location, name="2")
    table.location = a_location(kopi.tenant, "penang")
    table.save()
    assert Table.objects.get(tenant=kopi.tenant).location.slug == "penang"


def test_the_id_of_another_tenants_row_finds_nothing() -> None:
    """Setting the bare id of another tenant's row gives an error, not the row."""
    kopi, teh = a_restaurant("kopi"), a_restaurant("teh")
    table = Table(tenant=kopi.tenant, location_id=teh.location.id, name="2")
    with pytest.raises(type(teh.location).DoesNotExist):
        _ = table.location.name


def test_joins_compare_the_tenants() -> None:
    kopi = a_restaurant()
    lines = OrderLine.objects.filter(tenant=kopi.tenant, order__location__slug="bangsar")
    sql = str(lines.query)
    assert '"duitpos_orderline"."tenant_id" = ("duitpos_order"."tenant_id")' in sql
    assert '"duitpos_order"."tenant_id" = ("duitpos_location"."tenant_id")' in sql


def test_a_save_names_the_tenant_and_never_moves_the_row() -> None:
    kopi, teh = a_restaurant("kopi"), a_restaurant("teh")
    item = an_item(kopi.tenant)
    item.name = "Roti telur"
    with CaptureQueriesContext(
        connection,
    ) as queries:
        item.save()
    assert len(queries) == 1
    sql = queries[0]["sql"]
    changed, _, where = sql.partition(" WHERE ")
    assert '"tenant_id"' in where
    assert '"tenant_id"' not in changed
    assert MenuItem.objects.filter(tenant=kopi.tenant, name="Roti telur").exists()
    assert not MenuItem.objects.filter(tenant=teh.tenant).exists()


def test_the_key_is_made_in_python() -> None:
    kopi = a_restaurant()
    first, second = MenuItem(tenant=kopi.tenant), MenuItem(tenant=kopi.tenant)
    assert first.id.version == second.id.version == 7
    assert first.id != second.id


def test_migrations_are_the_same_on_every_database() -> None:
    """Sharded or not, `db_constraint` is not written into a migration, and no migration is missing."""
    key = Table._meta.get_field("location")
    assert isinstance(key, TenantForeignKey)
    assert "db_constraint" not in MigrationWriter.serialize(key)[0]
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
