"""A refund in each of its states: the order's page, the receipt and the mail say the same."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core import mail
from django.test import Client

from duitpos.domain.orders.cart import Cart, CartLine
from duitpos.domain.payments.outbox.run import run_outbox
from duitpos.domain.payments.refunds.apply_refund import apply_refund_snapshot
from duitpos.domain.payments.refunds.refund import refund_payment
from duitpos.domain.payments.refunds.refund_part import Why, refund_amount, refund_lines
from duitpos.kit.ids import secret_token
from duitpos.kit.transact import transact
from duitpos.models import OrderLine, OutboxEntry, Payment, Refund
from duitpos.processors.snapshots import RefundSnapshot, RefundState
from tests.guest.phone import text_of
from tests.support.restaurant import an_item
from tests.support.unlike_stripe import ONLY_TOTAL, FakeShop, capabilities, fake_shop

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch, db: None) -> Iterator[FakeShop]:
    with fake_shop(monkeypatch, capabilities(ONLY_TOTAL)) as shop:
        yield shop


def paid(fake: FakeShop) -> Payment:
    """Two nasi lemak and a laksa, paid by a guest with an address."""
    laksa = an_item(fake.tenant, "Laksa", 1200)
    lines = (CartLine(fake.item.id, (), 2, "", 1250), CartLine(laksa.id, (), 1, "", 1200))
    payment = fake.paid(cart=Cart(lines))
    Payment.objects.filter(tenant=fake.tenant).update(guest_email="guest@example.com")
    OutboxEntry.objects.filter(tenant=fake.tenant).update(due_at=None)
    return fake.fresh(payment)


def why() -> Why:
    return Why(form_key=secret_token())


def read(payment: Payment, more: str = "") -> str:
    assert payment.order is not None
    return text_of(Client().get(f"/kopi/o/{payment.order.token}/{more}"))  # type: ignore[arg-type]


def told(payment: Payment) -> str:
    """The next mail, which says the same as page and receipt."""
    mail.outbox.clear()
    run_outbox()
    (sent,) = mail.outbox
    assert sent.to == ["guest@example.com"]
    return str(sent.body)


def says(payment: Payment, *texts: str) -> None:
    for place in (" ".join(told(payment).split()), read(payment), read(payment, "receipt/")):
        assert all(text in place for text in texts), place


def becomes(refund: Refund, state: RefundState) -> None:
    """The processor's word about a refund."""
    payment = Payment.objects.select_related("order", "location", "account").get(
        tenant=refund.tenant_id, id=refund.payment_id
    )
    snapshot = RefundSnapshot(reference="re_1", state=state, amount=refund.amount, our_refund=str(refund.id))
    transact(lambda: apply_refund_snapshot(payment, snapshot))


def waiting(fake: FakeShop, payment: Payment) -> Refund:
    """A refund of one nasi lemak that the processor has not made yet."""
    line = OrderLine.objects.get(tenant=fake.tenant, name="Nasi lemak")
    refund = refund_lines(fake.restaurant.owner, payment.id, {line.id: 1}, why())
    rows = Refund.objects.filter(tenant=fake.tenant, id=refund.id)
    rows.update(status="pending")
    OutboxEntry.objects.filter(tenant=fake.tenant).update(due_at=None)
    return rows.get()


def test_dishes_of_a_refund_that_was_made(fake: FakeShop) -> None:
    payment = paid(fake)
    line = OrderLine.objects.get(tenant=fake.tenant, name="Nasi lemak")
    OrderLine.objects.filter(tenant=fake.tenant, id=line.id).update(guest_name="Coconut rice")
    refund_lines(fake.restaurant.owner, payment.id, {line.id: 1}, why())
    says(payment, "RM 12.50 was refunded.", "1 × Coconut rice")


def test_an_amount_names_no_dish_and_a_whole_refund_lists_none(fake: FakeShop) -> None:
    payment = paid(fake)
    refund_amount(fake.restaurant.owner, payment.id, 500, why())
    says(payment, "RM 5.00 was refunded.")
    refund_payment(fake.restaurant.owner, payment.id, "left")
    says(payment, "RM 32.00 was refunded.", "2 × Nasi lemak", "1 × Laksa")
    whole = paid(fake)
    refund_payment(fake.restaurant.owner, whole.id, "left")
    assert "× Laksa" not in told(whole)


@pytest.mark.parametrize(
    "state, text",
    [
        (RefundState.SUCCEEDED, "RM 12.50 was refunded."),
        (RefundState.FAILED, "A refund of RM 12.50 did not go through."),
    ],
)
def test_a_pending_refund_and_its_end(fake: FakeShop, state: RefundState, text: str) -> None:
    payment = paid(fake)
    refund = waiting(fake, payment)
    for page in ("", "receipt/"):
        assert "RM 12.50 is being refunded." in read(payment, page)
        assert "1 × Nasi lemak" in read(payment, page)
    becomes(refund, state)
    says(payment, text)


def test_a_refund_that_the_bank_sends_back_until_it_is_made_again(fake: FakeShop) -> None:
    payment = paid(fake)
    refund = waiting(fake, payment)
    becomes(refund, RefundState.SUCCEEDED)
    run_outbox()
    becomes(refund, RefundState.FAILED)
    says(payment, "Your bank sent a refund of RM 12.50 back.")
    # Another refund holds the money now.
    Payment.objects.filter(tenant=fake.tenant).update(refund_reserved_minor=3000)
    assert "sent a refund" not in read(payment)


def test_one_mail_for_each_state_and_none_without_an_address(fake: FakeShop) -> None:
    payment = paid(fake)
    refund = waiting(fake, payment)
    becomes(refund, RefundState.SUCCEEDED)
    becomes(refund, RefundState.SUCCEEDED)
    told(payment)
    mail.outbox.clear()
    run_outbox()
    assert mail.outbox == []
    Payment.objects.filter(tenant=fake.tenant).update(guest_email="")
    refund_amount(fake.restaurant.owner, payment.id, 500, why())
    run_outbox()
    assert mail.outbox == []
