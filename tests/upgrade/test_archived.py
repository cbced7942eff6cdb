"""Migration 0022 there and back, on both databases: what was hidden from a menu is archived."""

from __future__ import annotations

import pytest
from django.db import connection

from duitpos.kit.clock import now
from duitpos.kit.tenancy import across_tenants
from duitpos.models import MenuItem, Modifier
from tests.support.restaurant import a_group, a_restaurant, an_item
from tests.upgrade.steps import go_forward, go_to

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
BEFORE = ("duitpos", "0021_one_menu_version")


def go_back() -> None:
    go_to(BEFORE)


def test_there_and_back() -> None:
    tenants = [a_restaurant("kopi").tenant, a_restaurant("teh").tenant]
    for tenant in tenants:
        a_group(an_item(tenant, "Roti"), ("Egg", 100), ("Ghee", 50))
        an_item(tenant, "Laksa", archived_at=now())
        Modifier.objects.filter(tenant=tenant, name="Ghee").update(archived_at=now())
    try:
        go_back()
        with across_tenants("a test reads every row"), connection.cursor() as cursor:
            cursor.execute("SELECT name, count(*) FROM duitpos_menuitem WHERE NOT is_active GROUP BY name")
            assert cursor.fetchall() == [("Laksa", 2)]
            cursor.execute("SELECT name, count(*) FROM duitpos_modifier WHERE NOT is_active GROUP BY name")
            assert cursor.fetchall() == [("Ghee", 2)]
    finally:
        go_forward()
    for tenant in tenants:
        for model, shown, archived in ((MenuItem, "Roti", "Laksa"), (Modifier, "Egg", "Ghee")):
            rows = model.objects.filter(tenant=tenant)
            assert rows.get(archived_at__isnull=True).name == shown
            assert rows.get(archived_at__isnull=False).name == archived
