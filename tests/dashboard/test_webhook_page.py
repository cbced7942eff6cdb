"""The page of a webhook: made, proved and shown, with the Stripe sandbox."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from duitpos.dashboard.texts.webhook import FOUND, MADE, PATHS, STATES, WORDS, Compared, compared
from duitpos.dashboard.views.webhook import ACTIONS
from duitpos.domain.processor_accounts.health import ensure_health
from duitpos.domain.processor_accounts.webhooks.judge import WebhookFinding, WebhookState
from duitpos.kit.clock import now
from duitpos.models import AccountHealth, Payment, PaymentType
from duitpos.ui.when import exactly
from tests.dashboard.client import Dashboard
from tests.support.shop import Shop


def test_every_code_has_its_text() -> None:
    assert set(FOUND) == set(WebhookFinding)
    assert set(STATES) == set(WORDS) == set(WebhookState)
    assert set(MADE) == set(ACTIONS)


def test_the_owner_makes_it_in_one_click_and_sees_the_proof(busy_dashboard: Dashboard, shop: Shop) -> None:
    where = (shop.account.payment_type_id, shop.account.id)
    assert busy_dashboard.post("webhook_action", *where, "repair").status_code == 302
    shop.sandbox.idle()
    page = busy_dashboard.page("webhook", *where)
    assert "The webhook works: signed deliveries arrive." in page
    assert "Last test event came back" in page
    assert shop.webhook_url in page
    assert "whsec_" not in page


def test_an_unknown_action_is_not_found(busy_dashboard: Dashboard, shop: Shop) -> None:
    where = (shop.account.payment_type_id, shop.account.id)
    assert busy_dashboard.post("webhook_action", *where, "nonsense").status_code == 404


@pytest.mark.parametrize(
    "theirs, ours, cut",
    [
        (
            "https://old.example/kopi/webhooks/stripe/",
            "https://new.example/kopi/webhooks/stripe/",
            Compared("https://", "old", "new", ".example/kopi/webhooks/stripe/"),
        ),
        ("http://a.example/x/", "https://a.example/x/", Compared("http", "", "s", "://a.example/x/")),
        ("https://a.example/x", "https://a.example/x/", Compared("https://a.example/x", "", "/", "")),
        (
            "https://a.example/kopi/kopi/",
            "https://a.example/kopi/",
            Compared("https://a.example/kopi/", "kopi/", "", ""),
        ),
        ("", "https://a.example/", Compared("", "", "https://a.example/", "")),
    ],
)
def test_the_part_in_which_two_addresses_differ_is_marked(theirs: str, ours: str, cut: Compared) -> None:
    assert compared(theirs, ours) == cut
    assert cut.same + cut.theirs + cut.end == theirs
    assert cut.same + cut.ours + cut.end == ours


def test_a_former_address_is_shown_beside_the_right_one(busy_dashboard: Dashboard, shop: Shop) -> None:
    where = (shop.account.payment_type_id, shop.account.id)
    busy_dashboard.post("webhook_action", *where, "repair")
    health = AccountHealth.objects.get(tenant=shop.tenant)
    health.endpoints = [
        {**one, "url": one["url"].replace("kopi", "mamak")} for one in health.endpoints if one["is_ours"]
    ]
    health.save()
    page = busy_dashboard.page("webhook", *where)
    assert "<del>mamak</del>" in page
    assert "<ins>kopi</ins>" in page


def test_payments_are_counted_by_what_found_them(busy_dashboard: Dashboard, shop: Shop) -> None:
    where = (shop.account.payment_type_id, shop.account.id)
    assert "No payment in the last 24 hours." in busy_dashboard.page("webhook", *where)
    shop.pay(shop.start())
    assert "The webhook was first every time." in busy_dashboard.page("webhook", *where)
    Payment.objects.filter(tenant=shop.tenant).update(settled_via="sweep")
    page = busy_dashboard.page("webhook", *where)
    assert "1 of 1 came another way: each is safe, only later." in page
    assert str(PATHS["sweep"]) in page
    Payment.objects.filter(tenant=shop.tenant).update(settled_at=now() - timedelta(hours=25))
    assert "No payment in the last 24 hours." in busy_dashboard.page("webhook", *where)


def test_the_list_of_payment_types_says_how_the_webhook_is(busy_dashboard: Dashboard, shop: Shop) -> None:
    shop.pay(shop.start())
    assert "Webhook: works" in busy_dashboard.page("payment_types")
    ensure_health(shop.account)
    AccountHealth.objects.filter(tenant=shop.tenant).update(missed_at=now() + timedelta(minutes=1))
    assert "Webhook: down" in busy_dashboard.page("payment_types")


def test_the_types_page_says_how_its_webhook_is_and_since_when(busy_dashboard: Dashboard, shop: Shop) -> None:
    where = shop.account.payment_type_id
    shop.pay(shop.start())
    assert "Webhook: works" in busy_dashboard.page("payment_type", where)
    ensure_health(shop.account)
    missed_at = now() + timedelta(minutes=1)
    AccountHealth.objects.filter(tenant=shop.tenant).update(missed_at=missed_at, down_since=missed_at)
    since = exactly(missed_at, shop.restaurant.location.time_zone, shop.restaurant.location.locale)
    for page in (busy_dashboard.page("payment_type", where), busy_dashboard.page("payment_types")):
        assert f"Webhook: down since {since}" in page
    assert f"Down since {since}" in busy_dashboard.page("webhook", where, shop.account.id)


def test_the_pages_cost_a_fixed_number_of_queries(busy_dashboard: Dashboard, shop: Shop) -> None:
    kind, account = shop.account.payment_type_id, shop.account.id
    busy_dashboard.post("webhook_action", kind, account, "repair")
    shop.sandbox.idle()
    pages: list[tuple[str, tuple[object, ...]]] = [
        ("webhook", (kind, account)),
        ("payment_types", ()),
        ("payment_type", (kind,)),
    ]

    def counts() -> list[int]:
        found = []
        for name, where in pages:
            busy_dashboard.page(name, *where)  # type: ignore[arg-type]
            with CaptureQueriesContext(connection) as seen:
                busy_dashboard.page(name, *where)  # type: ignore[arg-type]
            found.append(len(seen.captured_queries))
        return found

    few = counts()
    for number in range(3):
        shop.pay(shop.start(guest_token=f"guest-{number}"))
    health = AccountHealth.objects.get(tenant=shop.tenant)
    one = health.endpoints[0]
    health.endpoints = [{**one, "id": f"we_{number}", "url": f"{one['url']}{number}"} for number in range(9)]
    health.undelivered, health.undelivered_since = 5, now()
    health.save()
    for number in range(3):
        other = PaymentType(tenant=shop.tenant, code=f"T{number}", name=f"Type {number}", kind="cash")
        other.save()
    assert counts() == few
    # Session, user, membership; types with accounts, the webhook's health, the badge, the locations, the rail, and what
    # decides which types guests see at each location.
    assert few == [12, 15, 19]
