"""The page about a processor account."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from duitpos.kit.clock import now
from duitpos.models import AccountHealth, ProcessorAccount
from tests.dashboard.client import Dashboard
from tests.support.acme import GOOD
from tests.support.restaurant import online_type
from tests.support.shop import WEBHOOK_SECRET, Shop


def of(shop: Shop) -> tuple[Any, Any]:
    return shop.account.payment_type_id, shop.account.id


def change(shop: Shop, **facts: Any) -> None:
    shop.sandbox.control("POST", f"/accounts/{shop.account.external_id}", facts)


def headings(page: str) -> list[str]:
    return re.findall(r"<h2[^>]*>(?:<svg.*?</svg>)?([^<]+)</h2>", page)


def test_before_the_first_review_it_says_so(busy_dashboard: Dashboard, shop: Shop) -> None:
    page = busy_dashboard.page("account", *of(shop))
    assert "Stripe has not answered yet." in page
    assert "Stripe has not been asked about this account yet." in page


def test_check_now_asks_and_shows_whose_it_is_and_what_should_be_mended(
    busy_dashboard: Dashboard, shop: Shop
) -> None:
    assert busy_dashboard.sent("account", *of(shop)) == ["Asked just now."]
    page = busy_dashboard.page("account", *of(shop))
    assert headings(page) == ["Should be mended", "Good to know", "Fine", "Whose it is"]
    assert "Sandbox Café (MY), test mode: no real money" in page
    assert shop.account.external_id in page
    assert "https://dashboard.stripe.com/test/apikeys/create?name=DuitPOS&permissions[]=rak_" in page
    for words in ("Checkout Sessions: Write", "rak_webhook_write", "FPX: active", "Seen"):
        assert words in page, words


def test_what_stops_payments_comes_first_and_is_on_the_list_and_the_type(
    busy_dashboard: Dashboard, shop: Shop
) -> None:
    assert "Payments stopped" not in busy_dashboard.page("payment_types")
    change(
        shop,
        charges_enabled=False,
        requirements={"past_due": ["external_account"], "disabled_reason": "requirements.past_due"},
    )
    busy_dashboard.sent("account", *of(shop))
    page = busy_dashboard.page("account", *of(shop))
    assert headings(page)[:2] == ["Stops payments", "Should be mended"]
    assert "something that it asked for is missing" in page
    assert '<code class="muted">external_account</code>' in page
    assert "https://dashboard.stripe.com/account/status" in page
    assert "Payments stopped" in busy_dashboard.page("payment_types")
    assert "1 thing stops payments" in busy_dashboard.page("payment_type", shop.account.payment_type_id)
    alerts = busy_dashboard.page("alerts")
    assert "The processor has restricted your account" in alerts
    assert "It asks for: external_account." in alerts
    assert busy_dashboard.url("account", *of(shop)) in alerts


def test_when_there_is_no_answer_the_last_one_stays_with_its_time(
    busy_dashboard: Dashboard, shop: Shop
) -> None:
    busy_dashboard.sent("account", *of(shop))
    AccountHealth.objects.filter(tenant=shop.tenant).update(reviewed_at=now() - timedelta(hours=3))
    shop.sandbox.fault("error", status=503, path="/v1/account$", count=2)
    (said,) = busy_dashboard.sent("account", *of(shop))
    assert said.startswith("Stripe does not answer.")
    page = busy_dashboard.page("account", *of(shop))
    assert ">3 h ago<" in page
    assert "The last question was not answered." in page
    assert "FPX: active" in page


def test_no_secret_is_on_the_page(busy_dashboard: Dashboard, shop: Shop) -> None:
    busy_dashboard.sent("account", *of(shop))
    page = busy_dashboard.page("account", *of(shop))
    for secret in (shop.sandbox.secret_key, WEBHOOK_SECRET, *GOOD.values()):
        assert secret not in page


def test_the_page_costs_the_same_however_many_accounts_there_are(
    busy_dashboard: Dashboard, shop: Shop
) -> None:
    def cost(name: str, *more: Any) -> int:
        busy_dashboard.page(name, *more)
        with CaptureQueriesContext(connection) as seen:
            busy_dashboard.page(name, *more)
        return len(seen)

    pages = (("account", *of(shop)), ("payment_types",))
    before = [cost(*one) for one in pages]
    ProcessorAccount.objects.bulk_create(
        ProcessorAccount(
            tenant=shop.tenant,
            payment_type=online_type(shop.tenant),
            processor="stripe",
            external_id=f"acct_{number}",
            state="active",
        )
        for number in range(5)
    )
    assert [cost(*one) for one in pages] == before
    assert before[0] == 9


@pytest.mark.parametrize("name", ["another type", "another account"])
def test_an_account_of_another_type_is_not_found(busy_dashboard: Dashboard, shop: Shop, name: str) -> None:
    kind, account = of(shop)
    made = busy_dashboard.post("add_payment_type", code="TWO", name="Two", kind="online").headers["Location"]
    other = made.rstrip("/").rpartition("/")[2]
    wrong = (other, account) if name == "another type" else (kind, other)
    assert busy_dashboard.get("account", *wrong).status_code in (404, 410)
    assert busy_dashboard.post("account", *wrong).status_code in (404, 410)
