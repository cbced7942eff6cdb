"""M62 to M64: an order's identity, the conditions of a new attempt, and test payments beside live ones."""

from __future__ import annotations

from typing import Any

import pytest

from duitpos.domain.alerts.offers import Action
from duitpos.domain.checkout import start as start_module
from duitpos.domain.checkout.checkout import checkout
from duitpos.domain.checkout.handle_return import handle_cancel
from duitpos.domain.checkout.options import pay_options
from duitpos.domain.checkout.results import (
    AlreadyPaid,
    Changed,
    GoToProcessor,
    NotTakingOrders,
    StartRefused,
)
from duitpos.domain.checkout.resume import end_attempts
from duitpos.domain.checkout.start_answer import remember
from duitpos.domain.errors import Conflict
from duitpos.domain.orders.advance import Actor, advance
from duitpos.domain.orders.board import board
from duitpos.domain.orders.cart import with_earlier
from duitpos.domain.payments.settlement.went_live import after_going_live
from duitpos.domain.processor_accounts.types import create_type, edit_type
from duitpos.domain.staff_actions.cancel_order import cancel_order
from duitpos.domain.staff_actions.resolve_alert import act
from duitpos.guest.texts import order_text
from duitpos.kit.clock import now
from duitpos.kit.transact import transact
from duitpos.models import Location, Order, Payment, PaymentType, ProcessorAccount, Table
from duitpos.models.payment import LIVE_ATTEMPT
from duitpos.models.payment_setup import AccountState, Mode
from duitpos.processors.start import NextStep, Started
from tests.support.restaurant import a_location, a_table, an_item, online_type
from tests.support.scenarios import alert, seen_by_guest, session_of
from tests.support.shop import Shop, url_of

pytestmark = pytest.mark.django_db(transaction=True)


def order_of(payment: Payment) -> Order:
    order: Order | None = payment.order
    assert order is not None
    return order


def press_at(shop: Shop, table: Table, order: Order, **changes: Any) -> Any:
    """The same phone presses Pay for the same cart at a table."""
    here = Table.objects.select_related("location").get(tenant=shop.tenant, id=table.id)
    values = {"table": here, "checkout_key": order.checkout_key, "guest_token": order.guest_token, **changes}
    return checkout(shop.request(**values))


def payable(shop: Shop) -> set[str]:
    return {session["id"] for session in shop.sandbox.listed("sessions") if session["status"] == "open"}


def live_attempts(shop: Shop) -> list[Payment]:
    return list(Payment.objects.filter(tenant=shop.tenant, status__in=LIVE_ATTEMPT))


# -- M62 ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("elsewhere", ["table", "location"])
def test_m62_another_table_is_another_order(webhookless_shop: Shop, elsewhere: str) -> None:
    shop = webhookless_shop
    first = shop.start()
    location = shop.restaurant.location if elsewhere == "table" else a_location(shop.tenant, "ipoh")
    other = a_table(location, "9")
    answer = press_at(shop, other, order_of(first))
    assert isinstance(answer, GoToProcessor)
    assert (answer.order.table_id, answer.order.location_id) == (other.id, location.id)
    assert answer.order.replaces_id == first.order_id
    assert shop.fresh(first).status == "canceled"
    assert payable(shop) == {shop.payment_of(answer.order).reference}
    # Pressing twice makes one order there, too; at the first table, the first order continues.
    again = press_at(shop, other, order_of(first))
    assert isinstance(again, GoToProcessor)
    assert (again.order.id, again.step) == (answer.order.id, answer.step)
    back = press_at(shop, shop.table, order_of(first))
    assert isinstance(back, GoToProcessor)
    assert back.order.id == first.order_id
    assert len(payable(shop)) == 1


def test_m62_an_order_paid_at_the_first_table_is_shown_at_the_second(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    first = shop.start()
    shop.sandbox.pay(first.reference)
    for _ in range(2):
        answer = press_at(shop, a_table(shop.restaurant.location, f"9{_}"), order_of(first))
        assert isinstance(answer, AlreadyPaid)
        assert answer.order.id == first.order_id
    assert len(shop.orders()) == 1
    assert len(shop.sandbox.listed("sessions")) == 1


def test_m62_another_price_makes_another_order(webhookless_shop: Shop) -> None:
    """The page shows 10.00, so the request is for 10.00, not for the earlier order's 12.50."""
    shop = webhookless_shop
    first = shop.start()
    type(shop.item).objects.filter(tenant=shop.tenant, id=shop.item.id).update(price_minor=1000)
    Location.objects.filter(tenant=shop.tenant).update(menu_version=7)
    shop.item.refresh_from_db(from_queryset=type(shop.item).objects.filter(tenant=shop.tenant))
    answer = press_at(shop, shop.table, order_of(first))
    assert isinstance(answer, GoToProcessor)
    assert (answer.order.total_minor, answer.order.replaces_id) == (2000, first.order_id)
    assert shop.fresh(first).status == "canceled"


def test_m62_another_phone_with_the_orders_link_resumes_that_order(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    first = shop.start(guest_token="the-scanners-browser")
    mine = shop.start(guest_token="chrome", cart=shop.cart(5))
    answer = press_at(shop, shop.table, order_of(first), guest_token="chrome")
    assert isinstance(answer, GoToProcessor)
    assert (answer.order.id, url_of(answer)) == (first.order_id, url_of(shop.fresh(first).next_step))
    assert shop.fresh(mine).status == "canceled", "this phone's other live attempt ends first"
    assert payable(shop) == {first.reference}


def test_m62_an_edit_of_a_linked_order_replaces_it_whichever_phone_edits(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    first = shop.start(guest_token="the-scanners-browser")
    key = order_of(first).checkout_key
    edited = shop.start(guest_token="chrome", cart=with_earlier(shop.cart(3), key))
    assert order_of(edited).replaces_id == first.order_id
    assert shop.fresh(first).status == "canceled"
    assert payable(shop) == {edited.reference}
    # The first browser paid at the last moment: show the paid order, and start nothing.
    shop.sandbox.pay(edited.reference)
    late = shop.checkout(
        guest_token="a third", cart=with_earlier(shop.cart(4), order_of(edited).checkout_key)
    )
    assert isinstance(late, AlreadyPaid)


def test_m62_a_lapsed_order_is_retried_from_another_phone(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    first = shop.start(guest_token="the-scanners-browser")
    handle_cancel(shop.tenant, order_of(first).token)
    newer = shop.start(guest_token="the-scanners-browser", cart=shop.cart(4))
    answer = press_at(shop, shop.table, order_of(first), guest_token="chrome")
    assert isinstance(answer, GoToProcessor)
    assert answer.order.id == first.order_id
    assert shop.fresh(newer).status == "canceled"
    assert payable(shop) == {shop.payment_of(answer.order).reference}


def test_m62_paid_lines_leave_the_cart_once(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    shop.listen()
    first = shop.start(cart=shop.cart(1))
    key = order_of(first).checkout_key
    tea = an_item(shop.tenant, "Teh tarik", 400)
    three = shop.cart(3, note="")
    cart = with_earlier(type(three)((*three.lines, *shop.cart(1, tea).lines)), key)
    shop.pay(first)
    answer = shop.checkout(cart=cart)
    assert isinstance(answer, Changed)
    assert answer.why == "paid"
    assert [(line.item_id, line.quantity) for line in answer.cart.lines] == [(shop.item.id, 2), (tea.id, 1)]
    assert key not in answer.cart.earlier
    second = shop.start(cart=answer.cart, checkout_key=answer.new_key)
    assert second.amount_minor == 2 * 1250 + 400
    assert len(shop.sandbox.listed("sessions")) == 2


def test_m62_another_note_makes_another_line_and_an_empty_cart_shows_the_paid_order(
    webhookless_shop: Shop,
) -> None:
    shop = webhookless_shop
    shop.listen()
    first = shop.start(cart=shop.cart(1))
    key = order_of(first).checkout_key
    shop.pay(first)
    noted = shop.checkout(cart=with_earlier(shop.cart(1, note="no nuts"), key))
    assert isinstance(noted, GoToProcessor)
    same = shop.checkout(cart=with_earlier(shop.cart(1), key), guest_token="another")
    assert isinstance(same, AlreadyPaid)
    assert same.order.id == first.order_id


# -- M63 ----------------------------------------------------------------------------------------------------


def lapsed(shop: Shop) -> Order:
    """An order whose guest canceled on the payment page."""
    order = order_of(shop.start())
    handle_cancel(shop.tenant, order.token)
    return order


def in_between(monkeypatch: pytest.MonkeyPatch, change: Any) -> None:
    """Call `change` during the fetch of earlier attempts."""

    def asked(attempts: Any) -> Any:
        over = end_attempts(attempts)
        change()
        return over

    for module in ("checkout", "existing_order"):
        monkeypatch.setattr(f"duitpos.domain.checkout.{module}.end_attempts", asked)


@pytest.mark.parametrize("is_guarded", [True, False])
def test_m63_an_attempt_is_made_only_while_its_order_waits(
    webhookless_shop: Shop, monkeypatch: pytest.MonkeyPatch, is_guarded: bool
) -> None:
    """Without the guards (the control), guests can still pay the canceled order."""
    shop = webhookless_shop
    order = lapsed(shop)
    in_between(monkeypatch, lambda: cancel_order(shop.restaurant.owner, order.id, "left", refund=False))
    if not is_guarded:
        for module in ("existing_order", "start_answer"):
            monkeypatch.setattr(f"duitpos.domain.checkout.{module}.still_unpaid", lambda order: True)
    answer = press_at(shop, shop.table, order)
    assert bool(payable(shop)) is not is_guarded
    if is_guarded:
        assert isinstance(answer, Changed)
        assert answer.why == "canceled"
        assert live_attempts(shop) == []


@pytest.mark.parametrize("expiring", ["works", "fails"])
def test_m63_a_session_of_a_canceled_order_expires_and_is_never_shown(
    webhookless_shop: Shop, monkeypatch: pytest.MonkeyPatch, expiring: str
) -> None:
    shop = webhookless_shop
    order = lapsed(shop)

    def canceled_meanwhile(payment: Payment, started: Started) -> NextStep | None:
        actor = Actor("staff", shop.restaurant.owner)
        transact(lambda: advance(order, "held", "canceled", actor, now(), "left", cancel_reason="left"))
        return remember(payment, started)

    monkeypatch.setattr(start_module, "remember", canceled_meanwhile)
    if expiring == "fails":
        shop.sandbox.fault("error", status=500, path="/v1/checkout/sessions/.*/expire$", count=None)
    with pytest.raises(StartRefused):
        press_at(shop, shop.table, order)
    if expiring == "fails":
        assert len(payable(shop)) == 1
        shop.sandbox.control("DELETE", "/faults")
        shop.sweep()
    assert payable(shop) == set()
    assert live_attempts(shop) == []


def test_m63_a_late_payment_during_the_fetch_makes_no_second_attempt(
    webhookless_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = webhookless_shop
    order = lapsed(shop)
    ended = shop.payment_of(order)

    def paid_with_another_amount() -> None:
        Payment.objects.filter(tenant=shop.tenant, id=ended.id).update(status="succeeded")

    in_between(monkeypatch, paid_with_another_amount)
    assert isinstance(press_at(shop, shop.table, order), AlreadyPaid)
    assert payable(shop) == set()
    Payment.objects.filter(tenant=shop.tenant, id=ended.id).update(status="canceled")


@pytest.mark.parametrize("what", ["paused", "switched off", "retired"])
@pytest.mark.parametrize("is_retry", [True, False])
def test_m63_a_type_switched_off_during_the_fetch_starts_nothing(
    webhookless_shop: Shop, monkeypatch: pytest.MonkeyPatch, what: str, is_retry: bool
) -> None:
    shop = webhookless_shop
    order = lapsed(shop)
    # This attempt makes the checkout fetch from the processor.
    shop.start(cart=shop.cart(7))

    def change() -> None:
        if what == "paused":
            Location.objects.filter(tenant=shop.tenant).update(paused_at=now())
        elif what == "switched off":
            PaymentType.objects.filter(tenant=shop.tenant, kind="online").update(is_active=False)
        else:
            ProcessorAccount.objects.filter(tenant=shop.tenant).update(state=AccountState.RETIRED)

    in_between(monkeypatch, change)
    ask = {"checkout_key": order.checkout_key} if is_retry else {"cart": shop.cart(8)}
    with pytest.raises(NotTakingOrders if what == "paused" else Conflict):
        shop.checkout(**ask)
    assert payable(shop) == set()
    assert live_attempts(shop) == []


def test_m63_an_attempt_made_during_a_cancellation_ends_with_the_order(
    webhookless_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guest presses Pay after the old session has expired and before the cancellation is written."""
    shop = webhookless_shop
    order = lapsed(shop)
    pressed: list[Any] = []

    def transact_after_a_press(work: Any) -> Any:
        if not pressed:
            pressed.append(press_at(shop, shop.table, order))
        return transact(work)

    monkeypatch.setattr("duitpos.domain.staff_actions.cancel_order.transact", transact_after_a_press)
    cancel_order(shop.restaurant.owner, order.id, "left", refund=False)
    assert isinstance(pressed[0], GoToProcessor)
    assert [o.status for o in shop.orders()] == ["canceled"]
    assert payable(shop) == set()
    assert live_attempts(shop) == []


# -- M64 ----------------------------------------------------------------------------------------------------


def go_live(shop: Shop, *, is_active: bool = True, **fields: Any) -> ProcessorAccount:
    """Add a live account in its own payment type, beside the test account."""
    kind = create_type(shop.restaurant.owner, "LIVE", "Card", is_active=is_active)
    values = {"processor": "stripe", "mode": Mode.LIVE, "state": AccountState.ACTIVE, **fields}
    account = ProcessorAccount.objects.create(
        tenant=shop.tenant, payment_type=kind, external_id="acct_live", can_charge=True, **values
    )
    transact(lambda: after_going_live(shop.tenant.id, now()))
    return account


def kitchen_sees(shop: Shop) -> list[str]:
    columns = board(shop.tenant, shop.restaurant.location).columns
    return [ticket.order.label for tickets in columns.values() for ticket in tickets]


def modes(shop: Shop) -> list[str]:
    return [option.mode for option in pay_options(shop.tenant, shop.restaurant.location)]


@pytest.mark.parametrize(
    "live, offered",
    [
        ({}, ["live"]),
        ({"paused_at": now()}, []),
        ({"state": AccountState.RETIRED}, ["test"]),
        ({"state": AccountState.NEW}, ["test"]),
        ({"is_active": False}, ["test"]),
    ],
)
def test_m64_guests_are_offered_test_accounts_only_where_no_live_one_is_in_use(
    webhookless_shop: Shop, live: dict[str, Any], offered: list[str]
) -> None:
    shop = webhookless_shop
    go_live(shop, **live)
    assert modes(shop) == offered
    if offered != ["test"]:
        test = online_type(shop.tenant)
        with pytest.raises(Conflict):
            shop.checkout(payment_type_id=test.id)
        assert shop.orders() == []
    # Only the test account can be used, and the kitchen sees the order.
    else:
        shop.listen()
        payment = shop.start()
        shop.pay(payment)
        assert kitchen_sees(shop) == ["T1"]
        assert seen_by_guest(shop, order_of(payment)).state == "paid"


def test_m64_an_open_test_session_expires_when_a_live_account_is_added(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    payment = shop.start()
    go_live(shop)
    answer = press_at(shop, shop.table, order_of(payment))
    assert isinstance(answer, Changed)
    assert answer.why == "mode"
    assert shop.fresh(payment).status == "canceled"
    assert payable(shop) == set()


def test_m64_the_sweep_expires_open_test_sessions_at_once(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    payment = shop.start()
    go_live(shop)
    shop.sweep()
    assert session_of(shop, payment)["status"] == "expired"


def test_m64_a_test_order_paid_after_going_live_waits_for_staff_and_the_guest_reads_so(shop: Shop) -> None:
    payment = shop.start()
    go_live(shop)
    shop.pay(payment)
    order = order_of(payment)
    seen = seen_by_guest(shop, order)
    assert (seen.state, kitchen_sees(shop)) == ("needs_staff", [])
    assert "kitchen" not in order_text(seen)
    assert shop.alerts() == ["mode_differs"]
    act(shop.restaurant.owner, alert(shop).alert.id, Action.SERVE)
    assert (seen_by_guest(shop, order).state, kitchen_sees(shop)) == ("paid", ["T1"])


@pytest.mark.parametrize("way", ["an account", "its type"])
def test_m64_a_test_order_in_the_kitchen_opens_an_alert_when_a_live_account_is_added(
    shop: Shop, way: str
) -> None:
    payment = shop.start()
    shop.pay(payment)
    order = order_of(payment)
    assert (seen_by_guest(shop, order).state, kitchen_sees(shop)) == ("paid", ["T1"])
    if way == "an account":
        go_live(shop)
    else:
        account = go_live(shop, is_active=False)
        assert kitchen_sees(shop) == ["T1"]
        edit_type(shop.restaurant.owner, account.payment_type_id, "LIVE", "Card", is_active=True)
    seen = seen_by_guest(shop, order)
    assert (seen.state, kitchen_sees(shop)) == ("needs_staff", [])
    assert shop.alerts() == ["mode_differs"]
    act(shop.restaurant.owner, alert(shop).alert.id, Action.SERVE)
    assert (seen_by_guest(shop, order).state, kitchen_sees(shop)) == ("paid", ["T1"])
    assert shop.alerts() == []


def test_m64_an_order_of_another_mode_is_not_retried(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    order = lapsed(shop)
    go_live(shop)
    answer = press_at(shop, shop.table, order)
    assert isinstance(answer, Changed)
    assert answer.why == "mode"
    assert live_attempts(shop) == []
