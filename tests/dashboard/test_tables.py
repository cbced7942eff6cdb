"""Tables: the codes can be scanned, a new one replaces the old one, and forms show errors."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.test import Client

from duitpos.models import Table
from tests.dashboard.client import Dashboard, said_beside
from tests.support.restaurant import a_location, a_table


def test_no_tables_yet(dashboard: Dashboard) -> None:
    page = dashboard.page("tables")
    assert "No tables yet" in page
    assert dashboard.url("add_table") in page


def test_a_table_is_added_with_its_code(dashboard: Dashboard) -> None:
    said = dashboard.sent("add_table", location="bangsar", name=" Garden  3 ", area="Terrace")
    assert said == ["Table Garden 3 added. Print its code and put it on the table."]
    table = Table.objects.get(tenant=dashboard.tenant)
    page = dashboard.page("tables")
    assert f"http://testserver/kopi/t/{table.token}/" in page
    assert "Terrace" in page
    assert "<svg" in page.split(f'id="table-{table.id}"')[1]


def test_every_location_has_its_own_tables(dashboard: Dashboard) -> None:
    other = a_location(dashboard.tenant, "bukit")
    a_table(dashboard.restaurant.location, "1")
    a_table(other, "1")
    page = dashboard.page("tables")
    assert page.count(">Table 1</h3>") == 2
    assert dashboard.page("tables", query="?location=bukit").count(">Table 1</h3>") == 1
    assert "selected" in dashboard.page("add_table", query="?location=bukit")


@pytest.mark.parametrize(
    "form, words",
    [
        ({"location": "bangsar", "name": ""}, "required"),
        ({"location": "bangsar", "name": "x" * 41}, "at most 40"),
        ({"location": "bangsar", "name": "1"}, "already has a table “1”"),
        ({"location": "moon", "name": "2"}, "not one of the available choices"),
        ({"location": "bangsar", "name": "2", "area": "x" * 61}, "at most 60"),
    ],
)
def test_an_invalid_table_has_an_error_beside_its_field(
    dashboard: Dashboard, form: dict[str, str], words: str
) -> None:
    a_location(dashboard.tenant, "bukit")
    a_table(dashboard.restaurant.location, "1")
    response = dashboard.post("add_table", **form)
    assert words in said_beside(response)
    assert response.content.decode().count("autofocus") == 1
    assert Table.objects.filter(tenant=dashboard.tenant).count() == 1


def test_the_file_is_an_svg_that_browsers_save(dashboard: Dashboard) -> None:
    table = a_table(dashboard.restaurant.location, "花园 3")
    response = dashboard.get("table_code", table.id)
    assert response.headers["Content-Type"] == "image/svg+xml"
    assert response.headers["Content-Disposition"] == 'attachment; filename="kopi-bangsar-3.svg"'
    assert b"<svg" in response.content
    assert b'width="60' in response.content


def test_a_new_code_needs_a_confirmation_and_disables_the_old_one(dashboard: Dashboard) -> None:
    table = a_table(dashboard.restaurant.location)
    question = dashboard.page("rotate_table", table.id)
    assert "New code for table 1?" in question
    assert "stops working at once" in question
    guest = Client()
    assert guest.get(f"/kopi/t/{table.token}/").status_code == 302
    assert "no longer works" in dashboard.sent("rotate_table", table.id)[0]
    new = Table.objects.get(tenant=dashboard.tenant)
    assert new.token != table.token
    assert guest.get(f"/kopi/t/{table.token}/").status_code == 404
    assert guest.get(f"/kopi/t/{new.token}/").status_code == 302


def test_the_confirmation_page_changes_nothing(dashboard: Dashboard) -> None:
    table = a_table(dashboard.restaurant.location)
    dashboard.page("rotate_table", table.id)
    assert Table.objects.get(tenant=dashboard.tenant).token == table.token


def test_a_name_is_escaped_everywhere(dashboard: Dashboard) -> None:
    table = a_table(dashboard.restaurant.location, "</svg><script>1")
    page: Any = dashboard.get("tables")
    assert "<script>1" not in page.content.decode()
    assert html.escape(table.name) in page.content.decode()
    disposition = dashboard.get("table_code", table.id).headers["Content-Disposition"]
    assert re.fullmatch(r'attachment; filename="[a-z0-9.-]+"', disposition)
