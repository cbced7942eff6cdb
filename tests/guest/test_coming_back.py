"""The addresses that a processor sends guests back to, by GET or by a form of its own page."""

from __future__ import annotations

import pytest

from duitpos.models import Order, Payment
from duitpos.processors.snapshots import SnapshotState
from tests.guest.cafe import Cafe
from tests.guest.phone import Phone, line, text_of
from tests.support.step_processor import FakeProcessor

BODIES = [
    ("application/x-www-form-urlencoded", b"status=paid&language=ms"),
    (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--\r\n',
    ),
    ("application/json", b'{"status": "paid"}'),
    ("text/plain", b"\xff\x00"),
    ("", b""),
]
FOREIGN = {
    "origin": "https://pay.kedai.example",
    "sec-fetch-site": "cross-site",
    "referer": "https://x.example/",
}


def an_order(cafe: Cafe, phone: Phone) -> Order:
    phone.press(phone.review(line(cafe.tea, 2)))
    return Order.objects.get(tenant=cafe.restaurant.tenant)


@pytest.mark.parametrize("where", ["return", "cancel"])
@pytest.mark.parametrize("kind, body", BODIES)
def test_a_form_of_another_site_comes_back_by_get_unread(
    cafe: Cafe, kedai: FakeProcessor, where: str, kind: str, body: bytes
) -> None:
    order = an_order(cafe, cafe.phone())
    url = f"/kopi/pay/{where}/{order.token}/"
    kedai.state = SnapshotState.PAID
    stranger = cafe.phone()
    answer = stranger.client.post(f"{url}?paid=1", data=body, content_type=kind, headers=FOREIGN)
    assert (answer.status_code, answer["Location"]) == (303, url)
    assert not answer.cookies
    payment = Payment.objects.get(tenant=cafe.restaurant.tenant)
    assert (kedai.fetches, payment.status, payment.returned_at) == (0, "pending", None)
    assert "Thank you" in text_of(stranger.open(url, follow=True))


def test_a_body_that_is_too_large_is_refused(cafe: Cafe, kedai: FakeProcessor) -> None:
    order = an_order(cafe, cafe.phone())
    answer = cafe.phone().client.post(
        f"/kopi/pay/return/{order.token}/", data=b"x" * 300_000, content_type="text/plain"
    )
    assert answer.status_code == 413


def test_other_methods_are_refused(cafe: Cafe, kedai: FakeProcessor) -> None:
    order = an_order(cafe, cafe.phone())
    assert cafe.phone().client.put(f"/kopi/pay/return/{order.token}/").status_code == 405


def test_a_strange_token_does_not_lead_elsewhere(cafe: Cafe) -> None:
    for token in ("%2F%2Fevil.example", "a%0d%0ab", "%5Cevil", "ทดสอบ"):
        answer = cafe.phone().client.post(f"/kopi/pay/return/{token}/")
        assert answer.status_code == 404 or answer["Location"].startswith("/kopi/pay/return/")
