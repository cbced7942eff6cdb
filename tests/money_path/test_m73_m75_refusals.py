"""M73, M75: a processor's refusal affects other guests only if it is about the account."""

from __future__ import annotations

from datetime import timedelta

import pytest

from duitpos.domain.alerts.queries import open_alerts
from duitpos.domain.checkout.handle_return import handle_return
from duitpos.domain.checkout.results import GoToProcessor, OrderAtCounter, StartRefused
from duitpos.domain.errors import Conflict, Unavailable
from duitpos.domain.orders.guest_view import GuestState, guest_order
from duitpos.domain.processor_accounts.accounts import check_account
from duitpos.domain.processor_accounts.view import Health, account_view
from duitpos.domain.staff_actions.check_payment import CheckResult, check_now
from duitpos.domain.sweep.sweep import sweep
from duitpos.models import Payment, ProcessorAccount
from duitpos.models.alert import AlertKind as A
from tests.support.live_shop import Clock
from tests.support.scenarios import SESSION, detail, press_again
from tests.support.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)
START = "/v1/checkout/sessions$"


def account(shop: Shop) -> ProcessorAccount:
    return ProcessorAccount.objects.get(tenant=shop.tenant)


def refuse_starts(shop: Shop, count: int | None, **more: object) -> None:
    shop.sandbox.fault("error", status=400, method="POST", path=START, count=count, **more)


def press(shop: Shop, number: int) -> object:
    try:
        return shop.checkout(guest_token=f"guest-{number}")
    except Conflict as refused:
        return refused


# -- M73: every definite error of a start -------------------------------------------------------------------


def test_m73_refused_starts_are_one_alert_and_the_type_is_no_longer_offered(
    webhookless_shop: Shop,
) -> None:
    shop = webhookless_shop
    refuse_starts(shop, None)
    answers = [press(shop, number) for number in range(8)]
    assert [type(answer) for answer in answers] == [StartRefused] * 3 + [OrderAtCounter] * 5
    (row,) = open_alerts(shop.tenant)
    assert row.alert.kind == A.START_REFUSED
    assert "Refused 3 times in a row. Stripe refuses the request." in detail(shop)
    view = account_view(account(shop), "https://x.example", shop.tenant.slug)
    assert Health.NOT_OFFERED in [one["code"] for one in view.health]


def test_m73_the_type_is_offered_again_later_and_the_alert_closes(
    webhookless_shop: Shop, clock: Clock
) -> None:
    shop = webhookless_shop
    refuse_starts(shop, 4)
    for number in range(3):
        press(shop, number)
    clock.advance(minutes=2, seconds=1)
    assert isinstance(press(shop, 4), StartRefused), "tried, and still refused"
    clock.advance(minutes=3)
    assert isinstance(press(shop, 5), OrderAtCounter), "the pause grows"
    clock.advance(minutes=2)
    assert isinstance(press(shop, 6), GoToProcessor)
    assert shop.alerts() == []
    assert (account(shop).refused_starts, account(shop).offered_again_at) == (0, None)


def test_m73_pressing_check_offers_it_at_once(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    refuse_starts(shop, 3)
    for number in range(3):
        press(shop, number)
    check_account(shop.restaurant.owner, shop.account.id)
    assert isinstance(press(shop, 4), GoToProcessor)


def test_m73_a_refused_amount_does_not_affect_other_guests(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    refuse_starts(shop, 5, code="amount_too_large")
    for number in range(5):
        assert isinstance(press(shop, number), StartRefused)
    assert shop.alerts() == [A.START_REFUSED], "but an alert opens"
    assert isinstance(press(shop, 6), GoToProcessor)
    assert shop.alerts() == []


def test_m73_a_successful_start_resets_the_count_of_refusals(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    for number in range(4):
        refuse_starts(shop, 1)
        assert isinstance(press(shop, number), StartRefused)
        assert isinstance(press(shop, number), GoToProcessor)


# -- M75: a single refusal ----------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [401, 403])
def test_m75_one_refusal_of_one_guests_return_pauses_nothing(webhookless_shop: Shop, status: int) -> None:
    shop = webhookless_shop
    payment = shop.start()
    shop.sandbox.pay(payment.reference)
    shop.sandbox.fault("error", status=status, path=SESSION, count=1)
    (order,) = shop.orders()
    handle_return(shop.tenant, order.token)
    assert account(shop).paused_at is None
    assert shop.alerts() == []
    assert isinstance(press(shop, 2), GoToProcessor)
    shop.sweep(after=timedelta(minutes=1))
    assert shop.fresh(payment).status == "succeeded"


@pytest.mark.parametrize("status", [401, 403])
def test_m75_one_refused_start_pauses_nothing_and_the_guest_can_retry(
    webhookless_shop: Shop, status: int
) -> None:
    shop = webhookless_shop
    shop.sandbox.fault("error", status=status, method="POST", path=START, count=1)
    request = shop.request()
    with pytest.raises((Unavailable, StartRefused)):
        shop.checkout(checkout_key=request.checkout_key)
    assert account(shop).paused_at is None
    assert isinstance(shop.checkout(checkout_key=request.checkout_key), GoToProcessor)
    assert len(shop.orders()) == 1


def test_m75_a_second_refusal_of_the_key_pauses_the_account(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    shop.start()
    shop.sandbox.control("DELETE", f"/keys/{shop.sandbox.secret_key}")
    (order,) = shop.orders()
    handle_return(shop.tenant, order.token)
    assert account(shop).paused_at is not None
    assert shop.alerts() == [A.KEY_REFUSED]


def test_m75_a_payment_that_never_started_is_not_fetched(webhookless_shop: Shop, clock: Clock) -> None:
    """The key is revoked when the guest presses Pay, and valid again when staff press Check now."""
    shop = webhookless_shop
    shop.sandbox.fault("error", status=401, path="/v1/", count=2)
    with pytest.raises(StartRefused):
        shop.checkout()
    ProcessorAccount.objects.filter(tenant=shop.tenant).update(paused_at=None)
    (payment,) = Payment.objects.filter(tenant=shop.tenant)
    assert (payment.status, payment.reference) == ("failed", "")
    before = len(shop.sandbox.requests())
    assert check_now(shop.restaurant.owner, payment.id) == CheckResult.NEVER_STARTED
    assert len(shop.sandbox.requests()) == before
    assert A.NOT_AT_PROCESSOR not in shop.alerts()
    clock.advance(minutes=16)
    sweep()
    assert [order.status for order in shop.orders()] == ["canceled"]


def test_m75_check_now_retries_a_start_without_a_response(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    shop.sandbox.fault("drop", method="POST", path=START, count=2, when="before")
    with pytest.raises(Unavailable):
        shop.checkout()
    (payment,) = Payment.objects.filter(tenant=shop.tenant)
    assert payment.status == "created"
    assert check_now(shop.restaurant.owner, payment.id) == CheckResult.PAGE_MADE
    assert shop.fresh(payment).status == "pending"


def test_m75_not_found_after_the_money_was_booked_opens_nothing(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    payment = shop.start()
    shop.sandbox.pay(payment.reference)
    shop.sweep(after=timedelta(minutes=2))
    assert shop.fresh(payment).status == "succeeded"
    shop.sandbox.fault("error", status=404, path=SESSION, count=None)
    for _ in range(2):
        with pytest.raises(Unavailable):
            check_now(shop.restaurant.owner, payment.id)
    assert shop.alerts() == []
    assert shop.fresh(payment).not_found_at is None


def test_m75_a_response_closes_the_alert_of_a_not_found(webhookless_shop: Shop, clock: Clock) -> None:
    """A session that is still open is a response, too."""
    shop = webhookless_shop
    payment = shop.start()
    shop.sandbox.fault("error", status=404, path=SESSION, count=2)
    for minutes in (2, 3):
        clock.advance(minutes=minutes)
        sweep()
    assert shop.alerts() == [A.NOT_AT_PROCESSOR]
    assert isinstance(press_again(shop, shop.orders()[0]), GoToProcessor)
    assert shop.alerts() == []
    assert shop.fresh(payment).not_found_at is None
    assert guest_order(shop.tenant, shop.orders()[0].token).state == GuestState.WAITING
