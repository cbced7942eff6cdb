"""Events that name a further id of a payment only, at a processor that finds nothing by it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from duitpos.domain.orders.advance import Actor
from duitpos.domain.payments.events.load_context import VerifiedEvent
from duitpos.domain.payments.events.receive import Received, handle_event
from duitpos.models import Payment, Refund, WebhookEvent
from duitpos.models.webhook_event import EventState
from duitpos.processors.events import EventKind, ProcessorEvent
from duitpos.processors.references import References
from tests.support.unlike_stripe import ONLY_TOTAL, FakeShop, capabilities, fake_shop

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeShop]:
    with fake_shop(monkeypatch, capabilities(ONLY_TOTAL)) as shop:
        yield shop


def deliver(shop: FakeShop, kind: EventKind, charge: str = "", about: str = "") -> Received:
    """An event that names a charge, or another object, and neither a page nor our payment."""
    event = ProcessorEvent(
        dedupe_key=f"{kind} {charge}{about}",
        type=kind,
        kind=kind,
        is_live=None,
        created_at=None,
        correlation=None,
        is_hint=True,
        references=References.named(charge=charge),
        object_reference=about,
        body="{}",
    )
    return handle_event(VerifiedEvent(shop.tenant, shop.account, event, Actor("webhook")))


def stored(shop: FakeShop) -> tuple[str, str, Payment | None]:
    row = WebhookEvent.objects.get(tenant=shop.tenant)
    return row.state, row.outcome, row.payment


@pytest.mark.parametrize("kind", [EventKind.REFUND, EventKind.REFUNDS])
def test_a_refund_is_booked_by_the_id_of_what_was_paid(shop: FakeShop, kind: EventKind) -> None:
    payment = shop.paid()
    charge = shop.named(payment, "charge")
    shop.bank.refund(charge, 1000)
    assert deliver(shop, kind, charge).status == 200
    assert shop.ledger() == [("payment", 2500), ("refund", -1000)]
    state, _, found = stored(shop)
    assert (state, found) == (EventState.DONE, payment)


def test_a_refund_of_further_money_from_a_page_is_booked_on_its_own_payment(shop: FakeShop) -> None:
    first = shop.paid()
    second = shop.bank.pay(first)
    shop.look(first)
    extra = Payment.objects.get(tenant=shop.tenant, reference=second)
    shop.bank.refund(second, 2500)
    assert deliver(shop, EventKind.REFUNDS, second).status == 200
    assert Refund.objects.get(tenant=shop.tenant).payment_id == extra.id
    assert stored(shop)[2] == extra


def test_a_first_payment_is_never_taken_for_further_money(shop: FakeShop) -> None:
    """An id of one kind may be equal to one of another kind."""
    payment = shop.paid()
    assert deliver(shop, EventKind.REFUNDS, payment.reference) == Received(200, "foreign")
    assert stored(shop) == (EventState.DONE, "foreign", None)


@pytest.mark.parametrize("kind", [EventKind.REFUND, EventKind.REFUNDS, EventKind.DISPUTE])
def test_an_unknown_id_is_acknowledged_and_kept_without_an_alert(shop: FakeShop, kind: EventKind) -> None:
    shop.paid()
    assert deliver(shop, kind, "of-other-software") == Received(200, "foreign")
    assert stored(shop) == (EventState.DONE, "foreign", None)
    assert shop.alerts() == []


@pytest.mark.parametrize("kind", [EventKind.REFUND, EventKind.REFUNDS, EventKind.DISPUTE])
def test_without_a_look_up_of_the_object_its_event_is_acknowledged(shop: FakeShop, kind: EventKind) -> None:
    shop.paid()
    assert deliver(shop, kind, about="re-1") == Received(200, "foreign")
    assert stored(shop) == (EventState.DONE, "foreign", None)
    assert shop.alerts() == []
