"""An event about further money from a page that comes before we know of that money."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from duitpos.domain.orders.advance import Actor
from duitpos.domain.payments.events.load_context import VerifiedEvent
from duitpos.domain.payments.events.receive import Received, handle_event
from duitpos.kit.money import Money
from duitpos.models import Payment, Refund
from duitpos.processors.capabilities import RefundAbility
from duitpos.processors.events import EventKind, ProcessorEvent
from duitpos.processors.references import PAGE, References
from duitpos.processors.snapshots import RefundSnapshot, RefundState
from tests.support.unlike_stripe import ONLY_TOTAL, FakeShop, capabilities, fake_shop

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=[RefundAbility(), ONLY_TOTAL], ids=["with our ids", "only the sum"])
def shop(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeShop]:
    with fake_shop(monkeypatch, capabilities(request.param)) as shop:
        yield shop


def deliver(shop: FakeShop, page: str, charge: str, minor: int) -> Received:
    """Refund a part of a further charge elsewhere, and deliver the event of it."""
    made = shop.bank.refund(charge, minor)
    event = ProcessorEvent(
        dedupe_key=made.reference,
        type="refund",
        kind=EventKind.REFUND,
        is_live=None,
        created_at=None,
        correlation=None,
        references=References.named(charge, **{PAGE: page}),
        object_reference=made.reference,
        refund=RefundSnapshot(made.reference, RefundState.SUCCEEDED, Money(minor, "MYR"), ""),
    )
    return handle_event(VerifiedEvent(shop.tenant, shop.account, event, Actor("webhook")))


@pytest.mark.parametrize("known", [0, 1])
def test_a_refund_is_booked_on_the_charges_own_payment(shop: FakeShop, known: int) -> None:
    payment = shop.paid()
    for _ in range(known):
        shop.bank.pay(payment)
        shop.look(payment)
    charge = shop.bank.pay(payment)
    assert deliver(shop, payment.reference, charge, 500) == Received(200, "refunded")
    (refund,) = Refund.objects.filter(tenant=shop.tenant)
    assert (refund.amount_minor, refund.payment.reference) == (500, charge)
    assert Payment.objects.filter(tenant=shop.tenant).count() == known + 2


def test_an_unanswered_look_has_the_event_repeated(shop: FakeShop, monkeypatch: pytest.MonkeyPatch) -> None:
    payment = shop.paid()
    charge = shop.bank.pay(payment)
    page = shop.bank.pages.pop(payment.reference)
    shop.bank.pages["elsewhere"] = page
    assert deliver(shop, payment.reference, charge, 500) == Received(503, "processor")
    assert not Refund.objects.filter(tenant=shop.tenant).exists()


def test_a_page_of_other_software_is_not_ours(shop: FakeShop) -> None:
    payment = shop.paid()
    charge = shop.bank.pay(payment)
    assert deliver(shop, "page-of-others", charge, 500) == Received(200, "foreign")
    assert not Refund.objects.filter(tenant=shop.tenant).exists()
