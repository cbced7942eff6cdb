"""The menu page of a table."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from datetime import timedelta

import brotli
import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from duitpos.domain.menus.eighty_six import set_stock
from duitpos.domain.tables.rotate import rotate_token
from duitpos.kit.clock import now
from duitpos.models import Location, Table, Tenant
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


def test_the_menu_sets_no_cookie(cafe: Cafe) -> None:
    phone = cafe.phone()
    phone.scan()
    assert not phone.client.cookies


def test_a_sold_out_item_is_shown_as_such_and_cannot_be_chosen(cafe: Cafe) -> None:
    set_stock(cafe.restaurant.owner, cafe.restaurant.location, cafe.tea.id, "out_of_stock")
    page = cafe.phone().scan()
    assert "Teh tarik Sold out" in text_of(page)
    assert f'-{cafe.tea.id.hex}"' not in page.content.decode()


def test_a_scarce_item_shows_how_many_are_left(cafe: Cafe) -> None:
    set_stock(cafe.restaurant.owner, cafe.restaurant.location, cafe.tea.id, "limited", 3)
    assert "3 left" in text_of(cafe.phone().scan())


def test_a_change_is_visible_at_once_although_a_scan_is_cached_for_a_second(cafe: Cafe) -> None:
    phone = cafe.phone()
    etag = phone.scan()["ETag"]
    set_stock(cafe.restaurant.owner, cafe.restaurant.location, cafe.tea.id, "out_of_stock")
    page = phone.open(phone.menu_url, headers={"if-none-match": etag})
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
    for url in (phone.code_url, phone.menu_url):
        assert phone.open(url).status_code == 404


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


@pytest.mark.parametrize(
    "accepted, encoding",
    [
        ("", None),
        ("identity", None),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("GZIP", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("gzip;q=0", None),
        ("gzip;q=0.000, br;q=0.0", None),
        ("br;q=nonsense", None),
        ("brotli, xgzip", None),
    ],
)
def test_the_page_is_sent_in_an_encoding_that_the_browser_accepts(
    cafe: Cafe, accepted: str, encoding: str | None
) -> None:
    phone = cafe.phone()
    plain = phone.open(phone.menu_url)
    page = phone.open(phone.menu_url, headers={"accept-encoding": accepted})
    assert page.headers.get("Content-Encoding") == encoding
    read = {None: bytes, "gzip": gzip.decompress, "br": brotli.decompress}[encoding]
    assert read(page.content) == plain.content


def test_each_encoding_has_its_own_strong_etag(cafe: Cafe) -> None:
    phone = cafe.phone()
    etags = [
        phone.open(phone.menu_url, headers={"accept-encoding": one})["ETag"] for one in ("", "gzip", "br")
    ]
    assert len(set(etags)) == 3
    assert all(etag.startswith('"') for etag in etags)


def test_any_cache_may_keep_the_page(cafe: Cafe) -> None:
    phone = cafe.phone()
    for headers in ({}, {"accept-language": "ms"}, {"accept-encoding": "br"}, {"cookie": "language=ms"}):
        page = phone.open(phone.menu_url, headers=headers)
        assert page["Cache-Control"] == "public, no-cache"
        assert page["Vary"] == "Accept-Encoding"
        assert not page.cookies


def test_every_phone_gets_the_same_bytes(cafe: Cafe) -> None:
    new, known = cafe.phone(), cafe.phone()
    known.open(f"{known.code_url}phone.css")
    known.review(line(cafe.tea))
    known.send(known.menu_url, {"language": "ms"})
    pages = [phone.open(phone.menu_url) for phone in (new, known)]
    assert pages[0].content == pages[1].content
    assert pages[0]["ETag"] == pages[1]["ETag"]


def test_its_links_are_relative(cafe: Cafe) -> None:
    html = cafe.phone().scan().content.decode()
    links = re.findall(r'(?:href|src|action|formaction)="([^"]*)"', html)
    assert {"../checkout/", "../phone.css", "../mine/"} <= set(links)
    # The stylesheets and the script have a hash in their names, and are the same for all restaurants.
    assert [link for link in links if not link.startswith(("../", "./", "#", "data:", "/static/"))] == []


def test_the_code_leads_to_the_menu_in_the_phones_language(cafe: Cafe) -> None:
    phone = cafe.phone()
    for language, wanted in (("en", "en"), ("ms-MY", "ms"), ("zh-CN", "zh-hans"), ("fr", "en")):
        answer = phone.open(phone.code_url, headers={"accept-language": language})
        assert (answer.status_code, answer["Location"]) == (302, f"{phone.code_url}{wanted}/")
        # It depends on the phone.
        assert answer["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("url", ["", "en/", "mine/", "phone.css"])
def test_an_error_is_in_no_cache(cafe: Cafe, url: str) -> None:
    answer = cafe.phone().open(f"/kopi/t/nothing/{url}")
    assert answer.status_code == 404
    assert answer["Cache-Control"] == "private, no-store"


def test_an_unchanged_page_is_not_sent_again(cafe: Cafe) -> None:
    phone = cafe.phone()
    etag = phone.open(phone.menu_url)["ETag"]
    for known in (etag, f'"other", {etag}', f'W/"x",W/{etag}', "*"):
        again = phone.open(phone.menu_url, headers={"if-none-match": known})
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", etag)
        assert (again["Cache-Control"], again["Vary"]) == ("public, no-cache", "Accept-Encoding")
        assert "Content-Encoding" not in again
    for unknown in ('"other"', etag[:-2] + '"', etag.strip('"')):
        assert phone.open(phone.menu_url, headers={"if-none-match": unknown}).status_code == 200


def test_a_head_request_has_the_same_headers_and_no_body(cafe: Cafe) -> None:
    phone = cafe.phone()
    page, head = phone.open(phone.menu_url), phone.client.head(phone.menu_url)
    assert head.content == b""
    for name in ("ETag", "Cache-Control", "Vary", "Content-Type", "Content-Length"):
        assert head.headers.get(name) == page.headers.get(name)


def test_a_prefetch_or_a_range_gets_the_page(cafe: Cafe) -> None:
    phone = cafe.phone()
    for headers in ({"sec-purpose": "prefetch"}, {"range": "bytes=0-9"}, {"sec-fetch-site": "cross-site"}):
        assert phone.open(phone.menu_url, headers=headers).status_code == 200


def test_a_cold_page_takes_fifteen_queries_and_a_warm_one_none(cafe: Cafe) -> None:
    phone = cafe.phone()
    with CaptureQueriesContext(connection) as cold:
        etag = phone.scan()["ETag"]
    with CaptureQueriesContext(connection) as warm:
        phone.scan()
    with CaptureQueriesContext(connection) as same:
        assert phone.open(phone.menu_url, headers={"if-none-match": etag}).status_code == 304
    assert (len(cold), len(warm), len(same)) == (15, 0, 0)


def test_a_second_later_or_in_another_encoding_a_page_takes_one_query_at_most(cafe: Cafe) -> None:
    phone = cafe.phone()
    phone.scan()
    with CaptureQueriesContext(connection) as encoded:
        phone.scan(headers={"accept-encoding": "br"})
    with time_machine.travel(now() + timedelta(seconds=2)), CaptureQueriesContext(connection) as later:
        phone.scan()
    assert (len(encoded), len(later)) == (0, 1)


def test_another_table_takes_one_query(cafe: Cafe) -> None:
    other = a_table(cafe.restaurant.location, "6")
    phone = cafe.phone()
    phone.scan()
    with CaptureQueriesContext(connection) as seen:
        page = phone.open(f"/kopi/t/{other.token}/en/")
    assert "Table 6" in text_of(page)
    assert len(seen) == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda cafe: Location.objects.filter(tenant=cafe.restaurant.tenant).update(tax_bp=800),
        lambda cafe: Location.objects.filter(tenant=cafe.restaurant.tenant).update(paused_at=now()),
        lambda cafe: Table.objects.filter(tenant=cafe.restaurant.tenant).update(name="5a"),
    ],
    ids=["tax", "paused", "table"],
)
def test_a_second_later_a_changed_row_is_shown(cafe: Cafe, change: Callable[[Cafe], int]) -> None:
    phone = cafe.phone()
    before = phone.scan()
    change(cafe)
    with time_machine.travel(now() + timedelta(seconds=2)):
        assert phone.scan().content != before.content
