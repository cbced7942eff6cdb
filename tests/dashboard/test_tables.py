"""Tables: the codes can be scanned, a new one replaces the old one, and forms show errors."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from duitpos.models import Table
from tests.dashboard.client import Dashboard, said_beside
from tests.support.restaurant import a_location, a_table


def test_no_tables_yet(dashboard: Dashboard) -> None:
    page = dashboard.page("tables")
    assert "No tables yet" in page
    assert dashboard.url("add_table") in page


def test_a_table_is_added_with_its_code(dashboard: Dashboard) -> None:
    said = dashboard.sent("add_table", location="bangsar", names=" Garden  3 ", area="Terrace")
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
        ({"location": "bangsar", "names": ""}, "required"),
        ({"location": "bangsar", "names": "x" * 41}, "at most 40"),
        ({"location": "bangsar", "names": "x" * 2001}, "at most 2000"),
        ({"location": "bangsar", "names": "T1-T10000"}, "At most 200 tables at once"),
        ({"location": "bangsar", "names": "T9-T1"}, "runs backwards"),
        ({"location": "bangsar", "names": "2-5, 1"}, "already has a table “1”"),
        ({"location": "bangsar", "names": " , ; "}, "needs a name"),
        ({"location": "bangsar", "names": "1"}, "already has a table “1”"),
        ({"location": "moon", "names": "2"}, "not one of the available choices"),
        ({"location": "bangsar", "names": "2", "area": "x" * 61}, "at most 60"),
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


def test_forty_tables_are_added_at_once(dashboard: Dashboard) -> None:
    said = dashboard.sent("add_table", location="bangsar", names="T1-T40, Bar", area="Terrace")
    assert said == ["41 tables added. Print their codes and put them on the tables."]
    tables = list(Table.objects.filter(tenant=dashboard.tenant).order_by("position"))
    assert [table.name for table in tables] == [*(f"T{number}" for number in range(1, 41)), "Bar"]
    assert {table.area for table in tables} == {"Terrace"}
    assert len({table.token for table in tables}) == 41


def test_a_table_is_renamed_and_moved_and_its_code_stays(dashboard: Dashboard) -> None:
    a_location(dashboard.tenant, "bukit")
    table = a_table(dashboard.restaurant.location, "1")
    form = values_of(dashboard.get("table", table.id).content.decode())
    said = dashboard.sent("table", table.id, **{**form, "name": "Window", "area": "Up", "location": "bukit"})
    assert said == ["Table Window saved. Its code stays the same."]
    moved = Table.objects.get(tenant=dashboard.tenant)
    assert (moved.name, moved.area, moved.location.slug, moved.token) == (
        "Window",
        "Up",
        "bukit",
        table.token,
    )
    assert Client().get(f"/kopi/t/{table.token}/").status_code == 302


def test_of_two_editors_the_second_is_told(dashboard: Dashboard) -> None:
    table = a_table(dashboard.restaurant.location, "1")
    form = values_of(dashboard.get("table", table.id).content.decode())
    dashboard.sent("table", table.id, **{**form, "name": "2"})
    response = dashboard.post("table", table.id, **{**form, "name": "3"})
    page = response.content.decode()
    assert "Somebody changed this table meanwhile" in page
    assert values_of(page)["name"] == "2"
    assert Table.objects.get(tenant=dashboard.tenant).name == "2"


def test_a_broken_form_says_so(dashboard: Dashboard) -> None:
    table = a_table(dashboard.restaurant.location, "1")
    for seen in ("", "x", "{}", "[1, 2]", '["1", "", "no-id"]', "null"):
        response = dashboard.post("table", table.id, name="2", location="bangsar", seen=seen)
        assert response.status_code == 200
    assert Table.objects.get(tenant=dashboard.tenant).name == "1"


def test_an_archived_table_is_gone_until_its_name_is_added_again(dashboard: Dashboard) -> None:
    table = a_table(dashboard.restaurant.location, "5")
    assert "Archive table 5?" in dashboard.page("archive_table", table.id)
    guest = Client()
    assert guest.get(f"/kopi/t/{table.token}/").status_code == 302
    dashboard.sent("archive_table", table.id)
    assert guest.get(f"/kopi/t/{table.token}/").status_code == 404
    a_table(dashboard.restaurant.location, "6")
    page = dashboard.page("tables")
    assert f"table-{table.id}" not in page
    assert "Archived: 5." in page
    said = dashboard.sent("add_table", location="bangsar", names="4-5")
    assert said == [
        "Table 4 added. Print its code and put it on the table.",
        "Table 5 is back, with the code that was printed for it.",
    ]
    assert guest.get(f"/kopi/t/{table.token}/").status_code == 302


def test_all_codes_of_a_location_are_made_new(dashboard: Dashboard) -> None:
    other = a_location(dashboard.tenant, "bukit")
    old = [a_table(dashboard.restaurant.location, str(number)).token for number in range(3)]
    kept = a_table(other, "1").token
    assert "New codes for all tables of Bangsar?" in dashboard.page("rotate_location", "bangsar")
    said = dashboard.sent("rotate_location", "bangsar")
    assert said == ["3 tables have new codes. Replace the printed ones: they no longer work."]
    tokens = set(Table.objects.filter(tenant=dashboard.tenant).values_list("token", flat=True))
    assert len(tokens) == 4
    assert kept in tokens
    assert not tokens & set(old)


def test_codes_that_a_phone_cannot_open_are_named(
    dashboard: Dashboard, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_table(dashboard.restaurant.location, "1")
    assert "a phone cannot" not in dashboard.page("tables")
    settings.BASE_URL = "http://127.0.0.1:8000"
    assert "Set BASE_URL to the address that phones open" in dashboard.page("tables")
    settings.STAGE = "demo"
    monkeypatch.setattr("duitpos.dashboard.texts.tables.address_in_network", lambda: "192.168.1.20")
    assert "DEMO_HOST=192.168.1.20 make demo" in dashboard.page("tables")


def test_every_printed_code_names_its_location(dashboard: Dashboard) -> None:
    """Two locations have a "Table 1" each: their sheets look different."""
    a_table(dashboard.restaurant.location, "1")
    a_table(a_location(dashboard.tenant, "bukit"), "1")
    printed = re.findall(r'<p class="only-print">(.*?)</p>', dashboard.page("tables"))
    assert ["Bangsar" in one for one in printed] == [True, False]
    assert ["Bukit" in one for one in printed] == [False, True]


def test_the_list_asks_the_database_no_more_for_more_tables(dashboard: Dashboard) -> None:
    a_table(dashboard.restaurant.location, "1")
    dashboard.page("tables")
    with CaptureQueriesContext(connection) as one:
        dashboard.page("tables")
    dashboard.sent("add_table", location="bangsar", names="2-60")
    with CaptureQueriesContext(connection) as many:
        dashboard.page("tables")
    assert len(many) == len(one)


def values_of(page: str) -> dict[str, str]:
    """The values of the page's form."""
    found = re.findall(r'<input type="(?:text|hidden)" name="(\w+)" value="([^"]*)"', page)
    values = {name: html.unescape(value) for name, value in found if name != "csrfmiddlewaretoken"}
    chosen = re.search(r'<option value="([^"]*)" selected', page)
    return values | ({"location": chosen[1]} if chosen else {})
