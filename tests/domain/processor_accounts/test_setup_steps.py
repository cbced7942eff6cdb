"""Each step of the set-up is done only by its own evidence: what is retired, foreign or live does not count."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from duitpos.domain.processor_accounts.first_key import refund_test_payment, save_first_key
from duitpos.domain.processor_accounts.setup_facts import read_setup
from duitpos.domain.processor_accounts.setup_steps import (
    Evidence,
    Setup,
    Step,
    judge,
    takes_real_payments,
)
from duitpos.kit.clock import now
from duitpos.models import (
    AccountHealth,
    ItemStock,
    Location,
    MenuItem,
    Payment,
    PaymentType,
    ProcessorAccount,
    Refund,
    Tenant,
)
from duitpos.models.menu import StockStatus
from duitpos.models.payment_setup import AccountState, Mode, PaymentKind
from duitpos.models.refund import RefundStatus
from tests.domain.processor_accounts.conftest import Owner
from tests.support.restaurant import a_restaurant, a_table, an_item, hours
from tests.support.shop import Shop


def setup_of(tenant: Tenant) -> Setup:
    return judge(read_setup(tenant), now())


def said(tenant: Tenant, step: Step) -> tuple[bool, str]:
    state = setup_of(tenant).of(step)
    return state.is_done, state.evidence["code"]


def change(account: ProcessorAccount, **columns: Any) -> None:
    ProcessorAccount.objects.filter(tenant_id=account.tenant_id, id=account.id).update(**columns)


@pytest.mark.django_db
def test_a_restaurant_just_opened_has_only_its_hours() -> None:
    opened = a_restaurant()
    setup = setup_of(opened.tenant)
    assert [one.step for one in setup.steps if one.is_done] == [Step.HOURS]
    assert [one.step for one in setup.steps] == list(Step)
    assert not setup.is_complete
    assert not setup.can_go_live


@pytest.mark.django_db
def test_the_menu_needs_a_dish_that_can_be_ordered() -> None:
    opened = a_restaurant()
    item = an_item(opened.tenant)
    assert said(opened.tenant, Step.MENU) == (True, Evidence.DISHES)
    stock = ItemStock.objects.create(
        tenant=opened.tenant, location=opened.location, item=item, status=StockStatus.OUT_OF_STOCK
    )
    assert said(opened.tenant, Step.MENU) == (False, Evidence.NO_DISH)
    ItemStock.objects.filter(tenant=opened.tenant, id=stock.id).update(until=now() - timedelta(minutes=1))
    assert said(opened.tenant, Step.MENU) == (True, Evidence.DISHES)
    dishes = MenuItem.objects.filter(tenant=opened.tenant)
    dishes.update(currency="SGD")
    assert said(opened.tenant, Step.MENU) == (False, Evidence.NO_DISH)
    dishes.update(currency="MYR", archived_at=now())
    assert said(opened.tenant, Step.MENU) == (False, Evidence.NO_DISH)


@pytest.mark.django_db
def test_what_another_restaurant_has_is_no_evidence() -> None:
    opened, other = a_restaurant("kopi"), a_restaurant("teh")
    an_item(other.tenant)
    a_table(other.location)
    assert said(opened.tenant, Step.MENU) == (False, Evidence.NO_DISH)
    assert said(opened.tenant, Step.TABLES) == (False, Evidence.NO_TABLE)
    a_table(opened.location)
    assert said(opened.tenant, Step.TABLES) == (True, Evidence.TABLES)


@pytest.mark.django_db
def test_hours_are_kept_unless_the_time_zone_is_unknown() -> None:
    opened = a_restaurant()
    sites = Location.objects.filter(tenant=opened.tenant)
    assert said(opened.tenant, Step.HOURS) == (True, Evidence.OPEN_NOW)
    local = now().astimezone().time()
    closed = time((local.hour + 14) % 24), time((local.hour + 15) % 24)
    sites.update(**hours(*closed), time_zone="UTC")
    assert said(opened.tenant, Step.HOURS)[0]
    sites.update(paused_at=now())
    assert said(opened.tenant, Step.HOURS) == (True, Evidence.PAUSED_NOW)
    sites.update(time_zone="Mars/Olympus")
    assert said(opened.tenant, Step.HOURS) == (False, Evidence.ZONE_UNKNOWN)
    sites._raw_delete(sites.db)
    assert said(opened.tenant, Step.HOURS) == (False, Evidence.NO_LOCATION)


def test_the_first_key_makes_its_type_and_switches_it_on(owner: Owner) -> None:
    types = PaymentType.objects.filter(tenant=owner.tenant, kind=PaymentKind.ONLINE)
    types._raw_delete(types.db)
    assert said(owner.tenant, Step.TYPE) == (False, Evidence.NO_TYPE)
    saved = save_first_key(owner.member, {"secret_key": owner.sandbox.secret_key})
    assert saved.facts is not None
    made = owner.type
    assert (made.code, made.name, made.is_active) == ("ONLINE", "Online Payment", True)
    state = setup_of(owner.tenant).of(Step.KEY)
    assert (state.is_done, state.evidence["name"], state.evidence["mode"]) == (True, "Sandbox Café", "test")
    assert state.at == owner.fresh(saved.account).checked_at
    assert said(owner.tenant, Step.TYPE) == (True, Evidence.TYPE_OFFERED)


def test_a_type_that_was_off_on_purpose_stays_off(owner: Owner) -> None:
    account = owner.working()
    owner.pay_with(account)
    change(account, state=AccountState.RETIRED)
    save_first_key(owner.member, {"secret_key": owner.another_key()})
    assert said(owner.tenant, Step.TYPE) == (False, Evidence.TYPE_INACTIVE)


def test_a_key_counts_only_while_it_is_accepted(owner: Owner) -> None:
    assert said(owner.tenant, Step.KEY) == (False, Evidence.NO_KEY)
    account = owner.add()
    assert said(owner.tenant, Step.KEY) == (False, Evidence.NO_KEY)
    owner.save(account, webhook_secret="whsec_4Xk0yJzWq2bVn8RtLpE6sHcA1uDfGm3o")
    assert said(owner.tenant, Step.KEY) == (False, Evidence.NO_KEY)
    owner.save(account, secret_key=owner.sandbox.secret_key)
    assert said(owner.tenant, Step.KEY) == (True, Evidence.KEY_CHECKED)
    change(account, paused_at=now(), problem={"code": "key_refused", "processor": "Stripe"})
    assert said(owner.tenant, Step.KEY) == (False, Evidence.KEY_REFUSED)
    change(account, paused_at=None, state=AccountState.RETIRED)
    assert said(owner.tenant, Step.KEY) == (False, Evidence.NO_KEY)


def test_a_key_that_could_not_be_checked_waits(owner: Owner) -> None:
    owner.sandbox.control("POST", "/faults", {"fault": "error", "status": 500, "count": None})
    save_first_key(owner.member, {"secret_key": owner.sandbox.secret_key})
    assert said(owner.tenant, Step.KEY) == (False, Evidence.KEY_WAITS)


@pytest.mark.django_db(transaction=True)
def test_the_webhook_needs_a_signed_delivery_of_this_account(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    assert said(shop.tenant, Step.WEBHOOK) == (False, Evidence.AWAITS_DELIVERY)
    at = now()
    retired = ProcessorAccount.objects.create(
        tenant=shop.tenant,
        payment_type_id=shop.account.payment_type_id,
        processor="stripe",
        state=AccountState.RETIRED,
        external_id="acct_former",
        last_event_at=at,
    )
    AccountHealth.objects.create(tenant=shop.tenant, account=retired, proved_at=at)
    change(shop.account, last_bad_signature_at=at, bad_signatures=3)
    assert said(shop.tenant, Step.WEBHOOK) == (False, Evidence.AWAITS_DELIVERY)
    health = AccountHealth.objects.create(tenant=shop.tenant, account=shop.account)
    assert said(shop.tenant, Step.WEBHOOK) == (False, Evidence.AWAITS_DELIVERY)
    rows = AccountHealth.objects.filter(tenant=shop.tenant, id=health.id)
    rows.update(proved_at=at)
    state = setup_of(shop.tenant).of(Step.WEBHOOK)
    assert (state.is_done, state.evidence["code"], state.at) == (True, Evidence.ROUND_TRIP, at)
    change(shop.account, last_event_at=at + timedelta(minutes=1))
    assert said(shop.tenant, Step.WEBHOOK) == (True, Evidence.SIGNED_DELIVERY)
    rows.update(down_since=at)
    assert said(shop.tenant, Step.WEBHOOK) == (False, Evidence.WEBHOOK_DOWN)


def test_without_a_secret_nothing_can_be_delivered(owner: Owner) -> None:
    saved = save_first_key(owner.member, {"secret_key": owner.sandbox.secret_key})
    change(saved.account, last_event_at=now())
    row = owner.fresh(saved.account)
    has_secret = bool(row.read_credentials().current.get("webhook_secret"))
    assert said(owner.tenant, Step.WEBHOOK)[0] == has_secret


@pytest.mark.django_db(transaction=True)
def test_from_a_paid_order_to_its_refund(shop: Shop) -> None:
    assert said(shop.tenant, Step.PAYMENT) == (False, Evidence.NO_PAYMENT)
    payment = shop.start()
    assert said(shop.tenant, Step.PAYMENT) == (False, Evidence.NO_PAYMENT)
    shop.pay(payment)
    paid = setup_of(shop.tenant).of(Step.PAYMENT)
    assert (paid.is_done, paid.evidence["order"], paid.evidence["table"]) == (True, "T1", "1")
    assert paid.at == shop.fresh(payment).settled_at
    assert said(shop.tenant, Step.WEBHOOK) == (True, Evidence.SIGNED_DELIVERY)
    assert said(shop.tenant, Step.REFUND) == (False, Evidence.NO_REFUND)
    known = read_setup(shop.tenant)
    assert shop.named(payment) in known.payment_page
    refund_test_payment(shop.restaurant.owner, payment.id, "Test payment")
    assert said(shop.tenant, Step.REFUND) == (True, Evidence.REFUNDED)
    refunds = Refund.objects.filter(tenant=shop.tenant)
    refunds.update(status=RefundStatus.PENDING)
    assert said(shop.tenant, Step.REFUND) == (False, Evidence.REFUND_UNDER_WAY)
    refunds.update(status=RefundStatus.FAILED)
    assert said(shop.tenant, Step.REFUND) == (False, Evidence.REFUND_FAILED)
    refunds.update(status=RefundStatus.SUCCEEDED)


@pytest.mark.django_db(transaction=True)
def test_a_payment_of_real_money_or_of_a_retired_account_is_no_test(shop: Shop) -> None:
    shop.pay(shop.start())
    payments = Payment.objects.filter(tenant=shop.tenant)
    payments.update(is_test=False)
    assert said(shop.tenant, Step.PAYMENT) == (False, Evidence.NO_PAYMENT)
    payments.update(is_test=True)
    change(shop.account, state=AccountState.RETIRED)
    assert said(shop.tenant, Step.PAYMENT) == (False, Evidence.NO_PAYMENT)


@pytest.mark.django_db(transaction=True)
def test_a_live_set_up_needs_its_own_delivery_and_no_test(shop: Shop) -> None:
    shop.pay(shop.start())
    change(shop.account, mode=Mode.LIVE, last_event_at=None, checked_at=now())
    setup = setup_of(shop.tenant)
    assert setup.is_live
    assert Step.PAYMENT not in [one.step for one in setup.steps]
    assert not setup.is_complete
    assert not takes_real_payments(shop.tenant.id)
    change(shop.account, last_event_at=now())
    assert setup_of(shop.tenant).is_complete
    assert takes_real_payments(shop.tenant.id)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "columns",
    [
        {"mode": Mode.TEST},
        {"mode": Mode.UNKNOWN},
        {"state": AccountState.RETIRED},
        {"state": AccountState.NEW},
        {"checked_at": None},
        {"paused_at": now()},
        {"last_event_at": None},
    ],
)
def test_the_set_up_is_over_only_when_a_live_one_works(
    webhookless_shop: Shop, columns: dict[str, object]
) -> None:
    shop = webhookless_shop
    change(shop.account, mode=Mode.LIVE, last_event_at=now(), checked_at=now())
    assert takes_real_payments(shop.tenant.id)
    change(shop.account, **columns)
    assert not takes_real_payments(shop.tenant.id)
    setup = setup_of(shop.tenant)
    assert not (setup.is_live and setup.is_complete)


@pytest.mark.django_db(transaction=True)
def test_the_facts_cost_a_fixed_number_of_queries(
    shop: Shop, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(3):
        payment = shop.start(guest_token=f"guest-{number}")
        shop.pay(payment)
        refund_test_payment(shop.restaurant.owner, payment.id, "Test payment")
    # Locations, tables, dishes, types, account, health, payment, its references, refunds.
    with django_assert_num_queries(9):
        known = read_setup(shop.tenant)
    with django_assert_num_queries(0):
        assert judge(known, now()).of(Step.REFUND).is_done
    with django_assert_num_queries(1):
        takes_real_payments(shop.tenant.id)
