"""The same phone presses Pay again when something is not as it was: clocks, keys, accounts, hours, patience."""

from __future__ import annotations

import pytest

from duitpos.domain.payments.checkout import Changed
from duitpos.domain.payments.resume import GoToProcessor
from duitpos.domain.payments.sweep import sweep
from duitpos.models import Order, Payment
from tests.support.happenings import press_again, session_of
from tests.support.live_shop import Clock
from tests.support.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)


def open_sessions(shop: Shop) -> list[str]:
    return [session["id"] for session in shop.sandbox.listed("sessions") if session["status"] == "open"]


def ended_and_tried_again_three_minutes_before(shop: Shop, clock: Clock) -> tuple[Payment, Payment]:
    """Our clock was set back between two attempts, so the older one looks newer."""
    first = shop.start()
    shop.sandbox.control("POST", f"/sessions/{first.reference}/expire", {})
    clock.advance(minutes=2, theirs=False)
    sweep()
    clock.advance(minutes=-5, theirs=False)
    assert isinstance(press_again(shop, shop.orders()[0]), GoToProcessor)
    second = Payment.objects.exclude(id=first.id).get(tenant=shop.tenant)
    assert second.created_at < first.created_at
    return first, second


def test_a_clock_set_back_hides_no_live_attempt(deaf_shop: Shop, clock: Clock) -> None:
    shop = deaf_shop
    _, second = ended_and_tried_again_three_minutes_before(shop, clock)
    again = press_again(shop, shop.orders()[0])
    assert isinstance(again, GoToProcessor)
    assert again.url == shop.fresh(second).redirect_url
    third = shop.start(cart=shop.cart(3))
    assert session_of(shop, second)["status"] == "expired", "an edited cart ends it"
    assert open_sessions(shop) == [third.reference]


def test_a_clock_set_back_ends_no_order_early_and_none_never(deaf_shop: Shop, clock: Clock) -> None:
    shop = deaf_shop
    first, second = ended_and_tried_again_three_minutes_before(shop, clock)
    clock.advance(minutes=21, theirs=False)
    sweep()
    assert shop.fresh(first).next_check_at is None
    assert Order.objects.get(tenant=shop.tenant).status == "held", "the second attempt can still be paid"
    clock.advance(minutes=50)
    sweep()
    assert shop.fresh(second).status == "canceled"
    clock.advance(minutes=16)
    sweep()
    assert Order.objects.get(tenant=shop.tenant).status == "canceled"


def test_an_attempt_that_a_twin_made_and_that_is_over_already_is_no_error(
    deaf_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The row of another press was in the way of this one's, and when this one looks, it has ended."""
    shop = deaf_shop
    first = shop.start()
    shop.sandbox.control("POST", f"/sessions/{first.reference}/expire", {})
    (order,) = shop.orders()

    def in_the_way(*_: object) -> Payment:
        return Payment(
            id=first.id,
            tenant=shop.tenant,
            order=order,
            account=shop.account,
            payment_type_id=first.payment_type_id,
            amount_minor=1,
            currency="MYR",
            created_at=first.created_at,
        )

    monkeypatch.setattr("duitpos.domain.payments.checkout.new_attempt", in_the_way)
    answer = press_again(shop, order)
    assert isinstance(answer, Changed)
    assert answer.why == "lapsed"
