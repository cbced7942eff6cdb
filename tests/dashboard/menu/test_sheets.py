"""The pages of menus in files: upload, preview, import, export, samples."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import caches
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from duitpos.dashboard.texts.menu_files import EFFECTS, ROW_PROBLEMS, SAMPLES, TYPES
from duitpos.domain.menus.sheets.apply import preview_import
from duitpos.domain.menus.sheets.columns import RowType
from duitpos.domain.menus.sheets.drafts import SECONDS
from duitpos.domain.menus.sheets.edits import Effect
from duitpos.domain.menus.sheets.problems import RowProblem
from duitpos.domain.menus.sheets.read import MAX_BYTES
from duitpos.domain.menus.sheets.samples import Sample
from duitpos.models import MenuItem
from duitpos.models.people import Role
from duitpos.web.body_cap import FIELDS
from tests.dashboard.client import Dashboard, said_beside, sign_in
from tests.domain.menus.sheets.files import bomb, csv_file, encrypted, workbook
from tests.support.restaurant import a_member, an_item


def upload(dashboard: Dashboard, data: bytes, name: str = "menu.csv") -> Any:
    return dashboard.post("menu_import", file=SimpleUploadedFile(name, data))


def preview(dashboard: Dashboard, data: bytes) -> tuple[str, dict[str, str]]:
    """The preview's page and the fields of its form."""
    answer: Any = dashboard.client.get(upload(dashboard, data)["Location"])
    assert answer.status_code == 200
    page = html.unescape(answer.content.decode())
    return page, dict(re.findall(r'<input type="hidden" name="(draft|seen)" value="([^"]*)">', page))


def prices(dashboard: Dashboard) -> dict[str, int]:
    return dict(MenuItem.objects.filter(tenant=dashboard.tenant).values_list("name", "price_minor"))


def test_from_a_file_to_the_menu(dashboard: Dashboard) -> None:
    an_item(dashboard.tenant, "Kopi", 250)
    page, fields = preview(
        dashboard, csv_file("section,name,price", "Kopi & co,Kopi,2.80", "Food,<b>Roti</b>,1.5")
    )
    assert "<del>" in page
    assert "2.50" in page
    assert "2.80" in page
    assert (
        "<b>Roti</b></b>"
        not in dashboard.client.get(
            upload(dashboard, csv_file("section,name,price", "Food,<b>Roti</b>,1.5"))["Location"]
        ).content.decode()
    )
    page, fields = preview(dashboard, csv_file("section,name,price", "Kopi & co,Kopi,2.80", "Food,Roti,1.5"))
    assert prices(dashboard) == {"Kopi": 250}, "a preview changes nothing"
    assert dashboard.sent("menu_import_preview", **fields) == ["Imported: 2 new, 1 changed, 0 archived."]
    assert prices(dashboard) == {"Kopi": 280, "Roti": 150}


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_an_unchanged_export_would_change_nothing(dashboard: Dashboard, kind: str) -> None:
    an_item(dashboard.tenant, "=Kopi", 250)
    answer = dashboard.get("menu_export", kind)
    assert answer["Content-Disposition"] == f'attachment; filename="kopi-menu.{kind}"'
    page, fields = preview(dashboard, answer.content)
    assert "Nothing would change" in page
    assert fields == {}


def test_there_is_no_other_format(dashboard: Dashboard) -> None:
    assert dashboard.get("menu_export", "exe").status_code == 404


def test_what_is_wrong_in_rows(dashboard: Dashboard) -> None:
    page, fields = preview(dashboard, csv_file("section,name,price", "Drinks,Kopi,-1", "Drinks,,2"))
    assert "2 cells to correct" in page
    assert "A price cannot be below 0. Write 0 or more." in page
    assert "Write a name." in page
    assert fields == {}, "nothing can be imported"


BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing": (lambda: b"", "empty"),
    "a picture": (lambda: b"\x89PNG\r\n\x1a\n", "no table"),
    "an old workbook": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "password or is from an old Excel"),
    "an encrypted archive": (lambda: encrypted(workbook(["name"])), "has a password"),
    "a zip bomb": (bomb, "larger than 64 MB"),
    "a truncated workbook": (lambda: workbook(["name"])[:900], "damaged"),
    "no headings": (lambda: csv_file("Kopi,2"), "first row must say"),
    "5 MB and a byte": (lambda: b"name\n" + b"x" * (5 * 1024 * 1024 - 4), "larger than 5 MB"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_explained_beside_its_field(dashboard: Dashboard, name: str) -> None:
    make, words = BAD[name]
    answer = upload(dashboard, make(), "../../menu.xlsx")
    assert answer.status_code == 200
    assert words in said_beside(answer)
    assert answer.content.decode().count("autofocus") == 1
    assert not MenuItem.objects.filter(tenant=dashboard.tenant).exists()


def test_no_file_is_explained_too(dashboard: Dashboard) -> None:
    assert dashboard.refused("menu_import") == "Choose a file."


def test_more_than_the_form_takes_is_refused_unread(dashboard: Dashboard) -> None:
    assert upload(dashboard, b"x" * (MAX_BYTES + FIELDS + 1)).status_code == 413


@pytest.mark.parametrize("path", ["menu/import/preview/", "menu/samples/", "menu/import/x/", "tables/add/"])
def test_only_the_upload_takes_large_bodies(dashboard: Dashboard, path: str) -> None:
    file = io.BytesIO(b"x" * 300_000)
    file.name = "menu.csv"
    assert dashboard.client.post(f"/kopi/dashboard/{path}", {"file": file}).status_code == 413


def test_a_truncated_upload_is_refused(dashboard: Dashboard) -> None:
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="menu.csv"\r\n\r\n'
    body = head + b"section,name,price\n" + b"Drinks,Kopi,1\n" * 30_000
    kind = "multipart/form-data; boundary=x"
    answer = dashboard.client.generic("POST", dashboard.url("menu_import"), body, content_type=kind)
    assert answer.status_code == 400


def test_a_menu_that_changed_meanwhile_shows_the_new_preview(dashboard: Dashboard) -> None:
    item = an_item(dashboard.tenant, "Kopi", 250)
    _, fields = preview(dashboard, csv_file("section,name,price", "Kopi & co,Kopi,2.80"))
    MenuItem.objects.filter(tenant=dashboard.tenant, id=item.id).update(price_minor=300, version=2)
    answer = dashboard.post("menu_import_preview", **fields)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Somebody changed the menu since this preview" in page
    assert "3.00" in page
    assert prices(dashboard) == {"Kopi": 300}
    fields = dict(re.findall(r'<input type="hidden" name="(draft|seen)" value="([^"]*)">', page))
    dashboard.sent("menu_import_preview", **fields)
    assert prices(dashboard) == {"Kopi": 280}


def test_an_upload_is_kept_for_its_member_only_and_not_for_long(dashboard: Dashboard) -> None:
    _, fields = preview(dashboard, csv_file("section,name,price", "Drinks,Kopi,1"))
    manager = Client()
    sign_in(manager, a_member(dashboard.tenant, Role.MANAGER))
    answer = manager.post(dashboard.url("menu_import_preview"), fields, follow=True)
    assert "upload it again" in answer.content.decode()
    # The next upload takes the place of the last one.
    preview(dashboard, csv_file("section,name,price", "Drinks,Teh,1"))
    assert "upload it again" in dashboard.sent("menu_import_preview", **fields)[0]
    _, fields = preview(dashboard, csv_file("section,name,price", "Drinks,Kopi,1"))
    caches["shared"].clear()
    assert "upload it again" in dashboard.sent("menu_import_preview", **fields)[0]
    assert prices(dashboard) == {}
    assert SECONDS == 15 * 60


def test_many_rows_come_in_pages(dashboard: Dashboard) -> None:
    data = csv_file("section,name,price", *(f"Drinks,Kopi {number},1" for number in range(5000)))
    first = upload(dashboard, data)["Location"]
    page = dashboard.client.get(first).content.decode()
    assert "Page 1 of 51" in page
    assert page.count('<tr role="row">') == 101
    assert len(page) < 100_000
    last = dashboard.client.get(f"{first}&page=51").content.decode()
    assert "Kopi 4999" in last
    assert "page=52" not in last


def test_a_preview_takes_the_same_queries_for_any_number_of_rows(
    dashboard: Dashboard, django_assert_max_num_queries: Any
) -> None:
    for count in (1, 300):
        data = csv_file("section,name,price", *(f"Drinks,Kopi {number},1" for number in range(count)))
        with django_assert_max_num_queries(8):
            preview_import(dashboard.restaurant.owner, data)


def test_headings_and_encodings_that_may_be_mistakes_are_named(dashboard: Dashboard) -> None:
    page, _ = preview(dashboard, "section,name,price,pirce\nDrinks,Café,1,2".encode("cp1252"))
    assert "Not a column of a menu, so not read:" in page
    assert "<code>pirce</code>" in page
    assert "This file is not UTF-8." in page
    assert "Café" in page


@pytest.mark.parametrize("sample", Sample)
def test_an_empty_menu_begins_with_a_sample_at_once(dashboard: Dashboard, sample: Sample) -> None:
    page = dashboard.page("menu_samples")
    assert str(SAMPLES[sample][0]) in page
    assert dashboard.sent("menu_samples", sample=sample) == [
        "The sample menu is there. Change it as you like."
    ]
    assert len(prices(dashboard)) > 20


def test_a_sample_for_a_menu_with_dishes_goes_through_the_preview(dashboard: Dashboard) -> None:
    an_item(dashboard.tenant, "Kopi", 999)
    answer = dashboard.post("menu_samples", sample="mamak")
    assert prices(dashboard) == {"Kopi": 999}
    page = html.unescape(dashboard.client.get(answer["Location"]).content.decode())
    assert "Preview of the import" in page


def test_there_is_no_other_sample(dashboard: Dashboard) -> None:
    assert dashboard.refused("menu_samples", sample="sushi") == "Choose one of the samples."


@pytest.mark.parametrize("role", [Role.CASHIER, Role.KITCHEN])
@pytest.mark.parametrize("name", ["menu_import", "menu_import_preview", "menu_samples"])
def test_other_roles_are_told_whom_to_ask(dashboard: Dashboard, role: str, name: str) -> None:
    dashboard.be(role)
    answer = dashboard.get(name)
    assert answer.status_code == 403
    assert "you cannot change the menu" in answer.content.decode()


def test_every_code_has_its_sentence() -> None:
    assert set(ROW_PROBLEMS) == set(RowProblem)
    assert set(EFFECTS) == set(Effect)
    assert set(TYPES) == set(RowType)
    assert set(SAMPLES) == set(Sample)
