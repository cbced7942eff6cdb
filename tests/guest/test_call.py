"""A guest calls staff or asks for the bill."""

from __future__ import annotations

import re

import pytest
from django.http import HttpResponse

from duitpos.domain.tables.calls import MOST_PER_PHONE, acknowledge
from duitpos.models import ServiceCall
from tests.guest.cafe import Cafe
from tests.guest.phone import Phone, field_of, text_of

pytestmark = pytest.mark.urls("tests.guest.urls")


def url(phone: Phone) -> str:
    return f"{phone.code_url}call/"


def press(phone: Phone, kind: str = "staff") -> HttpResponse:
    return phone.send(url(phone), {"kind": kind})


def calls(cafe: Cafe) -> list[ServiceCall]:
    return list(ServiceCall.objects.filter(tenant=cafe.restaurant.tenant).order_by("created_at"))


def test_without_script_the_page_says_that_staff_were_called_and_then_that_they_come(cafe: Cafe) -> None:
    phone = cafe.phone()
    assert 'http-equiv="refresh"' not in phone.open(url(phone)).content.decode()
    answer = press(phone)
    assert (answer.status_code, answer["Location"]) == (303, url(phone))
    page = phone.open(url(phone))
    assert "Staff have been called." in text_of(page)
    assert re.search(r'<noscript><meta http-equiv="refresh" content="10">', page.content.decode())
    (made,) = calls(cafe)
    assert (made.kind, made.table_id, made.guest_token) == (
        "staff",
        cafe.table.id,
        phone.client.cookies["guest"].value,
    )
    acknowledge(cafe.restaurant.owner, None, made.id)
    assert "Somebody is on the way." in text_of(phone.open(url(phone)))


def test_the_bill(cafe: Cafe) -> None:
    phone = cafe.phone()
    press(phone, "bill")
    assert "You asked for the bill." in text_of(phone.open(url(phone)))
    acknowledge(cafe.restaurant.owner, None, calls(cafe)[0].id)
    assert "Somebody is on the way with the bill." in text_of(phone.open(url(phone)))


def test_a_poll_is_304_until_somebody_answers(cafe: Cafe) -> None:
    phone = cafe.phone()
    press(phone)
    etag = phone.open(url(phone))["ETag"]
    same = phone.open(url(phone), headers={"if-none-match": etag})
    assert (same.status_code, same.content) == (304, b"")
    acknowledge(cafe.restaurant.owner, None, calls(cafe)[0].id)
    assert phone.open(url(phone), headers={"if-none-match": etag}).status_code == 200


def test_pressed_again_it_stays_one_call(cafe: Cafe) -> None:
    phone = cafe.phone()
    for _ in range(MOST_PER_PHONE + 2):
        assert press(phone).status_code == 303
    press(cafe.phone())
    assert len(calls(cafe)) == 1


def test_a_phone_that_calls_too_often_is_told(cafe: Cafe) -> None:
    phone = cafe.phone()
    for _ in range(MOST_PER_PHONE):
        press(phone)
        acknowledge(cafe.restaurant.owner, None, calls(cafe)[-1].id)
    refused = press(phone)
    assert refused.status_code == 429
    assert "Our staff were called very often" in text_of(refused)


@pytest.mark.parametrize(
    "headers", [{"sec-fetch-site": "cross-site"}, {"origin": "https://elsewhere.example"}]
)
def test_another_sites_form_calls_nobody(cafe: Cafe, headers: dict[str, str]) -> None:
    phone = cafe.phone()
    assert phone.send(url(phone), {"kind": "staff"}, headers).status_code == 403
    assert calls(cafe) == []


def test_a_phone_that_refuses_cookies_calls_with_the_button_of_our_page(cafe: Cafe) -> None:
    phone = cafe.phone()
    shown = phone.send(url(phone), {"kind": "staff"}, headers={})
    assert (shown.status_code, calls(cafe)) == (200, [])
    forged = phone.send(url(phone), {"kind": "staff", "signed": "call:x:y"}, headers={})
    assert (forged.status_code, calls(cafe)) == (200, [])
    signed = field_of(shown, "signed")
    assert phone.send(url(phone), {"kind": "staff", "signed": signed}, headers={}).status_code == 303
    assert len(calls(cafe)) == 1


def test_an_unknown_kind_and_an_unknown_code(cafe: Cafe) -> None:
    phone = cafe.phone()
    assert press(phone, "music").status_code == 400
    assert phone.send("/kopi/t/nothing/call/", {"kind": "staff"}).status_code == 404
    assert calls(cafe) == []


def test_the_page_is_in_the_guests_language(cafe: Cafe) -> None:
    phone = cafe.phone()
    answer = phone.send(url(phone), {"language": "ms"})
    assert (answer.status_code, answer["Location"]) == (303, url(phone))
    assert calls(cafe) == []
    assert phone.open(url(phone))["Content-Language"] == "ms"
