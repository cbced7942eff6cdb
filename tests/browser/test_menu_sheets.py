"""Menus in files, in a real browser: sample, export, edit, import with preview; every page passes axe and fits."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from duitpos.domain.menus.sheets.drafts import keep_draft
from duitpos.models import MenuItem
from tests.support.restaurant import PASSWORD, Restaurant, a_restaurant, an_item

pytestmark = pytest.mark.browser

SCREENS = {"a phone at night": (390, "dark"), "a phone by day": (390, "light"), "a desk": (1280, "light")}
LONG = "Nasi Kandar Warisan Keluarga Abdul Rahman 阿都拉曼家传饭店 அப்துல் ரஹ்மான் குடும்ப நாசி கண்டார்"


@pytest.fixture
def restaurant(live_server: LiveServer) -> Restaurant:
    return a_restaurant()


@pytest.fixture
def page(restaurant: Restaurant, live_server: LiveServer, chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1280, "height": 860}, accept_downloads=True)
    page = context.new_page()
    page.goto(f"{live_server.url}/accounts/login/")
    page.get_by_label("E-mail").fill(restaurant.owner.user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/dashboard/")
    yield page
    context.close()


def test_sample_export_edit_and_import(
    restaurant: Restaurant, page: Page, live_server: LiveServer, tmp_path: Path
) -> None:
    page.goto(f"{live_server.url}/kopi/dashboard/menu/samples/")
    page.get_by_role("button", name="Begin with Mamak").click()
    expect(page.get_by_text("The sample menu is there.")).to_be_visible()
    assert page.url == f"{live_server.url}/kopi/dashboard/menu/"
    page.get_by_role("link", name="Import and export").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Export CSV").click()
    assert download.value.suggested_filename == "kopi-menu.csv"
    menu = Path(download.value.path()).read_text(encoding="utf-8-sig")

    file = tmp_path / "menu.csv"
    file.write_text(menu, encoding="utf-8")
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_role("heading", name="Nothing would change")).to_be_visible()

    page.get_by_role("link", name="Go back").click()
    file.write_text(
        menu.replace("Teh tarik,", "Teh tarik kaw,").replace(",1.80,", ",-1.80,", 1), encoding="utf-8"
    )
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_text("A price cannot be below 0.")).to_be_visible()
    expect(page.get_by_role("button", name="Import", exact=True)).to_have_count(0)

    page.get_by_role("link", name="Upload it again").click()
    file.write_text(
        menu.replace("Teh tarik,", "Teh tarik kaw,").replace(",1.80,", ",2.00,", 1), encoding="utf-8"
    )
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_role("cell", name="price before: 1.80 after: 2.00")).to_be_visible()
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("Imported: 0 new, 2 changed, 0 archived.")).to_be_visible()
    names = MenuItem.objects.filter(tenant=restaurant.tenant).values_list("name", "price_minor")
    assert {("Teh tarik kaw", 250), ("Roti canai", 200)} <= set(names)


@pytest.mark.parametrize("screen", SCREENS)
def test_every_page(restaurant: Restaurant, page: Page, live_server: LiveServer, screen: str) -> None:
    item = an_item(restaurant.tenant, LONG, 1250, description=LONG)
    lines = [
        "section,name,description,price,Cost",
        f"{item.section.name},{LONG},A shorter text,13.50,1",
        *(f"Drinks,{LONG} {number},{LONG},1,1" for number in range(120)),
    ]
    wrong = ["section,name,price,from", f"{'x' * 90},{LONG},-1,25:00", f"Drinks,{LONG},1.005,{LONG}"]
    width, scheme = SCREENS[screen]
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    found = []
    files = {"": "", "wrong": "\n".join(wrong), "many": "\n".join(lines), "same": "section,name,price"}
    files["same"] += f'\n"{item.section.name}",{LONG},12.50'
    for name, text in files.items():
        token = keep_draft(restaurant.owner, text.encode()) if name else ""
        paths = [f"import/preview/?draft={token}"] if name else ["import/", "samples/"]
        for path in paths:
            page.goto(f"{live_server.url}/kopi/dashboard/menu/{path}")
            expect(page.get_by_role("heading", level=1)).to_have_count(1)
            axe = Axe().run(page).response
            assert axe["passes"]
            found += [f"{name} {path}: {one['id']} {one['nodes']}" for one in axe["violations"]]
            too_wide = page.evaluate("document.documentElement.scrollWidth") - width
            if too_wide > 0:
                found.append(f"{name} {path}: {too_wide} px too wide")
    assert found == []
