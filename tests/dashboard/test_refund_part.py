"""Refund dishes or an amount from an order's page."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.test import Client

from duitpos.kit.money import Money
from duitpos.models import OrderLine, Payment, Refund
from tests.dashboard.client import Dashboard, sign_in
from tests.support.unlike_stripe import ONLY_TOTAL, FakeShop, capabilities, fake_shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch, db: None) -> Iterator[FakeShop]:
    with fake_shop(monkeypatch, capabilities(ONLY_TOTAL)) as shop:
        yield shop


@pytest.fixture
def desk(fake: FakeShop, client: Client) -> Dashboard:
    sign_in(client, fake.restaurant.owner)
    return Dashboard(fake.restaurant, client)


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of the page's form."""
    found = {}
    for tag in re.findall(r"<input[^>]*type=\"hidden\"[^>]*>", page):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and name[1] != "csrfmiddlewaretoken":
            found[name[1]] = value[1] if value else ""
    return found


def line_of(payment: Payment) -> OrderLine:
    return OrderLine.objects.get(tenant_id=payment.tenant_id, order=payment.order)


def test_dishes_are_reviewed_and_refunded_once(desk: Dashboard, fake: FakeShop) -> None:
    payment = fake.paid()
    assert payment.order_id is not None
    line = line_of(payment)
    where = ("refund_part", payment.order_id, payment.id)
    assert desk.url(*where) in desk.page("order", payment.order_id)
    form = hidden(desk.page(*where))
    form |= {f"line_{line.id}": "1", "code": "wrong_dish", "reason": "came cold"}
    review = desk.post(*where, **form).content.decode()
    assert f"1 × {line.name}" in review
    assert not Refund.objects.filter(tenant=fake.tenant).exists(), "nothing before it is confirmed"
    confirmed = {**hidden(review), "confirm": "1"}
    for _ in range(2):
        desk.sent(*where, **confirmed)
    (refund,) = Refund.objects.filter(tenant=fake.tenant)
    assert (refund.items_minor, refund.reason_code) == (line.unit_price_minor, "wrong_dish")
    page = desk.page("order", payment.order_id)
    assert f"<p>1 × {line.name}</p>" in page
    assert "Wrong dish · came cold" in page


def test_two_equal_amounts_from_two_forms(desk: Dashboard, fake: FakeShop) -> None:
    payment = fake.paid()
    assert payment.order_id is not None
    where = ("refund_part", payment.order_id, payment.id)
    for _ in range(2):
        form = {**hidden(desk.page(*where)), "amount": "5", "code": "late", "confirm": "1"}
        desk.sent(*where, **form)
    assert [row.amount_minor for row in Refund.objects.filter(tenant=fake.tenant)] == [500, 500]


def test_what_is_refused(desk: Dashboard, fake: FakeShop) -> None:
    payment = fake.paid()
    assert payment.order_id is not None
    where = ("refund_part", payment.order_id, payment.id)
    line = f"line_{line_of(payment).id}"
    form = {**hidden(desk.page(*where)), "code": "late"}
    assert "Choose a dish or enter an amount." in desk.refused(*where, **form)
    assert "not both" in desk.refused(*where, **form, amount="5", **{line: "1"})
    assert "Enter an amount such as" in desk.refused(*where, **form, amount="five")
    assert "more than the" in desk.refused(*where, **form, amount="9999")
    assert not Refund.objects.filter(tenant=fake.tenant).exists()


def limits(**of: str) -> dict[str, str]:
    return {f"{role}_MYR": amount for role, amount in of.items()}


def test_the_owner_says_how_much_each_role_may_refund(desk: Dashboard, fake: FakeShop) -> None:
    payment = fake.paid()
    assert payment.order_id is not None
    where = ("refund_part", payment.order_id, payment.id)
    assert "Enter an amount" in desk.refused("refund_limits", **limits(manager="-", cashier="5"))
    assert "0 or more" in desk.refused("refund_limits", **limits(manager="-5", cashier="5"))
    assert desk.sent("refund_limits", **limits(manager="", cashier="5")) == [
        "Saved. It counts from the next refund on."
    ]
    assert 'value="5.00"' in desk.page("refund_limits")
    desk.be("cashier")
    page = desk.page("order", payment.order_id)
    five = Money(500, "MYR").format("en_MY")
    assert f"you can refund up to {five} at once" in page
    assert desk.url("refund", payment.order_id, payment.id) + '"' not in page, "not all of it"
    form = {**hidden(desk.page(*where)), "code": "late"}
    assert f"up to {five} at once" in desk.refused(*where, **form, amount="5.01")
    desk.sent(*where, **form, amount="5", confirm="1")
    assert Refund.objects.get(tenant=fake.tenant).amount_minor == 500


def test_a_cashier_without_a_limit_refunds_nothing(desk: Dashboard, fake: FakeShop) -> None:
    payment = fake.paid()
    assert payment.order_id is not None
    desk.be("cashier")
    assert "/refund/" not in desk.page("order", payment.order_id)
    for name in ("refund", "refund_part"):
        response = desk.get(name, payment.order_id, payment.id)
        assert response.status_code == 403
        assert "Ask the owner or a manager" in response.content.decode()
