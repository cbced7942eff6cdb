"""Every check of the payment issues: green with what it saw, red with its cause, by what really triggers it."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest
import stripe
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from duitpos.dashboard.texts.payment_issues import Mend, ShownCheck, shown_checks
from duitpos.domain.errors import DomainError
from duitpos.domain.payment_issues.checks import run_checks
from duitpos.domain.payment_issues.findings import CauseCode, Symptom
from duitpos.domain.payments.refunds.refund import refund_payment
from duitpos.domain.staff_actions.cancel_order import cancel_order
from duitpos.kit.clock import now
from duitpos.models import AccountHealth, Location, PaymentType, ProcessorAccount, Refund
from tests.dashboard.client import Dashboard
from tests.support.live_shop import Clock
from tests.support.scenarios import SESSION, SESSIONS, end_wrongly, start_again, tell
from tests.support.shop import Shop

DECLINED = "4000000000009995"
REFUND_FAILS, REFUND_WAITS = "4000000000005126", "4000000000007726"


def red(shop: Shop) -> dict[Symptom, list[CauseCode]]:
    """The causes of each red check."""
    checks = run_checks(shop.tenant).checks
    return {check.symptom: [cause.code for cause in check.causes] for check in checks if check.is_red}


def shown(shop: Shop, title: str) -> ShownCheck:
    """A check in words, by its title."""
    return next(check for check in shown_checks(run_checks(shop.tenant)) if check.title == title)


def said(shop: Shop, title: str) -> str:
    """All that a check says."""
    check = shown(shop, title)
    return " ".join([*(row.text for row in check.causes), *check.evidence])


def test_all_is_green_with_what_was_seen(busy_dashboard: Dashboard, shop: Shop) -> None:
    shop.pay(shop.start())
    assert red(shop) == {}
    page = busy_dashboard.page("payment_issues")
    assert "Nothing is wrong." in page
    assert page.count("Fine") == len(Symptom)
    for text in (
        "1 payment in the last day, and it has its order or its refund.",
        "1 paid order in the last day, paid once.",
        "Guests at Bangsar see: Online Payment.",
        "1 payment page opened in the last hour",
        "No card was declined today.",
        "The last signed delivery for Online Payment came just now.",
        "found by webhook: 1; by the guest's return or the check: 0.",
        "No refund was made in 60 days.",
    ):
        assert text in page, text


def test_a_new_restaurant_is_told_that_guests_cannot_pay(dashboard: Dashboard) -> None:
    page = dashboard.page("payment_issues")
    assert "1 thing is wrong." in page
    assert "Guests at Bangsar cannot pay on their phones" in page
    assert dashboard.url("payment_types") in page


# -- paid, but no order ------------------------------------------------------------------------------------------


def test_money_whose_order_is_not_in_the_kitchen(shop: Shop) -> None:
    payment = shop.start()
    paid = {"status": "complete", "payment_status": "paid", "amount_total": 999}
    tell(shop, "checkout.session.completed", payment, overrides=paid)
    assert red(shop) == {Symptom.PAID_NO_ORDER: [CauseCode.MONEY_NOT_PLACED]}
    (cause,) = shown(shop, "Paid, but no order").causes
    assert "The money that arrived is not what was asked for" in cause.text
    assert (cause.mend, cause.cause.order_id) == (Mend.ALERT, payment.order_id)


def test_money_that_nobody_was_told_of(shop: Shop) -> None:
    """No path leads here; the check would show it all the same."""
    payment = shop.start()
    shop.pay(payment)
    orders = type(shop.orders()[0]).objects.filter(tenant=shop.tenant)
    orders.update(status="held")
    assert red(shop) == {Symptom.PAID_NO_ORDER: [CauseCode.MONEY_NOT_PLACED]}
    (cause,) = shown(shop, "Paid, but no order").causes
    assert "Nobody was told yet." in cause.text
    assert cause.mend == Mend.ORDER
    orders.update(status="placed")


def test_a_guest_who_came_back_and_no_answer_since(
    webhookless_shop: Shop, client: Client, busy_client: Dashboard
) -> None:
    shop = webhookless_shop
    payment = shop.start()
    assert payment.order is not None
    assert payment.order_id is not None
    shop.sandbox.fault("error", status=500, method="GET", path=SESSION, count=None)
    client.get(reverse("guest:pay_return", args=[shop.tenant.slug, payment.order.token]))
    found = red(shop)
    assert found[Symptom.PAID_NO_ORDER] == [CauseCode.NO_ANSWER]
    assert "Check payment now" in busy_client.page("payment_issues")
    shop.sandbox.control("DELETE", "/faults")
    response = busy_client.post("check_payment", payment.order_id, payment.id, back="issues")
    assert response["Location"] == busy_client.url("payment_issues")
    assert Symptom.PAID_NO_ORDER not in red(shop)


@pytest.fixture
def busy_client(webhookless_shop: Shop) -> Dashboard:
    from tests.dashboard.client import sign_in

    owner = Client()
    sign_in(owner, webhookless_shop.restaurant.owner)
    return Dashboard(webhookless_shop.restaurant, owner)


# -- duplicates --------------------------------------------------------------------------------------------------


def test_two_payments_of_one_order(shop: Shop) -> None:
    first = shop.start()
    assert first.order is not None
    end_wrongly(shop, first)
    shop.pay(start_again(shop, first.order))
    shop.pay(first)
    assert red(shop) == {Symptom.DUPLICATE: [CauseCode.PAID_TWICE]}
    assert "Order T1 was paid twice" in said(shop, "Duplicate orders or payments")


def test_two_equal_orders_of_one_table_until_both_are_served(shop: Shop) -> None:
    for phone in ("guest-1", "guest-2"):
        shop.pay(shop.start(guest_token=phone))
    assert red(shop) == {Symptom.DUPLICATE: [CauseCode.ORDERED_TWICE]}
    assert "Orders T1 and T2 of table 1 are equal" in said(shop, "Duplicate orders or payments")
    type(shop.orders()[0]).objects.filter(tenant=shop.tenant).update(status="served")
    assert red(shop) == {}


@pytest.mark.parametrize("change", ["quantity", "time", "canceled"])
def test_orders_that_differ_or_are_far_apart_are_no_duplicates(shop: Shop, clock: Clock, change: str) -> None:
    first = shop.start()
    shop.pay(first)
    if change == "time":
        clock.advance(minutes=16)
    if change == "canceled":
        assert first.order_id is not None
        cancel_order(shop.restaurant.owner, first.order_id, "twice", refund=True)
        shop.sandbox.idle()
    cart = shop.cart(quantity=3 if change == "quantity" else 2)
    shop.pay(shop.start(cart=cart, guest_token="guest-2"))
    assert Symptom.DUPLICATE not in red(shop)


# -- a payment type that guests do not see: test_offers.py has every reason ---------------------------------------


def test_a_type_whose_location_has_another_currency(shop: Shop) -> None:
    Location.objects.filter(tenant=shop.tenant).update(currency="KWD")
    assert red(shop)[Symptom.NOT_OFFERED] == [CauseCode.CURRENCY]
    assert "cannot charge KWD exactly" in said(shop, "Payment type not shown to guests")


# -- keys and payment pages --------------------------------------------------------------------------------------


def test_a_key_that_is_refused(shop: Shop) -> None:
    shop.sandbox.fault("error", status=401, count=None)
    with pytest.raises(DomainError):
        shop.checkout()
    found = red(shop)
    assert found[Symptom.KEY_REFUSED] == [CauseCode.PAUSED]
    assert found[Symptom.NOT_OFFERED] == [CauseCode.OFFER_KEY_REFUSED]
    assert "The key of Online Payment does not work. Stripe refuses the key." in said(shop, "Invalid API Key")
    assert shop.sandbox.secret_key not in said(shop, "Invalid API Key")


def test_an_active_type_whose_processor_has_no_key(shop: Shop) -> None:
    ProcessorAccount.objects.filter(tenant=shop.tenant).update(state="new")
    assert red(shop)[Symptom.KEY_REFUSED] == [CauseCode.NO_KEY]
    PaymentType.objects.filter(tenant=shop.tenant).update(is_active=False)
    assert Symptom.KEY_REFUSED not in red(shop)


@pytest.mark.parametrize("status, code", [(400, CauseCode.START_REFUSED), (500, CauseCode.START_UNANSWERED)])
def test_payment_pages_that_are_not_made(shop: Shop, clock: Clock, status: int, code: CauseCode) -> None:
    shop.sandbox.fault("error", status=status, method="POST", path=SESSIONS, count=None)
    with pytest.raises(DomainError):
        shop.checkout()
    clock.advance(minutes=1)
    assert red(shop)[Symptom.PAGE_NOT_LOADING] == [code]
    assert "1 time in the last hour" in said(shop, "Checkout page not loading")
    clock.advance(minutes=61)
    assert Symptom.PAGE_NOT_LOADING not in red(shop)


# -- declines ----------------------------------------------------------------------------------------------------


def test_a_guest_whose_card_was_declined_until_it_is_paid(shop: Shop) -> None:
    payment = shop.start()
    shop.pay(payment, card=DECLINED)
    assert red(shop) == {Symptom.CARD_DECLINED: [CauseCode.DECLINED_NOW]}
    assert "Table 1: RM\u202f25.00 is not paid" in said(shop, "Card declined")
    shop.pay(payment)
    assert red(shop) == {}
    assert "1 order with a declined card today; paid after all: 1." in said(shop, "Card declined")


def test_a_guest_who_left_is_no_longer_waited_for(shop: Shop, clock: Clock) -> None:
    shop.pay(shop.start(), card=DECLINED)
    clock.advance(minutes=31, theirs=False)
    assert red(shop) == {}


# -- webhooks ----------------------------------------------------------------------------------------------------


def test_a_delivery_that_is_not_believed(shop: Shop, client: Client) -> None:
    signature = stripe.WebhookSignature.generate_signature_header("{}", "whsec_of_another_endpoint")
    client.post(
        f"/{shop.tenant.slug}/webhooks/stripe/",
        "{}",
        "application/json",
        headers={"stripe-signature": signature},
    )
    assert red(shop) == {Symptom.WEBHOOK_FAILING: [CauseCode.WEBHOOK_BAD_SIGNATURE]}
    assert "was not believed" in said(shop, "Webhook deliveries failing")
    shop.pay(shop.start())
    assert red(shop) == {}


def test_a_webhook_that_was_judged_dead(shop: Shop) -> None:
    AccountHealth.objects.create(
        tenant=shop.tenant, account=shop.account, down_since=now(), undelivered=2, undelivered_since=now()
    )
    codes = [CauseCode.WEBHOOK_DOWN, CauseCode.WEBHOOK_UNDELIVERED]
    assert red(shop) == {Symptom.WEBHOOK_FAILING: codes}
    assert "could not deliver 2 events of Online Payment" in said(shop, "Webhook deliveries failing")
    AccountHealth.objects.filter(tenant=shop.tenant).update(down_since=None, undelivered=0)
    assert red(shop) == {}


def test_no_secret_to_verify_with(shop: Shop) -> None:
    from tests.support.credentials import keep

    keep(shop.account, secret_key=shop.sandbox.secret_key, webhook_secret="")
    shop.account.save()
    assert red(shop) == {Symptom.WEBHOOK_FAILING: [CauseCode.WEBHOOK_NO_SECRET]}


def test_a_strangers_delivery_without_a_signature_turns_nothing_red(shop: Shop) -> None:
    answer = httpx.post(shop.webhook_url, content=b"{}", headers={"content-type": "application/json"})
    assert answer.status_code == 400
    shop.account.refresh_from_db()
    assert shop.account.last_bad_signature == "missing"
    assert red(shop) == {}


def test_payments_that_another_way_found_and_no_delivery(webhookless_shop: Shop, clock: Clock) -> None:
    shop = webhookless_shop
    payment = shop.start()
    shop.pay(payment)
    shop.sweep(after=timedelta(minutes=5))
    assert shop.fresh(payment).settled_via == "sweep"
    assert red(shop) == {}, "the delivery may still come"
    clock.advance(minutes=6)
    assert red(shop) == {Symptom.WEBHOOK_FAILING: [CauseCode.WEBHOOK_SILENT]}
    assert "1 payment of the last day" in said(shop, "Webhook deliveries failing")


# -- refunds -----------------------------------------------------------------------------------------------------


def test_a_canceled_order_whose_money_is_still_here(shop: Shop) -> None:
    payment = shop.start()
    shop.pay(payment)
    assert payment.order_id is not None
    cancel_order(shop.restaurant.owner, payment.order_id, "no rice", refund=False)
    assert red(shop) == {Symptom.REFUND_MISSING: [CauseCode.REFUND_DUE]}
    refund_payment(shop.restaurant.owner, payment.id, "no rice")
    shop.sandbox.idle()
    assert red(shop) == {}
    assert "1 refund sent in 60 days" in said(shop, "Refund not there")


def test_a_refund_that_the_bank_sent_back(shop: Shop, clock: Clock) -> None:
    payment = shop.start()
    shop.pay(payment, card=REFUND_FAILS)
    refund_payment(shop.restaurant.owner, payment.id, "no rice")
    clock.advance(minutes=10)
    shop.sandbox.idle()
    assert Refund.objects.get(tenant=shop.tenant).status == "failed"
    assert red(shop) == {Symptom.REFUND_MISSING: [CauseCode.REFUND_NOT_MADE]}


def test_refunds_that_take_longer_than_usual(shop: Shop) -> None:
    payment = shop.start()
    shop.pay(payment, card=REFUND_WAITS)
    refund_payment(shop.restaurant.owner, payment.id, "no rice")
    shop.sandbox.idle()
    rows = Refund.objects.filter(tenant=shop.tenant)
    rows.update(status="pending", ended_at=None)
    assert red(shop) == {}
    rows.update(created_at=now() - timedelta(days=8))
    assert red(shop) == {Symptom.REFUND_MISSING: [CauseCode.REFUND_SLOW]}
    rows.update(status="created")
    assert red(shop) == {Symptom.REFUND_MISSING: [CauseCode.REFUND_NOT_SENT]}


# -- the page ----------------------------------------------------------------------------------------------------


def test_a_manager_and_a_cashier_are_sent_to_the_owner_for_keys(
    busy_dashboard: Dashboard, shop: Shop
) -> None:
    ProcessorAccount.objects.filter(tenant=shop.tenant).update(paused_at=now())
    assert "Open the payment type" in busy_dashboard.page("payment_issues")
    for role in ("manager", "cashier"):
        busy_dashboard.be(role)
        page = busy_dashboard.page("payment_issues")
        assert "The owner can put this right" in page
        assert "Open the payment type" not in page


def test_the_badge_counts_red_checks_and_is_loaded_after_the_page(
    busy_dashboard: Dashboard, shop: Shop
) -> None:
    page = busy_dashboard.page("orders")
    assert f'hx-get="{busy_dashboard.url("payment_issues_count")}" hx-trigger="load, every 60s"' in page
    assert "hidden>0" in busy_dashboard.page("payment_issues_count")
    ProcessorAccount.objects.filter(tenant=shop.tenant).update(paused_at=now())
    busy_dashboard.page("payment_issues")
    badge = busy_dashboard.page("payment_issues_count")
    assert ">2<" in badge
    assert "load, " not in badge, "it would load itself for ever"
    assert ">2<" in busy_dashboard.page("orders")


def test_the_checks_cost_a_fixed_number_of_queries(shop: Shop) -> None:
    payment = shop.start()
    shop.pay(payment, card=DECLINED)
    with CaptureQueriesContext(connection) as few:
        run_checks(shop.tenant)
    for phone in ("guest-2", "guest-3"):
        payment = shop.start(guest_token=phone)
        shop.pay(payment, card=DECLINED)
        shop.pay(payment)
    refund_payment(shop.restaurant.owner, payment.id, "cold")
    shop.sandbox.idle()
    with CaptureQueriesContext(connection) as many:
        run_checks(shop.tenant)
    assert len(few) == len(many) == 15
