"""A refund made at the processor names no dishes: staff say once what it was for (M107)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db.models import F

from duitpos.domain.errors import Conflict, Forbidden
from duitpos.domain.orders.cart import Cart, CartLine
from duitpos.domain.payments.refunds.refund import refund_payment
from duitpos.domain.payments.refunds.refund_part import Why, refund_lines
from duitpos.domain.payments.refunds.refunded_lines import price_lines
from duitpos.domain.payments.refunds.refunds_seen import apply_refunds_seen, look_at_refunds
from duitpos.domain.payments.refunds.say_lines import say_lines
from duitpos.domain.reporting.report import By, Period, Question
from duitpos.domain.reporting.revenue import revenue
from duitpos.domain.reporting.verify import verify_totals
from duitpos.domain.staff_actions.resolve_alert import act
from duitpos.kit.clock import now
from duitpos.kit.ids import secret_token
from duitpos.kit.transact import transact
from duitpos.models import Alert, OrderLine, Payment, Refund, RefundLine
from duitpos.models.people import Role
from duitpos.processors.capabilities import RefundAbility
from tests.support.at_once import at_once
from tests.support.restaurant import a_member, an_item
from tests.support.unlike_stripe import FakeShop, capabilities, fake_shop

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeShop]:
    with fake_shop(monkeypatch, capabilities(RefundAbility())) as shop:
        yield shop


def paid(shop: FakeShop) -> tuple[Payment, OrderLine, OrderLine]:
    """Two nasi lemak and a laksa: RM 37.00."""
    laksa = an_item(shop.tenant, "Laksa", 1200)
    lines = (CartLine(shop.item.id, (), 2, "", 1250), CartLine(laksa.id, (), 1, "", 1200))
    payment = shop.paid(cart=Cart(lines))
    first, second = OrderLine.objects.filter(tenant=shop.tenant).order_by("position")
    return payment, first, second


def refunded_there(shop: FakeShop, payment: Payment, minor: int) -> Refund:
    """Somebody refunds at the processor, and we hear of it twice."""
    (charge,) = shop.bank.pages[payment.reference].charges
    made = shop.bank.refund(charge.reference, minor)
    for _ in range(2):
        look = look_at_refunds(shop.fresh(payment))
        transact(lambda look=look: apply_refunds_seen(look))  # type: ignore[misc]
    return Refund.objects.get(tenant=shop.tenant, reference=made.reference)


def by_dish(shop: FakeShop) -> dict[str, int]:
    today = now().date()
    period = Period(today.replace(year=today.year - 1), today.replace(year=today.year + 1))
    (report,) = revenue(shop.tenant, Question(period, By.ITEM, is_test=True))
    return {row.name: row.sums.refunds for row in report.rows}


def test_m107_staff_say_once_what_a_refund_at_the_processor_was_for(shop: FakeShop) -> None:
    owner = shop.restaurant.owner
    payment, lemak, laksa = paid(shop)
    refund = refunded_there(shop, payment, 1300)
    assert shop.alerts() == ["refund_lines"]
    assert by_dish(shop) == {"Nasi lemak": 0, "Laksa": 0}
    say_lines(owner, refund.id, {laksa.id: 1, lemak.id: 0})
    said = Refund.objects.get(tenant=shop.tenant, id=refund.id)
    assert (said.amount_minor, said.items_minor) == (1300, 1200), "the amount stays"
    assert by_dish(shop) == {"Nasi lemak": 0, "Laksa": -1200}
    assert shop.alerts() == []
    for again in ({laksa.id: 1}, {lemak.id: 1}):
        with pytest.raises(Conflict, match="refund_lines_said"):
            say_lines(owner, refund.id, again)
    with pytest.raises(Conflict, match="refund_lines_gone"):
        refund_lines(owner, payment.id, {laksa.id: 1}, Why(secret_token()))
    assert list(verify_totals(shop.tenant.id)) == []


def test_m107_the_rest_refunded_there_needs_no_question(shop: FakeShop) -> None:
    payment, lemak, laksa = paid(shop)
    refund_lines(shop.restaurant.owner, payment.id, {lemak.id: 1}, Why(secret_token()))
    refund = refunded_there(shop, payment, 3700 - 1250)
    assert shop.alerts() == []
    lines = RefundLine.objects.filter(tenant=shop.tenant, refund=refund)
    assert dict(lines.values_list("order_line", "quantity")) == {lemak.id: 1, laksa.id: 1}


def test_m107_what_cannot_be_said(shop: FakeShop) -> None:
    owner = shop.restaurant.owner
    payment, lemak, laksa = paid(shop)
    refund = refunded_there(shop, payment, 1300)
    wrong: list[tuple[str, dict[Any, int]]] = [
        ("refund_lines_above", {lemak.id: 2}),
        ("refund_lines_gone", {laksa.id: 2}),
        ("refund_empty", {}),
    ]
    for code, wanted in wrong:
        with pytest.raises(Conflict, match=code):
            say_lines(owner, refund.id, wanted)
    with pytest.raises(Forbidden):
        say_lines(a_member(shop.tenant, Role.CASHIER), refund.id, {laksa.id: 1})
    assert not RefundLine.objects.filter(tenant=shop.tenant).exists()
    assert shop.alerts() == ["refund_lines"]


def test_m107_the_question_ends_when_it_was_for_no_dish_or_all_is_refunded(shop: FakeShop) -> None:
    owner = shop.restaurant.owner
    payment, _, _ = paid(shop)
    refunded_there(shop, payment, 100)
    (alert,) = Alert.objects.filter(tenant=shop.tenant, resolved_at=None)
    act(owner, alert.id, "done", "goodwill")
    refunded_there(shop, payment, 200)
    assert shop.alerts() == ["refund_lines"]
    rest = refund_payment(owner, payment.id, "left")
    assert (rest.amount_minor, rest.items_minor) == (3400, 3700), (
        "so that in the end all dishes went back once"
    )
    assert shop.alerts() == []


def _both_at_once(shop: FakeShop, monkeypatch: pytest.MonkeyPatch, *, is_guarded: bool) -> list[str]:
    """Staff say that a refund was for the laksa while another one refunds it. Both read before they write."""
    payment, _, laksa = paid(shop)
    refund = refunded_there(shop, payment, 1300)
    read = threading.Barrier(2)

    def priced(*args: Any) -> Any:
        parts = price_lines(*args)
        read.wait(60)
        return parts

    monkeypatch.setattr("duitpos.domain.payments.refunds.say_lines.price_lines", priced)
    monkeypatch.setattr("duitpos.domain.payments.refunds.refund_part.price_lines", priced)
    if not is_guarded:
        # The counter-check: the version of the payment is not compared.
        def unguarded(payment: Payment, minor: int) -> bool:
            rows = Payment.objects.filter(tenant_id=payment.tenant_id, id=payment.id)
            return bool(rows.update(refund_reserved_minor=F("refund_reserved_minor") + minor))

        monkeypatch.setattr("duitpos.domain.payments.refunds.refund_part._reserved", unguarded)

    def outcome(press: Callable[[], Any]) -> str:
        try:
            press()
        except Conflict as error:
            return error.code.value
        return "done"

    owner = shop.restaurant.owner
    return sorted(
        at_once(
            [
                lambda: outcome(lambda: say_lines(owner, refund.id, {laksa.id: 1})),
                lambda: outcome(lambda: refund_lines(owner, payment.id, {laksa.id: 1}, Why(secret_token()))),
            ]
        )
    )


@pytest.mark.races
@pytest.mark.postgres_only  # SQLite has one writer, who reads and writes before the next one reads
def test_m107_a_line_is_not_said_and_refunded_at_once(
    shop: FakeShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _both_at_once(shop, monkeypatch, is_guarded=True) == ["done", "refund_under_way"]
    assert RefundLine.objects.filter(tenant=shop.tenant).count() == 1


@pytest.mark.races
@pytest.mark.postgres_only
def test_without_the_version_a_line_is_said_and_refunded(
    shop: FakeShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _both_at_once(shop, monkeypatch, is_guarded=False) == ["done", "done"]
    assert RefundLine.objects.filter(tenant=shop.tenant).count() == 2
