"""The e-mail address or name that a processor needs: asked only for it, checked, kept, and sent to nobody else."""

from __future__ import annotations

import re
from typing import Any

import pytest

from duitpos.models import Order, Payment, PaymentType
from duitpos.models.payment import PaymentStatus
from duitpos.processors.capabilities import GuestDetail
from duitpos.processors.snapshots import SnapshotState
from duitpos.processors.start import Payer
from tests.guest.cafe import Cafe
from tests.guest.phone import Phone, line, text_of
from tests.support.step_processor import FakeProcessor, an_account_at_it, install

EMAIL = "aminah@example.com"
BOTH = (GuestDetail.EMAIL, GuestDetail.NAME)


@pytest.fixture
def needy(kedai: FakeProcessor, monkeypatch: pytest.MonkeyPatch) -> FakeProcessor:
    """The café's processor needs an e-mail address and a name."""
    return install(monkeypatch, needs=BOTH)


def type_id(cafe: Cafe, code: str = "KEDAI") -> str:
    return str(PaymentType.objects.get(tenant=cafe.restaurant.tenant, code=code).id)


def pay(cafe: Cafe, phone: Phone, email: str = EMAIL, name: str = "Aminah", **changes: Any) -> Any:
    """Review a cart, type, and press Pay."""
    page = phone.review(line(cafe.tea, 2))
    kind = type_id(cafe)
    return phone.press(page, **{f"email-{kind}": email, f"name-{kind}": name, **changes})


def test_nothing_is_asked_when_nothing_is_needed(cafe: Cafe, kedai: FakeProcessor) -> None:
    page = cafe.phone().review(line(cafe.tea))
    assert "e-mail" not in text_of(page)
    assert 'type="email"' not in page.content.decode()


def test_what_is_needed_is_asked_and_said_why(cafe: Cafe, needy: FakeProcessor) -> None:
    page = cafe.phone().review(line(cafe.tea))
    words = text_of(page)
    assert "Your e-mail address Kedai Pay sends its receipt there, and does not work without it." in words
    assert "Your name Kedai Pay asks for it, and does not work without it." in words
    body = page.content.decode()
    assert re.search(r'name="email-[^>]* type="email" inputmode="email" autocomplete="email"', body)
    assert re.search(r'name="name-[^>]* autocomplete="name"', body)
    # A browser's own check would stop the buttons of the lines too.
    assert "novalidate" in body
    assert "required " not in body.replace("aria-required", "")


def test_it_is_stripped_and_sent(cafe: Cafe, needy: FakeProcessor) -> None:
    assert pay(cafe, cafe.phone(), f"  {EMAIL} ", " Aminah\n binti\t Ali " + "x" * 200).status_code == 200
    (request,) = needy.requests
    assert request.payer.email == EMAIL
    assert request.payer.name.startswith("Aminah binti Ali x")
    assert len(request.payer.name) == 100
    assert Payment.objects.get(tenant=cafe.restaurant.tenant).checkout_request["payer"]["email"] == EMAIL


def test_a_processor_that_does_not_need_it_does_not_get_it(cafe: Cafe, kedai: FakeProcessor) -> None:
    assert pay(cafe, cafe.phone()).status_code == 200
    assert kedai.requests[0].payer == Payer()


@pytest.mark.parametrize(
    "typed, said",
    [
        (
            {"email": ""},
            "Please enter your e-mail address: Kedai Pay does not work without it. Your cart is kept.",
        ),
        ({"email": "   "}, "Please enter your e-mail address"),
        ({"email": "aminah"}, "This is not a complete e-mail address. Please correct it; your cart is kept."),
        ({"email": "a@b.example\r\nBcc: x@y.example"}, "This is not a complete e-mail address."),
        ({"email": f"{'a' * 60}@{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 60}.example"}, "not a complete"),
        ({"email": "a@b.example\0"}, "not a complete"),
        ({"name": ""}, "Please enter your name: Kedai Pay does not work without it. Your cart is kept."),
        ({"name": " \t\u200b"}, "Please enter your name"),
    ],
)
def test_what_is_missing_or_malformed_is_said_beside_its_field(
    cafe: Cafe, needy: FakeProcessor, typed: dict[str, str], said: str
) -> None:
    page = pay(cafe, cafe.phone(), **typed)
    words, body = text_of(page), page.content.decode()
    assert page.status_code == 400
    assert words.count(said) == 1
    assert body.count('aria-invalid="true" autofocus') == 1
    assert f'id="{next(iter(typed))}-{type_id(cafe)}-wrong"' in body
    assert "Teh tarik" in words
    kept = {"email": EMAIL, "name": "Aminah", **typed}
    for name in ("email", "name"):
        if name not in typed:
            assert f'value="{kept[name]}"' in body
    assert needy.requests == []
    assert not Order.objects.filter(tenant=cafe.restaurant.tenant).exists()


def test_what_was_typed_stays_while_the_cart_changes(cafe: Cafe, needy: FakeProcessor) -> None:
    phone = cafe.phone()
    for press in ({"change": "0:plus"}, {"language": "ms", "step": ""}, {"seen_total": "1"}):
        page = pay(cafe, phone, **press)
        assert f'value="{EMAIL}"' in page.content.decode(), press
        assert 'value="Aminah"' in page.content.decode(), press


def test_with_several_ways_each_field_belongs_to_its_own(cafe: Cafe, needy: FakeProcessor) -> None:
    an_account_at_it(cafe.restaurant, "OTHER", name="Other", position=6)
    phone = cafe.phone()
    page = phone.review(line(cafe.tea, 2))
    kedai, other = type_id(cafe), type_id(cafe, "OTHER")
    assert page.content.decode().count('type="email"') == 2
    typed = {f"email-{kedai}": EMAIL, f"name-{kedai}": "Aminah"}
    answer = phone.press(page, payment_type=other, **typed)
    assert answer.status_code == 400
    body = answer.content.decode()
    assert f'id="email-{other}-wrong"' in body
    assert f'id="email-{kedai}-wrong"' not in body
    assert f'value="{EMAIL}"' in body
    assert phone.press(page, payment_type=kedai, **typed).status_code == 200
    assert needy.requests[0].payer == Payer(EMAIL, "Aminah")


def test_the_same_attempt_keeps_its_values_and_the_next_one_takes_the_new(
    cafe: Cafe, needy: FakeProcessor
) -> None:
    phone = cafe.phone()
    page = phone.review(line(cafe.tea, 2))
    kind = type_id(cafe)
    fields = [{f"email-{kind}": email, f"name-{kind}": "Aminah"} for email in (EMAIL, "ali@example.com")]
    for typed in fields:
        assert phone.press(page, **typed).status_code == 200
    payments = Payment.objects.filter(tenant=cafe.restaurant.tenant)
    assert [payment.checkout_request["payer"]["email"] for payment in payments] == [EMAIL]
    needy.state = SnapshotState.EXPIRED
    payments.update(asked_at=None)
    phone.press(page, **fields[1])
    again = payments.exclude(status=PaymentStatus.CANCELED).get()
    assert again.checkout_request["payer"] == {"email": "ali@example.com", "name": "Aminah"}
    assert Order.objects.filter(tenant=cafe.restaurant.tenant).count() == 1
