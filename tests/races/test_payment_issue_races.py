"""Staff who look for a guest's payment, and the periodic comparison at the same moment: the money is booked once."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from duitpos.domain.errors import TooMany
from duitpos.domain.payment_issues.ask import ask_processors
from duitpos.domain.payment_issues.find import Question
from duitpos.domain.payments.events import apply_event as apply_module
from duitpos.domain.payments.events import book_missing as book_module
from duitpos.domain.payments.settlement.match_payment import payment_of_snapshot
from duitpos.domain.sweep.compare_sessions import compare_sessions
from duitpos.kit.clock import now
from duitpos.models import Payment, ProcessorAccount
from duitpos.models.payment import PaymentStatus
from tests.support.at_once import at_once
from tests.support.scenarios import restore_a_backup_without
from tests.support.shop import Shop

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]
AT_ONCE = 4


@pytest.fixture
def lost(webhookless_shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """A payment that was paid at the processor and is unknown here; all callers have found it before one books it."""
    payment = webhookless_shop.start()
    webhookless_shop.sandbox.pay(payment.reference)
    restore_a_backup_without(webhookless_shop, webhookless_shop.fresh(payment))
    gate, first = threading.Barrier(AT_ONCE), threading.local()

    def look_together(*args: Any) -> Any:
        found = payment_of_snapshot(*args)
        if not hasattr(first, "passed"):
            first.passed = True
            gate.wait(90)
        return found

    monkeypatch.setattr(book_module, "payment_of_snapshot", look_together)
    return webhookless_shop


def ask_and_compare(shop: Shop) -> list[Any]:
    account = ProcessorAccount.objects.get(tenant=shop.tenant)
    compare = [lambda: compare_sessions(shop.tenant, account, float("inf"))] * (AT_ONCE - 1)
    return at_once([lambda: ask_processors(shop.restaurant.owner, Question("25.00", now())), *compare])


def test_the_money_is_booked_once(lost: Shop) -> None:
    asked, *_ = ask_and_compare(lost)
    assert (asked.booked, asked.failures) == (1, [])
    assert lost.ledger() == [("payment", 2500)]
    assert lost.alerts() == ["unknown_payment"]
    assert [str(one) for one in asked.shown] == [str(Payment.objects.get(tenant=lost.tenant).id)]


def test_without_the_unique_reference_each_caller_books_it(
    lost: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: the row is inserted under a reference of the caller's own."""

    def record(tenant: Any, account: ProcessorAccount, snapshot: Any) -> Payment:
        row = Payment.objects.create(
            tenant=tenant,
            account=account,
            payment_type_id=account.payment_type_id,
            status=PaymentStatus.CANCELED,
            is_test=True,
            amount_minor=snapshot.amount.minor,
            currency=snapshot.amount.currency,
            created_at=now(),
            reference=f"{snapshot.reference[:60]}-{threading.get_ident()}",
        )
        return Payment.objects.select_related("order", "location").get(tenant=tenant, id=row.id)

    monkeypatch.setattr(apply_module, "record_unknown_payment", record)
    ask_and_compare(lost)
    assert lost.ledger() == [("payment", 2500)] * AT_ONCE


def test_of_many_who_ask_at_once_one_asks(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    shop.start()
    before = len(shop.sandbox.requests())

    def ask() -> str:
        try:
            ask_processors(shop.restaurant.owner, Question("25.00"))
        except TooMany:
            return "refused"
        return "asked"

    assert sorted(at_once([ask] * AT_ONCE)) == ["asked", *["refused"] * (AT_ONCE - 1)]
    # It lists what was started, and fetches the one payment that may have changed.
    assert len(shop.sandbox.requests()) == before + 2
