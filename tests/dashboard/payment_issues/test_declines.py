"""Declined cards: in plain words, with what to tell the guest, and whether it was paid after all."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from duitpos.dashboard.texts.declines import DECLINES, REFUSED, decline_text
from duitpos.models import Order, PaymentDecline
from stripe_sandbox.objects.cards import CARDS
from tests.dashboard.client import Dashboard
from tests.support.live_shop import Clock
from tests.support.restaurant import a_location
from tests.support.shop import Shop

NO_MONEY, LOST, STOLEN, WRONG_CVC = (
    "4000000000009995",
    "4000000000009987",
    "4000000000009979",
    "4000000000000127",
)


def test_nothing_was_declined(dashboard: Dashboard) -> None:
    assert "No card was declined" in dashboard.page("declines")


def test_when_where_how_much_why_and_what_to_say(busy_dashboard: Dashboard, shop: Shop) -> None:
    payment = shop.start()
    shop.pay(payment, card=WRONG_CVC)
    shop.pay(payment, card=NO_MONEY)
    page = busy_dashboard.page("declines")
    for text in (
        "1 order with a declined card.",
        "Table 1",
        "RM\u202f25.00",
        "just now",
        "Visa ··9995",
        "2 tries",
        "Not paid yet",
        "There is not enough money on the card.",
        "Say it quietly: the bank did not approve the amount. Another card works.",
    ):
        assert text in page, text
    assert payment.order_id is not None
    assert busy_dashboard.url("order", payment.order_id) in page
    shop.pay(payment)
    page = busy_dashboard.page("declines")
    assert "Paid after all: 1." in page
    assert "Tell the guest" not in page


def test_paid_by_a_newer_cart_is_paid_after_all(busy_dashboard: Dashboard, shop: Shop) -> None:
    first = shop.start()
    shop.pay(first, card=NO_MONEY)
    shop.sandbox.control("POST", f"/sessions/{first.reference}/expire")
    shop.sandbox.idle()
    second = shop.start(cart=shop.cart(quantity=1))
    assert second.order_id is not None
    Order.objects.filter(tenant=shop.tenant, id=second.order_id).update(replaces_id=first.order_id)
    assert "Paid after all: 0." in busy_dashboard.page("declines")
    shop.pay(second)
    assert "Paid after all: 1." in busy_dashboard.page("declines")


@pytest.mark.parametrize("card", [LOST, STOLEN, "4100000000000019"])
def test_a_banks_suspicion_is_never_said(busy_dashboard: Dashboard, shop: Shop, card: str) -> None:
    payment = shop.start()
    shop.pay(payment, card=card)
    assert payment.order_id is not None
    for page in (busy_dashboard.page("declines"), busy_dashboard.page("order", payment.order_id)):
        assert "The bank refused the card and gave no reason." in page
        assert "Ask for another card, or take cash at the counter." in page
        main = page.partition("<main")[2].lower()
        assert not [word for word in ("lost", "stolen", "fraud") if word in main]


def test_the_order_shows_each_try(busy_dashboard: Dashboard, shop: Shop) -> None:
    payment = shop.start()
    shop.pay(payment, card=WRONG_CVC)
    shop.pay(payment, card=NO_MONEY)
    assert payment.order_id is not None
    page = busy_dashboard.page("order", payment.order_id)
    for text in (
        "Card declined (··0127)",
        "security code are wrong",
        "Card declined (··9995)",
        "Tell the guest:",
    ):
        assert text in page, text
    assert "Card declined: There is not enough money on the card." in page, "its history says the same"
    shop.pay(payment)
    assert "Tell the guest:" not in busy_dashboard.page("order", payment.order_id)


def test_by_day_and_location(busy_dashboard: Dashboard, shop: Shop, clock: Clock) -> None:
    a_location(shop.tenant, "penang")
    shop.pay(shop.start(), card=NO_MONEY)
    day = PaymentDecline.objects.get(tenant=shop.tenant).at + timedelta(hours=4)
    assert "··9995" in busy_dashboard.page("declines")
    assert "··9995" in busy_dashboard.page("declines", query="?location=bangsar")
    assert "··9995" not in busy_dashboard.page("declines", query="?location=penang")
    clock.advance(days=1)
    assert "··9995" not in busy_dashboard.page("declines")
    page = busy_dashboard.page("declines", query=f"?day={day:%Y-%m-%d}")
    assert "··9995" in page
    assert 'hx-trigger="every 10s"' not in page, "a day that is over does not change"
    for query in ("?day=yesterday", "?day=0001-01-01", "?day=2026-02-31", "?location=moon", "?day=%00"):
        assert 'hx-trigger="every 10s"' in busy_dashboard.page("declines", query=query)


def test_the_page_costs_a_fixed_number_of_queries(busy_dashboard: Dashboard, shop: Shop) -> None:
    shop.pay(shop.start(), card=NO_MONEY)
    with CaptureQueriesContext(connection) as few:
        busy_dashboard.page("declines")
    for phone in ("guest-2", "guest-3"):
        shop.pay(shop.start(guest_token=phone), card=NO_MONEY)
    with CaptureQueriesContext(connection) as many:
        busy_dashboard.page("declines")
    assert len(few) == len(many)


@pytest.mark.pure
def test_every_card_of_the_sandbox_has_a_text_of_its_codes() -> None:
    codes = {card.decline_code for card in CARDS.values() if card.decline_code}
    assert codes - set(DECLINES) == set()


@pytest.mark.pure
@pytest.mark.parametrize(
    "code", ["lost_card", "stolen_card", "pickup_card", "fraudulent", "a_code_of_next_year", ""]
)
def test_what_must_not_be_said_is_said_like_what_is_unknown(code: str) -> None:
    assert decline_text("card_declined", code) == REFUSED


@pytest.mark.pure
def test_no_text_says_what_a_bank_suspects() -> None:
    for text in DECLINES.values():
        said = f"{text.reason} {text.tell}".lower()
        assert not [word for word in ("lost", "stolen", "fraud", "suspic", "risk") if word in said], said


@pytest.mark.pure
def test_the_banks_code_counts_before_the_processors() -> None:
    assert decline_text("card_declined", "insufficient_funds") == DECLINES["insufficient_funds"]
    assert decline_text("expired_card", "") == DECLINES["expired_card"]
