"""The preview of the menu for staff, and the printed menu."""

from __future__ import annotations

import html
import re
from datetime import time
from typing import Any

import pytest
from django.test import Client

from duitpos.kit.clock import now
from duitpos.models import ItemStock, MenuItem
from tests.dashboard.client import sign_in
from tests.support.restaurant import Restaurant, a_group, a_location, a_restaurant, a_table, an_item

pytestmark = pytest.mark.django_db


@pytest.fixture
def kopi(client: Client) -> Restaurant:
    """A restaurant with a menu, and its owner signed in."""
    kopi = a_restaurant("kopi", service_charge_bp=1000, tax_bp=600)
    sign_in(client, kopi.owner)
    breakfast = an_item(
        kopi.tenant, "Nasi lemak", 950, marks=["halal"], allergens=["egg"], description="Coconut rice"
    )
    MenuItem.objects.filter(tenant=kopi.tenant, id=breakfast.id).update(
        served_from=time(7), served_until=time(11), days=0b0011111
    )
    a_group(breakfast, ("Egg", 0), ("Squid", 300), least=1)
    sold_out = an_item(kopi.tenant, "Teh tarik", 350)
    ItemStock.objects.create(tenant=kopi.tenant, location=kopi.location, item=sold_out, status="out_of_stock")
    an_item(kopi.tenant, "Archived", 100, archived_at=now())
    return kopi


def text_of(response: Any) -> str:
    assert response.status_code == 200
    return html.unescape(response.content.decode())


def test_the_preview_is_the_guests_page_and_sends_nothing(kopi: Restaurant, client: Client) -> None:
    table = a_table(kopi.location, "7")
    guest = Client().get(f"/kopi/t/{table.token}/en/").content.decode()
    response = client.get("/kopi/menu/preview/?location=bangsar")
    page = response.content.decode()
    main = re.compile(r"<main>.*</main>", re.S)
    assert main.findall(page) == main.findall(guest)
    assert "Nothing can be ordered here" in page
    assert "<script" not in page
    policy = response["Content-Security-Policy"]
    for words in ("form-action 'none'", "frame-ancestors 'self'", "sandbox"):
        assert words in policy
    assert "frame-ancestors 'none'" not in policy
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize(
    "at, sold_out",
    [
        ("2026-11-27T08:00:00%2B08:00", ["Teh tarik"]),
        ("2026-11-27T11:00:00%2B08:00", ["Nasi lemak", "Teh tarik"]),
        ("2026-11-28T08:00:00%2B08:00", ["Nasi lemak", "Teh tarik"]),  # a Saturday
    ],
)
def test_the_preview_is_of_an_instant(kopi: Restaurant, client: Client, at: str, sold_out: list[str]) -> None:
    page = text_of(client.get(f"/kopi/menu/preview/?location=bangsar&at={at}"))
    assert re.findall(r'class="item sold-out".*?<h3>(.*?)</h3>', page, re.S) == sold_out
    assert "Archived" not in page


@pytest.mark.parametrize("at", ["", "x", "0001-01-01T00:00Z", "9999-12-31T23:59-14:00", "2026-11-27T08:00"])
def test_a_strange_instant_is_now(kopi: Restaurant, client: Client, at: str) -> None:
    assert "Nasi lemak" in text_of(client.get("/kopi/menu/preview/", {"at": at, "language": "xx"}))


def test_the_preview_has_the_languages_of_guests(kopi: Restaurant, client: Client) -> None:
    response = client.get("/kopi/menu/preview/?language=ms")
    assert "Mengandungi" in text_of(response)
    assert response["Content-Language"] == "ms"


def test_the_form_of_the_preview(kopi: Restaurant, client: Client) -> None:
    a_location(kopi.tenant, "penang")
    page = text_of(
        client.get("/kopi/dashboard/menu/preview/?location=penang&language=ms&day=2026-11-28&clock=08:30")
    )
    frame = re.findall(r'<iframe class="phone" src="([^"]*)"', page)
    assert frame == ["/kopi/menu/preview/?location=penang&language=ms&at=2026-11-28T08%3A30%3A00%2B08%3A00"]
    for wrong in (
        "location=moon&language=ms",
        "location=penang&language=x",
        "location=penang&language=ms&clock=x",
        "location=penang&language=ms&day=0001-01-01",
    ):
        page = text_of(client.get(f"/kopi/dashboard/menu/preview/?{wrong}"))
        assert 'class="error"' in page
        assert "<iframe" not in page
    assert "frame-src 'self'" in client.get("/kopi/dashboard/menu/preview/")["Content-Security-Policy"]


def test_the_printed_menu_has_everything_that_stays(kopi: Restaurant, client: Client) -> None:
    page = text_of(client.get("/kopi/menu/print/"))
    for words in (
        "Nasi lemak",
        "RM\u202f9.50",
        "Coconut rice",
        "Halal",
        "Contains: egg",
        "Served Mon\u2013Fri 07:00\u201311:00",
        "(choose 1)",
        "Squid +RM\u202f3.00",
        "Prices do not include service charge 10\u202f% and SST 6\u202f%.",
    ):
        assert words in page
    assert "Teh tarik" not in page
    assert "Archived" not in page
    assert 'class="large"' not in page
    assert "Teh tarik" in text_of(client.get("/kopi/menu/print/?sold_out=on"))
    assert 'class="large"' in text_of(client.get("/kopi/menu/print/?size=large"))


def test_an_empty_menu_says_so(client: Client) -> None:
    teh = a_restaurant("teh")
    sign_in(client, teh.owner)
    assert "nothing on the menu yet" in text_of(client.get("/teh/menu/print/"))
    assert "nothing on the menu yet" in text_of(client.get("/teh/menu/preview/"))


def test_another_restaurants_location_is_gone(kopi: Restaurant, client: Client) -> None:
    a_location(a_restaurant("teh").tenant, "ipoh")
    for page in ("preview", "print"):
        assert client.get(f"/kopi/menu/{page}/?location=ipoh").status_code == 404
