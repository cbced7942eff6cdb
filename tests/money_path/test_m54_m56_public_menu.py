"""M54, M56: the menu's page is the same for every phone, and another website cannot order through a guest's browser."""

from __future__ import annotations

import brotli
import pytest

from duitpos.models import Order, Payment
from tests.guest.phone import Phone, line, review_fields, text_of
from tests.support.restaurant import a_table
from tests.support.shop import Shop

HOSTILE: list[dict[str, str]] = [
    {"sec-fetch-site": "cross-site", "origin": "https://evil.example"},
    {"sec-fetch-site": "same-site"},
    {"origin": "https://evil.example"},
]


@pytest.mark.parametrize("headers", HOSTILE)
def test_m54_a_form_of_another_site_orders_nothing(webhookless_shop: Shop, headers: dict[str, str]) -> None:
    shop = webhookless_shop
    phone = Phone(shop.tenant, shop.table)
    fields = {**review_fields(phone.review(line(shop.item))), "step": "pay"}
    answer = phone.send(phone.checkout_url, fields, headers)
    assert answer.status_code == 403
    assert not Order.objects.filter(tenant=shop.tenant).exists()
    assert phone.send(phone.checkout_url, fields).status_code == 200
    assert Payment.objects.filter(tenant=shop.tenant).count() == 1


def test_m54_a_hostile_frame_without_our_cookie_only_shows_the_cart(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    phone = Phone(shop.tenant, shop.table)
    fields = {**review_fields(phone.review(line(shop.item))), "step": "pay"}
    # SameSite=Lax: the form of a frame carries no cookie.
    frame = Phone(shop.tenant, shop.table)
    answer = frame.send(frame.checkout_url, fields, {"origin": "null"})
    assert "Please look at your order again before you pay." in text_of(answer)
    assert not Order.objects.filter(tenant=shop.tenant).exists()


def test_m56_a_shared_cache_mixes_up_no_language_encoding_or_table(webhookless_shop: Shop) -> None:
    """A cache that keys on the URL and on Vary, as RFC 9111 says, gives every phone its own page."""
    shop = webhookless_shop
    tables = [shop.table, a_table(shop.restaurant.location, "2")]
    kept: dict[tuple[str, ...], bytes] = {}
    for table in tables:
        phone = Phone(shop.tenant, table)
        for language, encoding in (("en", ""), ("ms", ""), ("en", "br"), ("zh-hans", "br")):
            headers = {"accept-language": "ms, zh", "accept-encoding": encoding, "cookie": "language=zh-hans"}
            page = phone.open(f"{phone.code_url}{language}/", headers=headers)
            assert (page["Cache-Control"], page["Vary"]) == ("public, no-cache", "Accept-Encoding")
            assert not page.cookies
            plain = brotli.decompress(page.content) if encoding else page.content
            assert f'<html lang="{language}">'.encode() in plain
            assert table.name in plain.decode().partition('class="table">')[2].partition("</p>")[0]
            key = (phone.code_url, language, encoding)
            assert key not in kept
            kept[key] = page.content
            again = Phone(shop.tenant, table).open(
                f"{phone.code_url}{language}/", headers={"accept-encoding": encoding}
            )
            assert again.content == kept[key]
    assert len(set(kept.values())) == len(kept)
