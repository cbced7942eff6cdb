"""A dish's photo in a real browser: chosen, seen before it is sent, shown in the best format, and accessible."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from duitpos.domain.menus.photos.store import set_photo
from duitpos.models import MenuItem
from tests.domain.menus.photos.pictures import a_jpeg
from tests.support.restaurant import PASSWORD, Restaurant, a_restaurant, an_item

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LONG = "Nasi lemak kukus dengan rendang daging tok, sambal sotong dan telur masin 马来椰浆饭配仁当牛肉 நாசி லெமாக் வாழை இலை"
SCREENS = {"a phone at night": (390, "dark"), "a desk by day": (1280, "light")}


@pytest.fixture
def kopi(transactional_db: None) -> Restaurant:
    return a_restaurant()


@pytest.fixture
def page(live_server: LiveServer, kopi: Restaurant, chromium: Browser) -> Iterator[Page]:
    """The owner is signed in."""
    context = chromium.new_context(viewport={"width": 390, "height": 800})
    page = context.new_page()
    page.goto(f"{live_server.url}/accounts/login/")
    page.get_by_label("E-mail").fill(kopi.owner.user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/dashboard/")
    yield page
    context.close()


def address(live_server: LiveServer, item: MenuItem) -> str:
    return f"{live_server.url}/kopi/dashboard/menu/items/{item.id}/photo/"


def test_a_picture_is_seen_before_it_is_sent_and_then_in_the_best_format(
    live_server: LiveServer, kopi: Restaurant, page: Page
) -> None:
    item = an_item(kopi.tenant, "Kaya toast")
    refused: list[str] = []
    page.on("console", lambda said: refused.append(said.text) if said.type == "error" else None)
    page.goto(address(live_server, item))
    chosen = page.get_by_alt_text("The picture that you chose")
    expect(chosen).to_be_hidden()
    page.get_by_label("Picture").set_input_files(
        {"name": "dish.jpg", "mimeType": "image/jpeg", "buffer": a_jpeg()}
    )
    expect(chosen).to_be_visible()
    page.get_by_role("button", name="Save the photo").click()
    expect(page.get_by_role("status")).to_have_text("Kaya toast has a new photo. Guests see it now.")
    photo = page.get_by_alt_text("Kaya toast")
    expect(photo).to_be_visible()
    photo.scroll_into_view_if_needed()
    page.wait_for_function("document.querySelector('picture img').complete")
    assert photo.evaluate("it => it.naturalWidth") > 0
    assert photo.evaluate("it => it.currentSrc").endswith(".avif")
    page.get_by_role("button", name="Remove this photo").click()
    expect(page.get_by_role("status")).to_have_text("Kaya toast has no photo any more.")
    assert refused == []


def test_a_picture_that_is_too_heavy_is_not_sent(
    live_server: LiveServer, kopi: Restaurant, page: Page, tmp_path: Path
) -> None:
    heavy = tmp_path / "heavy.jpg"
    heavy.write_bytes(a_jpeg())
    os.truncate(heavy, 11 * 1024 * 1024)
    page.goto(address(live_server, an_item(kopi.tenant)))
    picture = page.get_by_label("Picture")
    picture.set_input_files(heavy)
    assert "more than 10 MB" in picture.evaluate("it => it.validationMessage")
    page.get_by_role("button", name="Save the photo").click()
    expect(page.get_by_role("status")).to_have_count(0)
    picture.set_input_files({"name": "dish.jpg", "mimeType": "image/jpeg", "buffer": a_jpeg()})
    page.get_by_role("button", name="Save the photo").click()
    expect(page.get_by_role("status")).to_contain_text("has a new photo")


@pytest.mark.parametrize("screen", SCREENS)
def test_it_is_accessible_and_fits(
    live_server: LiveServer, kopi: Restaurant, page: Page, screen: str
) -> None:
    width, scheme = SCREENS[screen]
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    item = an_item(kopi.tenant, LONG[:120])
    for state in ("no photo", "a photo", "an error"):
        if state == "a photo":
            set_photo(kopi.owner, item.id, a_jpeg(600, 1800), None)
        page.goto(address(live_server, item))
        if state == "an error":
            page.get_by_label("Picture").set_input_files(
                {"name": "dish.jpg", "mimeType": "image/jpeg", "buffer": b"no picture"}
            )
            page.get_by_role("button", name="Replace the photo").click()
            expect(page.get_by_text("This file is not a picture")).to_be_visible()
        if shots := os.environ.get("SHOTS"):
            page.screenshot(path=f"{shots}/{width}-{state}.png", full_page=True)
        found = Axe().run(page).response
        assert found["violations"] == [], state
        assert page.evaluate("document.documentElement.scrollWidth") <= width, state
