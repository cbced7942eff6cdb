"""The language of a URL's response."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import translation

from duitpos.web.language import GUEST, KITCHEN, STAFF, choose, offered_at

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(
    "chosen, accepted, language",
    [
        ("", "", "en"),
        ("", "ms-MY,ms;q=0.9,en;q=0.8", "ms"),
        ("", "zh", "zh-hans"),
        ("", "zh-CN,zh;q=0.9", "zh-hans"),
        ("", "zh-SG", "zh-hans"),
        ("", "zh-TW,zh;q=0.9,en;q=0.8", "zh-hans"),
        ("", "zh-Hant-HK", "zh-hans"),
        ("", "id-ID,id;q=0.9", "en"),
        ("", "id;q=0.9, ms;q=0.5", "ms"),
        ("", "ta, *;q=0.5, ms;q=0.1", "en"),
        ("", "en-GB, zh;q=0.9", "en"),
        ("", "nonsense;;q=, \x00", "en"),
        ("zh-hans", "ms", "zh-hans"),
        ("xx", "ms", "ms"),
        ("../../etc", "", "en"),
    ],
)
def test_the_choice_comes_first_then_the_browsers_languages(
    chosen: str, accepted: str, language: str
) -> None:
    assert choose(GUEST, chosen, accepted) == language


def test_a_board_that_is_not_in_chinese_takes_the_next_language() -> None:
    assert choose(KITCHEN, "zh-hans", "zh-CN, ms;q=0.5") == "ms"
    assert choose(KITCHEN, "zh-hans", "") == "en"


@pytest.mark.parametrize(
    "path, offered",
    [
        ("/kopi/t/abc/", GUEST),
        ("/kopi/t/abc/ms/", ("ms",)),
        ("/kopi/t/abc/zh-hans/", ("zh-hans",)),
        ("/kopi/t/abc/checkout/", GUEST),
        ("/kopi/t/ms/", GUEST),
        ("/kopi/o/abc/ms/", GUEST),
        ("/kopi/o/abc/receipt/", GUEST),
        ("/nothing/at/all/", GUEST),
        ("/", GUEST),
        ("/kopi/kitchen/bangsar/", KITCHEN),
        ("/kopi/dashboard/orders/", STAFF),
        ("/kopi/webhooks/stripe/", STAFF),
        ("/accounts/login/", STAFF),
    ],
)
def test_a_page_has_the_languages_that_are_complete_for_it(path: str, offered: tuple[str, ...]) -> None:
    assert offered_at(path) == offered


def test_the_response_has_its_language_and_vary_headers() -> None:
    page = Client().get("/a/b/c/d/", headers={"accept-language": "ms"})
    assert page["Content-Language"] == "ms"
    assert {"Accept-Language", "Cookie"} <= set(page["Vary"].split(", "))


def test_a_url_that_contains_its_language_does_not_vary_with_the_reader() -> None:
    page = Client().get("/a/t/c/ms/d/", headers={"accept-language": "en", "cookie": "language=en"})
    assert page["Content-Language"] == "ms"
    assert "Accept-Language" not in page.get("Vary", "")


def test_the_language_is_only_active_during_its_request() -> None:
    Client().get("/a/b/c/d/", headers={"accept-language": "ms"})
    assert translation.get_language() == "en"
