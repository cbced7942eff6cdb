"""One payment's own page: its timeline with the processor's ids, also without an order."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from duitpos.domain.checkout.handle_return import handle_return
from duitpos.domain.payments.refunds.refund import refund_payment
from duitpos.kit.clock import now
from duitpos.kit.ids import uuid7
from duitpos.models import Alert, Order, Payment, WebhookEvent
from tests.dashboard.client import Dashboard
from tests.money_path.test_m16_m20_twice import unknown_paid_session
from tests.support.shop import Shop


def in_order(page: str, *words: str) -> None:
    """These words are on the page, each after the one before."""
    at = page.index('<ol class="timeline')
    for word in words:
        assert word in page, word
        at = page.index(word, at) + 1


def test_the_timeline_tells_everything_from_the_scan_to_the_refund(
    busy_dashboard: Dashboard, shop: Shop
) -> None:
    payment = shop.start(scanned_at=now() - timedelta(minutes=3))
    shop.sandbox.pay(payment.reference, card="4000000000009995")
    shop.pay(payment)
    order = shop.fresh(payment).order
    handle_return(shop.tenant, order.token)
    refund = refund_payment(shop.restaurant.owner, payment.id, "cold soup")
    shop.sandbox.idle()
    words = (
        "The phone loaded the menu",
        "Priced at RM\u202f25.00",
        "Sent to Stripe",
        "Card declined: There is not enough money on the card.",
        "Paid RM\u202f25.00",
        "Sent to the kitchen",
        "numbered",
        "Guest came back from the payment page: it was paid already",
        "Refund of RM\u202f25.00 asked for: cold soup",
        "Refund sent to the guest",
    )
    for page in (busy_dashboard.page("payment", payment.id), busy_dashboard.page("order", order.id)):
        in_order(page, *words)
        event = WebhookEvent.objects.filter(tenant=shop.tenant, outcome="settled").get()
        dashboard = f"{shop.sandbox.url}/dashboard"
        for address in (
            f"{dashboard}/payments/{shop.named(payment)}",
            f"{dashboard}/events/{event.dedupe_key}",
            f"{dashboard}/search?q={refund.reference}",
            f"{dashboard}/search?q={payment.reference}",
        ):
            assert f'href="{address}"' in page, address


def test_times_are_exact_and_local(busy_dashboard: Dashboard, shop: Shop) -> None:
    payment = shop.start()
    at = "2026-11-20T04:05:06+00:00"
    Payment.objects.filter(tenant=shop.tenant).update(created_at=at)
    Order.objects.filter(tenant=shop.tenant).update(created_at=at)
    page = busy_dashboard.page("payment", payment.id)
    assert ">20 Nov 2026<" in page
    assert "12:05:06" in page


def test_an_attempt_that_never_became_an_order_has_its_page(busy_dashboard: Dashboard, shop: Shop) -> None:
    payment = shop.start()
    shop.sandbox.pay(payment.reference, card="4000000000009995")
    shop.sandbox.control("POST", f"/sessions/{payment.reference}/expire")
    shop.sandbox.idle()
    page = busy_dashboard.page("payment", payment.id)
    assert "This attempt never became an order in the kitchen." in page
    in_order(page, "Sent to Stripe", "Card declined", "Payment ended unpaid")


@pytest.mark.django_db(transaction=True)
def test_money_without_an_order_has_its_page_and_is_found_by_any_id(
    busy_dashboard: Dashboard, shop: Shop
) -> None:
    stray = unknown_paid_session(shop)
    page = busy_dashboard.page("payment", stray.id)
    assert "No order is known for this money." in page
    assert busy_dashboard.url("alerts") in page
    for text in (stray.reference, str(stray.id), shop.named(stray), "25.00"):
        found = busy_dashboard.page("orders", query=f"?q={text}")
        assert busy_dashboard.url("payment", stray.id) in found, text
    assert "Payments without an order" not in busy_dashboard.page("orders", query="?q=nothing-fits")


def test_live_ids_link_to_the_live_dashboard(busy_dashboard: Dashboard, shop: Shop) -> None:
    payment = shop.start()
    shop.pay(payment)
    intent = shop.named(payment)
    shop.account.__class__.objects.filter(tenant=shop.tenant).update(api_base="")
    assert f'"https://dashboard.stripe.com/test/payments/{intent}"' in busy_dashboard.page(
        "payment", payment.id
    )
    Payment.objects.filter(tenant=shop.tenant).update(is_test=False)
    page = busy_dashboard.page("payment", payment.id)
    assert f'"https://dashboard.stripe.com/payments/{intent}"' in page
    assert f'"https://dashboard.stripe.com/search?query={payment.reference}"' in page


def test_the_page_costs_a_fixed_number_of_queries(busy_dashboard: Dashboard, shop: Shop) -> None:
    payment = shop.start()
    shop.pay(payment)
    busy_dashboard.page("payment", payment.id)
    with CaptureQueriesContext(connection) as seen:
        busy_dashboard.page("payment", payment.id)
    # Session, user, membership; eight for the payment and its timeline; the badges.
    assert len(seen.captured_queries) == 13, [query["sql"][:90] for query in seen.captured_queries]


def test_an_unknown_payment_is_not_found(busy_dashboard: Dashboard) -> None:
    assert busy_dashboard.get("payment", uuid7()).status_code == 404
    assert not Alert.objects.filter(tenant=busy_dashboard.tenant).exists()
