"""What anybody reads about a restaurant without a table's code, and the front door of the installation."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from duitpos.domain.menus.read import menu_of
from duitpos.kit.clock import now
from duitpos.models import Location, MenuItem, Tenant
from tests.dashboard.client import sign_in
from tests.guest.cafe import Cafe
from tests.support.restaurant import a_location, hours

NOON = datetime(2026, 11, 28, 4, 0, tzinfo=UTC)  # 12:00 in Kuala Lumpur


def text_of(response: Any) -> str:
    assert response.status_code == 200
    return str(response.content.decode())


@pytest.fixture
def at_noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("duitpos.guest.views.restaurant.now", lambda: NOON)


def set_hours(cafe: Cafe, opens: time | None, closes: time | None, **fields: object) -> None:
    site = cafe.restaurant.location
    Location.objects.filter(tenant=site.tenant, id=site.id).update(**{**hours(opens, closes), **fields})


@pytest.mark.parametrize(
    "opens,closes,said",
    [
        (time(8), time(22), "Open now, until 22:00"),
        (None, None, "Open now"),
        (time(17), time(23), "Closed now, opens at 17:00"),
    ],
)
def test_the_page_says_whether_a_location_is_open(
    cafe: Cafe, client: Client, at_noon: None, opens: time | None, closes: time | None, said: str
) -> None:
    set_hours(cafe, opens, closes)
    page = text_of(client.get("/kopi/"))
    assert f">{said}</b>" in page
    assert ("Open every day" in page) == (opens is not None)
    assert "scan the code on your table" in page
    assert f">{said}</b>" in text_of(client.get("/kopi/locations/bangsar/menu/"))


def test_each_weekday_and_the_next_holidays_are_said(cafe: Cafe, client: Client, at_noon: None) -> None:
    week = [[[480, 900], [1080, 1560]]] * 5 + [[[600, 1320]], []]
    special = {
        "2026-11-27": {"spans": [], "name": "Over"},
        "2026-12-05": {"spans": [[600, 720]], "name": ""},
        "2026-12-12": {"spans": [], "name": "Hari <i>Raya</i>"},
        "2026-12-13": {"spans": [], "name": "Too far"},
    }
    Location.objects.filter(tenant=cafe.restaurant.tenant).update(weekly_hours=week, special_hours=special)
    page = text_of(client.get("/kopi/")).replace("\u2013", "-")
    for words in (
        "Open now, until 22:00",
        "Mon-Fri 08:00-15:00, 18:00-02:00",
        "Sat 10:00-22:00",
        "Sun closed",
        "5 Dec 2026: 10:00-12:00",
        "12 Dec 2026: closed (Hari &lt;i&gt;Raya&lt;/i&gt;)",
    ):
        assert words in page
    assert "Over" not in page
    assert "Too far" not in page


def test_a_holiday_closes_it_until_the_next_day_that_it_opens(
    cafe: Cafe, client: Client, at_noon: None
) -> None:
    special = {f"2026-11-{number}": {"spans": [], "name": ""} for number in (28, 29)}
    Location.objects.filter(tenant=cafe.restaurant.tenant).update(
        **hours(time(8), time(22)), special_hours=special
    )
    assert "Closed now, opens at 30 Nov 2026, 08:00" in text_of(client.get("/kopi/"))


def test_a_pause_that_ends_is_said(cafe: Cafe, client: Client, at_noon: None) -> None:
    set_hours(cafe, time(8), time(22), paused_at=NOON, paused_until=NOON.replace(hour=5))
    assert "No orders until 13:00" in text_of(client.get("/kopi/"))


def test_a_restaurant_that_closed_for_good_asks_nobody_to_scan(cafe: Cafe, client: Client) -> None:
    tenant = cafe.restaurant.tenant
    tenant.closed_at = now()
    tenant.save()
    for url in ("/kopi/", "/kopi/locations/bangsar/menu/"):
        page = text_of(client.get(url))
        assert "closed for good" in page
        assert "scan the code" not in page


def test_the_menu_can_be_read_and_not_ordered_from(cafe: Cafe, client: Client) -> None:
    page = text_of(client.get("/kopi/locations/bangsar/menu/"))
    for words in (
        "Teh tarik",
        "RM 4.00",
        "Nasi lemak",
        "With egg",
        "RM 2.00",
        "Halal",
        "service charge 10 %",
    ):
        assert words in page.replace("\u202f", " "), words
    assert 'method="post" action' not in page
    assert "/t/" not in page, "no table's code leads from a public page"


def test_the_menu_to_read_lists_every_dish_of_the_guests_menu(cafe: Cafe, client: Client) -> None:
    MenuItem.objects.filter(tenant=cafe.restaurant.tenant, id=cafe.tea.id).update(archived_at=now())
    page = text_of(client.get("/kopi/locations/bangsar/menu/"))
    listed = [item.name for item in menu_of(cafe.restaurant.tenant, cafe.restaurant.location, "en").items()]
    assert listed == ["Nasi lemak"]
    assert "Teh tarik" not in page


def test_other_languages(cafe: Cafe, client: Client) -> None:
    assert "Baca menu" in text_of(client.get("/kopi/", headers={"Accept-Language": "ms"}))
    chosen = client.post("/kopi/", {"language": "zh-hans"}, headers={"Origin": "http://testserver"})
    assert chosen.status_code == 303
    assert chosen["Location"] == "/kopi/"


def test_an_unknown_location_or_restaurant_is_not_found(cafe: Cafe, client: Client) -> None:
    for url in ("/kopi/locations/ipoh/menu/", "/teh/", "/teh/locations/bangsar/menu/"):
        assert client.get(url).status_code == 404, url


def test_more_locations_ask_the_database_no_more(cafe: Cafe, client: Client) -> None:
    client.get("/kopi/")
    with CaptureQueriesContext(connection) as one:
        client.get("/kopi/")
    for number in range(5):
        a_location(cafe.restaurant.tenant, f"site-{number}")
    with CaptureQueriesContext(connection) as six:
        client.get("/kopi/")
    assert len(one) == len(six) == 1


# --- / ----------------------------------------------------------------------------------------------------------


def test_the_front_door_of_an_empty_installation_names_the_next_command(db: None, client: Client) -> None:
    assert not Tenant.objects.exists()
    page = text_of(client.get("/"))
    assert "<code>duitpos setup</code>" in page
    assert "Sign in" not in page


def test_the_front_door_leads_guests_and_staff(cafe: Cafe, client: Client) -> None:
    page = text_of(client.get("/"))
    assert "Scan the code on your table" in page
    assert 'href="/accounts/login/"' in page
    assert "Kopi" not in page, "it lists no restaurants"
    sign_in(client, cafe.restaurant.owner)
    assert 'href="/accounts/restaurants/"' in text_of(client.get("/"))


def test_the_front_door_is_never_kept(db: None, client: Client) -> None:
    assert "no-store" in client.get("/")["Cache-Control"]
