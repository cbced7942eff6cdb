"""The board in the cook's language."""

from __future__ import annotations

from tests.kitchen.factories import Kitchen

MALAY = {"accept-language": "ms-MY"}
NO_ORDERS = "Tiada pesanan untuk dimasak"


def test_the_board_follows_the_browser_and_a_choice_overrides_it(kitchen: Kitchen) -> None:
    url = kitchen.url("board", "bangsar")
    assert NO_ORDERS in kitchen.client.get(url, headers=MALAY).content.decode()
    answer = kitchen.client.post(url, {"language": "ms"})
    assert (answer.status_code, answer.headers["Location"]) == (303, url)
    assert (answer.cookies["language"].value, answer.cookies["language"]["path"]) == ("ms", "/kopi/")
    assert NO_ORDERS in kitchen.board()
    kitchen.client.post(url, {"language": "en"})
    assert NO_ORDERS not in kitchen.client.get(url, headers=MALAY).content.decode()


def test_a_board_in_another_language_has_another_etag(kitchen: Kitchen) -> None:
    etag = kitchen.poll().headers["ETag"]
    assert kitchen.poll(etag).status_code == 304
    kitchen.client.post(kitchen.url("board", "bangsar"), {"language": "ms"})
    assert kitchen.poll(etag).status_code == 200


def test_a_language_that_the_board_does_not_have_is_ignored(kitchen: Kitchen) -> None:
    url = kitchen.url("board", "bangsar")
    page = kitchen.client.get(url, headers={"accept-language": "zh-CN"})
    assert page.headers["Content-Language"] == "en"
    assert kitchen.client.post(url, {"language": "zh-hans"}).status_code == 405


def test_its_clock_shows_the_locations_time(kitchen: Kitchen) -> None:
    assert 'data-zone="Asia/Kuala_Lumpur" data-locale="en-MY"' in kitchen.board()
