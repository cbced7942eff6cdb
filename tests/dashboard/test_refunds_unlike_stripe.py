"""What staff read where a processor cannot refund, or does not say whether it did."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from duitpos.domain.sweep.sweep import sweep
from duitpos.models import Alert, Payment, Refund
from duitpos.processors.snapshots import RefundScope
from tests.dashboard.client import Dashboard, sign_in
from tests.support.unlike_stripe import ONLY_TOTAL, FakeShop, capabilities, fake_shop

pytestmark = pytest.mark.django_db
LEAST = replace(ONLY_TOTAL, least_minor={"MYR": 3000})
ANOTHER_WAY = "such as in cash or by bank transfer"


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest, db: None) -> Iterator[FakeShop]:
    """A shop at a processor without keys, which tells only the sum of refunds."""
    with fake_shop(monkeypatch, capabilities(getattr(request, "param", ONLY_TOTAL))) as shop:
        yield shop


@pytest.fixture
def desk(fake: FakeShop, client: Client) -> Dashboard:
    """Its dashboard."""
    sign_in(client, fake.restaurant.owner)
    return Dashboard(fake.restaurant, client)


def not_refundable(shop: FakeShop) -> Payment:
    shop.bank.refundable = RefundScope.NONE
    return shop.paid()


def test_the_order_says_why_there_is_no_refund_and_offers_none(desk: Dashboard, fake: FakeShop) -> None:
    payment = not_refundable(fake)
    assert payment.order_id is not None
    page = desk.page("order", payment.order_id)
    assert desk.url("refund", payment.order_id, payment.id) not in page
    assert "The processor cannot refund this payment" in page
    assert ANOTHER_WAY in page
    response = desk.client.get(desk.url("refund", payment.order_id, payment.id), follow=True)
    assert ANOTHER_WAY in response.content.decode()
    response = desk.client.post(
        desk.url("refund", payment.order_id, payment.id), {"reason": "cold"}, follow=True
    )
    assert ANOTHER_WAY in response.content.decode()
    assert not Refund.objects.filter(tenant=fake.tenant).exists()


def test_canceling_says_it_too_and_the_alert_offers_no_refund(desk: Dashboard, fake: FakeShop) -> None:
    payment = not_refundable(fake)
    assert payment.order_id is not None
    question = desk.page("cancel_order", payment.order_id)
    assert "RM\u202f25.00 has been paid for it." in question
    assert ANOTHER_WAY in question
    assert "Refund RM" not in question
    said = desk.sent("cancel_order", payment.order_id, reason="guest left")
    assert "RM\u202f25.00 is still here" in said[0]
    alert = Alert.objects.get(tenant=fake.tenant)
    page = desk.page("alerts")
    assert "guest left" in page
    assert ANOTHER_WAY in page
    assert desk.url("act", alert.id, "refund") not in page
    assert desk.get("act", alert.id, "refund").status_code == 404
    desk.sent("act", alert.id, "done", reason="given back by hand")
    assert fake.alerts() == []


@pytest.mark.parametrize("fake", [LEAST], indirect=True)
def test_too_little_to_refund_names_the_least(desk: Dashboard, fake: FakeShop) -> None:
    payment = fake.paid()
    assert payment.order_id is not None
    page = desk.page("order", payment.order_id)
    assert "The processor refunds RM\u202f30.00 or more, and RM\u202f25.00 is left." in page


def unsure(shop: FakeShop, desk: Dashboard) -> Payment:
    """A payment whose refund may have been made or not, because somebody refunded a part at the processor."""
    payment = shop.paid()
    shop.bank.next_calls = ["lost before"]
    assert payment.order_id is not None
    said = desk.sent("refund", payment.order_id, payment.id, reason="cold")
    assert "the processor has not answered yet" in said[0]
    shop.bank.refund(shop.bank.pages[payment.reference].charges[0].reference, 1000)
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=5)):
        sweep()
    return payment


def test_an_unsure_refund_is_compared_then_refunded_again(desk: Dashboard, fake: FakeShop) -> None:
    payment = unsure(fake, desk)
    alert = Alert.objects.get(tenant=fake.tenant)
    why = "The processor says that RM\u202f10.00 of RM\u202f25.00 went back"
    assert why in desk.page("alerts")
    assert payment.order_id is not None
    assert why in desk.page("order", payment.order_id)
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=9)):
        said = desk.sent("act", alert.id, "refund")
        assert "counts as not made. What is left can be refunded now." in said[0]
        assert fake.alerts() == ["refund_failed"]
        said = desk.sent("act", alert.id, "refund")
        assert said == ["Refund has not arrived: RM\u202f15.00 refunded."]
    assert fake.alerts() == []


def test_an_unsure_refund_is_compared_and_done(desk: Dashboard, fake: FakeShop) -> None:
    unsure(fake, desk)
    alert = Alert.objects.get(tenant=fake.tenant)
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=9)):
        desk.sent("act", alert.id, "done", reason="given back by hand")
    assert fake.alerts() == []
    statuses = Refund.objects.filter(tenant=fake.tenant).order_by("amount_minor")
    assert list(statuses.values_list("amount_minor", "status")) == [(1000, "succeeded"), (2500, "failed")]
