"""The menu page of a table."""

from __future__ import annotations

import gzip

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from duitpos.domain.menus.eighty_six import set_stock
from duitpos.domain.tables.rotate import rotate_token
from duitpos.kit.clock import now
from duitpos.models import Location, Tenant
from tests.guest.cafe import Cafe
from tests.guest.phone import line, text_of
from tests.support.restaurant import a_restaurant, a_table

pytestmark = pytest.mark.urls("tests.guest.urls")


def test_a_scan_shows_the_menu_of_the_tables_location(cafe: Cafe) -> None:
    page = cafe.phone().scan()
    words = text_of(page)
    assert page.status_code == 200
    for word in (
        "Kopi",
        "Table 5",
        "Teh tarik RM 4.00",
        "Nasi lemak RM 12.50",
        "Halal",
        "Contains: nuts",
        "choose 1",
        "+RM 2.00",
    ):
        assert word in words


def test_viewing_the_menu_gives_no_guest_cookie(cafe: Cafe) -> None:
    phone = cafe.phone()
    phone.scan()
    assert set(phone.client.cookies) == {"csrftoken"}


def test_a_sold_out_item_is_shown_as_such_and_cannot_be_chosen(cafe: Cafe) -> None:
    set_stock(cafe.restaurant.owner, cafe.restaurant.location, cafe.tea.id, "out_of_stock")
    page = cafe.phone().scan()
    assert "Teh tarik Sold out" in text_of(page)
    assert f"q-{cafe.tea.id.hex}" not in page.content.decode()


def test_a_scarce_item_shows_how_many_are_left(cafe: Cafe) -> None:
    set_stock(cafe.restaurant.owner, cafe.restaurant.location, cafe.tea.id, "limited", 3)
    assert "3 left" in text_of(cafe.phone().scan())


def test_a_change_is_visible_at_once_although_a_scan_is_cached_for_a_second(cafe: Cafe) -> None:
    phone = cafe.phone()
    etag = phone.scan()["ETag"]
    set_stock(cafe.restaurant.owner, cafe.restaurant.location, cafe.tea.id, "out_of_stock")
    page = phone.scan(headers={"if-none-match": etag})
    assert page.status_code == 200
    assert "Sold out" in text_of(page)


@pytest.mark.parametrize("token", ["nothing", "x" * 300, "a%00b", "ทดสอบ"])
def test_an_unknown_code_has_its_own_page(cafe: Cafe, token: str) -> None:
    page = cafe.phone().open(f"/kopi/t/{token}/")
    assert page.status_code == 404
    assert "no longer valid" in text_of(page)
    assert "What you chose is kept" in text_of(page)


def test_a_rotated_code_stops_working_at_once(cafe: Cafe) -> None:
    phone = cafe.phone()
    assert phone.scan().status_code == 200
    rotate_token(cafe.restaurant.owner, cafe.table.id)
    assert phone.scan().status_code == 404


def test_a_code_works_at_its_own_restaurant_only(cafe: Cafe) -> None:
    other = a_restaurant("warung")
    assert cafe.phone().open(f"/{other.tenant.slug}/t/{cafe.table.token}/").status_code == 404
    assert cafe.phone().open(f"/nobody/t/{cafe.table.token}/").status_code == 404


def test_a_closed_kitchen_says_so_and_still_shows_its_menu(cafe: Cafe) -> None:
    Location.objects.filter(tenant=cafe.restaurant.tenant).update(paused_at=now())
    words = text_of(cafe.phone().scan())
    assert "not taking orders right now" in words
    assert "Teh tarik" in words


def test_a_permanently_closed_restaurant_says_so(cafe: Cafe) -> None:
    Tenant.objects.filter(id=cafe.restaurant.tenant.id).update(closed_at=now())
    assert "not taking orders right now" in text_of(cafe.phone().scan())


def test_the_compressed_page_is_the_page(cafe: Cafe) -> None:
    phone = cafe.phone()
    plain = phone.scan()
    pressed = phone.scan(headers={"accept-encoding": "br, gzip"})
    refused = phone.scan(headers={"accept-encoding": "gzip;q=0"})
    assert pressed["Content-Encoding"] == "gzip"
    assert gzip.decompress(pressed.content) == plain.content == refused.content
    assert set(pressed["Vary"].split(", ")) == {"Accept-Encoding", "Accept-Language", "Cookie"}


def test_two_phones_get_their_own_form_token_and_nothing_else_of_each_other(cafe: Cafe) -> None:
    one, two = cafe.phone(), cafe.phone()
    pages = [phone.scan().content.decode() for phone in (one, two)]
    tokens = [phone.client.cookies["csrftoken"].value for phone in (one, two)]
    assert tokens[0] in pages[0]
    assert tokens[1] in pages[1]
    assert pages[0].replace(tokens[0], "") == pages[1].replace(tokens[1], "")


def test_an_unchanged_page_is_not_sent_again(cafe: Cafe) -> None:
    phone = cafe.phone()
    etag = phone.scan()["ETag"]
    again = phone.scan(headers={"if-none-match": etag})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", etag)
    # Without its CSRF cookie the cached form would be refused, so the page is sent again.
    assert cafe.phone().scan(headers={"if-none-match": etag}).status_code == 200


def test_a_cold_page_takes_eight_queries_and_a_warm_one_none(cafe: Cafe) -> None:
    phone = cafe.phone()
    with CaptureQueriesContext(connection) as cold:
        etag = phone.scan()["ETag"]
    with CaptureQueriesContext(connection) as warm:
        phone.scan()
    with CaptureQueriesContext(connection) as same:
        assert phone.scan(headers={"if-none-match": etag}).status_code == 304
    assert (len(cold), len(warm), len(same)) == (8, 0, 0)


def test_a_phone_that_has_ordered_costs_a_few_more(cafe: Cafe) -> None:
    phone = cafe.phone()
    phone.review(line(cafe.tea))
    phone.scan()
    with CaptureQueriesContext(connection) as seen:
        phone.scan()
    # The query for this phone's orders, which finds none.
    assert len(seen) == 1


def test_a_second_later_a_page_takes_one_query(cafe: Cafe) -> None:
    other = a_table(cafe.restaurant.location, "6")
    phone = cafe.phone()
    phone.scan()
    with CaptureQueriesContext(connection) as seen:
        page = phone.open(f"/kopi/t/{other.token}/")
    assert "Table 6" in text_of(page)
    assert len(seen) == 1
