"""Printed codes: every one is read from the rendered PDF, also with a blot over it, and says where it stands."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, datetime
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image, ImageDraw
from pypdf import PdfReader

from duitpos.dashboard.qr import table_url
from duitpos.dashboard.texts.code_sheets import SHORT_LINES
from duitpos.domain.tables.create import create_tables
from duitpos.kit import code_sheet
from duitpos.kit.code_sheet import GRIDS, Code, Layout, codes_pdf, lacking_signs
from duitpos.models import Location, Table
from tests.dashboard.client import Dashboard
from tests.support.restaurant import a_location

BLOT = 0.15
AT = datetime(2026, 11, 28, tzinfo=UTC)
LINES = tuple(SHORT_LINES.values())


def some_codes(count: int, **fields: Any) -> list[Code]:
    return [
        Code(
            **{
                "url": f"https://order.example.my/kopi-kita/t/eAwwlsoa0xFVERPK78m{number:03}/",
                "restaurant": "Kopi Kita 咖啡",
                "location": "Bangsar",
                "table": f"Table {number}",
                "lines": LINES,
                **fields,
            }
        )
        for number in range(count)
    ]


def pages(data: bytes) -> list[Image.Image]:
    """The PDF as pictures, as a printer makes them (300 dots per inch)."""
    return [sheet.render(scale=300 / 72).to_pil().convert("L") for sheet in pypdfium2.PdfDocument(data)]


def read(picture: Image.Image) -> list[Any]:
    return list(zxingcpp.read_barcodes(picture))


@pytest.mark.parametrize("layout", list(Layout))
def test_every_code_of_the_rendered_pdf_is_read(layout: Layout) -> None:
    columns, rows = GRIDS[layout]
    codes = some_codes(columns * rows + 1)
    found = [read(page) for page in pages(codes_pdf(layout, codes, "Codes", AT))]
    assert len(found) == 2
    assert {one.text for page in found for one in page} == {code.url for code in codes}
    # A table tent is read from both sides.
    assert len(found[0]) == columns * rows * (2 if layout == Layout.TENTS else 1)


@pytest.mark.parametrize("layout", list(Layout))
def test_every_code_is_read_with_a_blot_over_15_percent_of_it(layout: Layout) -> None:
    """The control is another level of error correction: with it blots make codes unreadable."""
    codes = some_codes(GRIDS[layout][0] * GRIDS[layout][1])
    assert blotted(layout, codes) == {code.url for code in codes}


def test_with_less_error_correction_the_blot_hides_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(code_sheet, "LEVEL", "m")
    assert blotted(Layout.SHEET, some_codes(6)) == set()


def blotted(layout: Layout, codes: list[Code]) -> set[str]:
    """What is read after a blot was put on the middle of every code."""
    (page,) = pages(codes_pdf(layout, codes, "Codes", AT))
    drawing = ImageDraw.Draw(page)
    for one in read(page):
        corners = one.position
        xs = [
            point.x
            for point in (corners.top_left, corners.top_right, corners.bottom_right, corners.bottom_left)
        ]
        ys = [
            point.y
            for point in (corners.top_left, corners.top_right, corners.bottom_right, corners.bottom_left)
        ]
        side = (max(xs) - min(xs)) * BLOT**0.5
        x, y = (max(xs) + min(xs)) / 2, (max(ys) + min(ys)) / 2
        drawing.rectangle((x - side / 2, y - side / 2, x + side / 2, y + side / 2), fill=60)
    return {one.text for one in read(page)}


def test_restaurant_location_table_and_lines_are_on_each() -> None:
    data = codes_pdf(Layout.SHEET, some_codes(1, notice="SST of 6 % is added."), "Codes", AT)
    # The reader of the test puts control characters between signs of fallback fonts.
    text = re.sub(r"[\x00-\x09]", "", PdfReader(io.BytesIO(data)).pages[0].extract_text())
    for said in (
        "Kopi Kita 咖啡",
        "Bangsar",
        "Table 0",
        "Scan to order",
        "Imbas untuk",
        "扫码点餐付款",
        "SST of 6 %",
    ):
        assert said in text, said
    assert not lacking_signs(some_codes(1))


def test_without_fonts_it_is_said_and_the_codes_are_made_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("NOTO", "TAMIL"):
        monkeypatch.setattr(code_sheet, name, ())
    monkeypatch.setattr(code_sheet, "han_font", lambda: None)
    codes = some_codes(1)
    assert lacking_signs(codes)
    assert not lacking_signs(some_codes(1, restaurant="Kopi Kita", lines=(SHORT_LINES["en"],)))
    (page,) = pages(codes_pdf(Layout.SHEET, codes, "Codes", AT))
    assert [one.text for one in read(page)] == [codes[0].url]


def test_a_long_name_becomes_smaller_and_hides_nothing() -> None:
    codes = some_codes(20, restaurant="Restoran Nasi Kandar Warisan Keluarga " * 3, table="x" * 40)
    (page,) = pages(codes_pdf(Layout.STICKERS, codes, "Codes", AT))
    assert len(read(page)) == 20


# -- the page ----------------------------------------------------------------------------------------------------


def urls(dashboard: Dashboard) -> set[str]:
    tables = Table.objects.filter(tenant=dashboard.tenant, is_active=True)
    return {table_url(dashboard.tenant, table) for table in tables}


def test_the_pdf_and_the_zip_have_all_tables(dashboard: Dashboard) -> None:
    create_tables(dashboard.restaurant.owner, dashboard.restaurant.location, ["1", "7 a", "7-a", "花园"], "")
    page = dashboard.page("code_sheets")
    assert "4 tables" in page
    (pdf,) = pages(dashboard.get("codes_pdf", query="?layout=stickers&languages=en&part=1").content)
    assert {one.text for one in read(pdf)} == urls(dashboard)
    files = zipfile.ZipFile(io.BytesIO(dashboard.get("codes_zip").content))
    assert len(files.namelist()) == 8
    pictures = [name for name in files.namelist() if name.endswith(".png")]
    found = [read(Image.open(files.open(name)))[0] for name in pictures]
    assert {one.text for one in found} == urls(dashboard)
    assert {one.ec_level for one in found} == {"H"}, "as on the sheets"


def test_an_area_or_a_location_alone(dashboard: Dashboard) -> None:
    owner, site = dashboard.restaurant.owner, dashboard.restaurant.location
    ipoh = a_location(dashboard.tenant, "ipoh")
    create_tables(owner, site, ["1", "2"], "Terrace")
    create_tables(owner, site, ["3"], "")
    create_tables(owner, ipoh, ["1"], "")
    for query, count in (
        ("", 4),
        ("?area=Terrace", 2),
        ("?location=ipoh", 1),
        ("?location=ipoh&area=Terrace", 0),
    ):
        word = "1 table<" if count == 1 else f"{count} tables<"
        assert word in dashboard.page("code_sheets", query=query), query


def test_the_notice_is_what_the_location_adds(dashboard: Dashboard) -> None:
    create_tables(dashboard.restaurant.owner, dashboard.restaurant.location, ["1"], "")
    Location.objects.filter(tenant=dashboard.tenant).update(service_charge_bp=1000, tax_bp=650)
    data = dashboard.get("codes_pdf", query="?notice=on").content
    text = PdfReader(io.BytesIO(data)).pages[0].extract_text()
    assert "service charge of 10 % and SST of 6.5 %" in text


def test_many_tables_are_several_files(dashboard: Dashboard) -> None:
    names = [f"T{number}" for number in range(1, 251)]
    create_tables(dashboard.restaurant.owner, dashboard.restaurant.location, names[:125], "")
    create_tables(dashboard.restaurant.owner, dashboard.restaurant.location, names[125:], "")
    with CaptureQueriesContext(connection) as seen:
        page = dashboard.page("code_sheets")
    assert page.count("codes.pdf?") == 3
    assert len(seen) <= 12
    files = zipfile.ZipFile(io.BytesIO(dashboard.get("codes_zip", query="?part=3").content))
    assert len(files.namelist()) == 20


@pytest.mark.parametrize(
    "query",
    ["?layout=poster", "?location=elsewhere", "?languages=xx", "?part=0", "?part=x", "?part=2", "?area=%00"],
)
def test_a_wrong_address_is_not_found(dashboard: Dashboard, query: str) -> None:
    create_tables(dashboard.restaurant.owner, dashboard.restaurant.location, ["1"], "")
    assert dashboard.get("codes_pdf", query=query).status_code == 404


def test_without_tables_there_is_no_file(dashboard: Dashboard) -> None:
    assert "No table fits." in dashboard.page("code_sheets")
    assert dashboard.get("codes_pdf").status_code == 404
