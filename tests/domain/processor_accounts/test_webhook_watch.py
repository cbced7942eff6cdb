"""A webhook made, proved, watched and repaired, with the Stripe sandbox over HTTP."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from duitpos.dashboard.texts.errors import error_text
from duitpos.dashboard.texts.processors import finding_text
from duitpos.domain.errors import Unavailable
from duitpos.domain.processor_accounts.findings import Finding
from duitpos.domain.processor_accounts.health import made_health_of
from duitpos.domain.processor_accounts.webhooks.actions import (
    remove_old_endpoints,
    repair_webhook,
    rotate_secret,
    send_test_event,
    set_healing,
    set_up_webhook,
)
from duitpos.domain.processor_accounts.webhooks.judge import WebhookFinding, WebhookReport, WebhookState
from duitpos.domain.processor_accounts.webhooks.look import look
from duitpos.domain.processor_accounts.webhooks.repair import claim_repair
from duitpos.domain.processor_accounts.webhooks.view import webhook_view
from duitpos.domain.processor_accounts.webhooks.watch import refresh, watch_webhook
from duitpos.kit.clock import now
from duitpos.models import AccountHealth, Payment, ProcessorAccount
from duitpos.models.alert import AlertKind
from duitpos.processors.stripe.events import KINDS
from tests.support.live_shop import clock, shop, webhookless_shop
from tests.support.sandboxes import sandbox, sandbox_process
from tests.support.shop import Shop

__all__ = ["clock", "sandbox", "sandbox_process", "shop", "webhookless_shop"]
W = WebhookFinding


def endpoints(shop: Shop) -> list[Any]:
    return list(shop.sandbox.client().v1.webhook_endpoints.list().data)


def created(shop: Shop) -> Any:
    """The endpoint that the owner had made, proved by its round trip."""
    repair_webhook(shop.restaurant.owner, shop.account.id)
    shop.sandbox.idle()
    shop.account.refresh_from_db()
    (made,) = endpoints(shop)
    return made


def looked(shop: Shop) -> WebhookReport:
    """What the owner reads after looking at Stripe now."""
    look(shop.account)
    return refresh(shop.account)


def later(shop: Shop, clock: Any) -> None:
    """The worker's next look."""
    clock.advance(minutes=31)
    shop.account.refresh_from_db()
    watch_webhook(shop.account)
    shop.sandbox.idle()


def test_one_click_makes_an_endpoint_and_its_round_trip_proves_it(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    made = created(shop)
    assert (made.url, sorted(made.enabled_events)) == (shop.webhook_url, sorted(KINDS))
    health = made_health_of(shop.account)
    assert health.proved_at is not None
    assert health.proof_reference == ""
    assert refresh(shop.account).state == WebhookState.WORKING
    shop.account.refresh_from_db()
    assert shop.account.foreign_events == 0
    assert (shop.orders(), shop.alerts()) == ([], [])
    assert [event.outcome for event in shop.events()] == ["proof"]


def test_a_test_event_that_arrives_while_its_page_is_read_does_not_stop_the_page(
    webhookless_shop: Shop,
) -> None:
    """The page asks again only while a test event is awaited, so no page may show neither event nor waiting."""
    shop = webhookless_shop
    look(shop.account)
    AccountHealth.objects.filter(tenant=shop.tenant).update(proof_reference="cs_test_1", proof_sent_at=now())
    reads: list[str] = []

    def deliver(execute: Any, sql: str, *rest: Any) -> Any:
        """The event is stored after the first row that the page reads."""
        result = execute(sql, *rest)
        if sql.startswith("SELECT") and not reads:
            reads.append(sql)
            ProcessorAccount.objects.filter(tenant=shop.tenant).update(last_event_at=now())
            AccountHealth.objects.filter(tenant=shop.tenant).update(proof_reference="", proved_at=now())
        return result

    with connection.execute_wrapper(deliver):
        view = webhook_view(shop.restaurant.owner, shop.account)
    assert reads
    assert view.is_awaited or view.report.state == WebhookState.WORKING


def test_a_payment_at_the_made_endpoint_is_one_order(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    created(shop)
    shop.pay(shop.start())
    assert len(shop.placed()) == 1
    assert shop.orders()[0].payments.get().settled_via == "webhook"


@pytest.mark.parametrize(
    "change, found",
    [
        ({"disabled": True}, W.DISABLED),
        ({"url": "https://former.example/kopi/webhooks/stripe/"}, W.WRONG_ADDRESS),
        ({"enabled_events": ["charge.refunded"]}, W.NEEDED_EVENTS_MISSING),
    ],
)
def test_a_changed_endpoint_is_named_and_repaired(
    webhookless_shop: Shop, clock: Any, change: Any, found: WebhookFinding
) -> None:
    shop = webhookless_shop
    made = created(shop)
    clock.advance(minutes=2)
    shop.sandbox.client().v1.webhook_endpoints.update(made.id, params=change)
    report = looked(shop)
    assert report.state == WebhookState.DOWN
    assert report.has(found)
    assert shop.alerts() == [AlertKind.WEBHOOK_DOWN]
    assert created(shop).id == made.id
    assert refresh(shop.account).state == WebhookState.WORKING
    assert shop.alerts() == []


@pytest.mark.parametrize("name", sorted(KINDS))
def test_an_unticked_event_is_named(webhookless_shop: Shop, name: str) -> None:
    shop = webhookless_shop
    made = created(shop)
    rest: Any = [one for one in KINDS if one != name]
    shop.sandbox.client().v1.webhook_endpoints.update(made.id, params={"enabled_events": rest})
    findings = [one for one in looked(shop).findings if one.get("names") == name]
    needed = name in ("checkout.session.completed", "checkout.session.expired")
    assert [one["code"] for one in findings] == [W.NEEDED_EVENTS_MISSING if needed else W.EVENTS_MISSING]


def test_a_deleted_endpoint_is_made_again_by_itself(webhookless_shop: Shop, clock: Any) -> None:
    shop = webhookless_shop
    made = created(shop)
    shop.sandbox.client().v1.webhook_endpoints.delete(made.id)
    later(shop, clock)
    (again,) = endpoints(shop)
    assert again.id != made.id
    later(shop, clock)
    assert refresh(shop.account).state == WebhookState.WORKING
    assert shop.alerts() == []


def test_with_healing_off_it_is_left_and_told(webhookless_shop: Shop, clock: Any) -> None:
    shop = webhookless_shop
    made = created(shop)
    set_healing(shop.restaurant.owner, shop.account.id, heals_itself=False)
    shop.sandbox.client().v1.webhook_endpoints.delete(made.id)
    later(shop, clock)
    assert endpoints(shop) == []
    assert shop.alerts() == [AlertKind.WEBHOOK_DOWN]


def test_an_endpoint_of_others_is_never_touched(webhookless_shop: Shop, clock: Any) -> None:
    shop = webhookless_shop
    params: Any = {
        "url": "https://else.example/webhooks/stripe/",
        "enabled_events": ["charge.refunded"],
        "metadata": {"installation": "another", "tenant": str(shop.tenant.id)},
    }
    other = shop.sandbox.client().v1.webhook_endpoints.create(params=params)
    repair_webhook(shop.restaurant.owner, shop.account.id)
    remove_old_endpoints(shop.restaurant.owner, shop.account.id)
    kept = next(one for one in endpoints(shop) if one.id == other.id)
    assert (kept.url, kept.enabled_events) == (params["url"], params["enabled_events"])


def test_rotating_believes_both_secrets_until_the_former_is_removed(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    former = created(shop)
    rotate_secret(shop.restaurant.owner, shop.account.id)
    assert len(endpoints(shop)) == 2
    shop.pay(shop.start())
    assert len(shop.placed()) == 1
    shop.account.refresh_from_db()
    assert shop.account.bad_signatures == 0
    assert looked(shop).has(W.TWO_ENDPOINTS)
    assert remove_old_endpoints(shop.restaurant.owner, shop.account.id) == 1
    (left,) = endpoints(shop)
    assert left.id != former.id, "the one whose secret goes on verifying"
    send_test_event(shop.restaurant.owner, shop.account.id)
    shop.sandbox.idle()
    assert made_health_of(shop.account).proof_reference == ""


def test_after_a_rotation_deliveries_are_believed_for_longer_than_the_former_secret(
    webhookless_shop: Shop, clock: Any
) -> None:
    shop = webhookless_shop
    created(shop)
    rotate_secret(shop.restaurant.owner, shop.account.id)
    clock.advance(hours=25)
    looked(shop)
    assert remove_old_endpoints(shop.restaurant.owner, shop.account.id) == 1
    shop.pay(shop.start())
    assert [payment.settled_via for payment in Payment.objects.filter(tenant=shop.tenant)] == ["webhook"]


def test_only_one_of_two_repairs_runs(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    assert claim_repair(shop.account) is not None
    assert claim_repair(shop.account) is None


def test_by_hand_with_the_needed_events_only_is_no_alarm(shop: Shop) -> None:
    report = looked(shop)
    assert not report.has(W.NEEDED_EVENTS_MISSING, W.NO_ENDPOINT, W.DISABLED)


def test_a_payment_whose_event_did_not_come_is_evidence(shop: Shop, clock: Any) -> None:
    send_test_event(shop.restaurant.owner, shop.account.id)
    shop.sandbox.idle()
    clock.advance(minutes=3)
    shop.sandbox.client().v1.webhook_endpoints.delete(shop.endpoint["id"])
    shop.pay(shop.start())
    clock.advance(minutes=2)
    shop.sweep(after=timedelta(minutes=3))
    assert len(shop.placed()) == 1
    assert AlertKind.WEBHOOK_DOWN not in shop.alerts()
    clock.advance(minutes=6)
    shop.account.refresh_from_db()
    report = watch_webhook(shop.account)
    assert report is not None
    assert report.state == WebhookState.DOWN
    assert report.has(W.EVENT_MISSED, W.NO_ENDPOINT)
    assert shop.alerts() == [AlertKind.WEBHOOK_DOWN]
    assert endpoints(shop) == [], "made by a person, so it is theirs"


def test_a_refusal_is_said(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    shop.sandbox.fault("error", status=503, method="POST", path="/v1/webhook_endpoints$", count=2)
    with pytest.raises(Unavailable):
        repair_webhook(shop.restaurant.owner, shop.account.id)
    assert made_health_of(shop.account).next_heal_at is None
    assert created(shop).url == shop.webhook_url


def test_a_list_that_cannot_be_read_is_said_and_nothing_is_made(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    shop.sandbox.fault("error", status=403, method="GET", path="/v1/webhook_endpoints$", count=2)
    with pytest.raises(Unavailable) as refused:
        repair_webhook(shop.restaurant.owner, shop.account.id)
    found = set_up_webhook(shop.restaurant.owner, shop.account.id)
    assert found is not None
    assert found["code"] == Finding.WEBHOOK_NOT_INSTALLED
    assert found["reason"] == refused.value.facts["reason"]
    assert "Stripe" in finding_text({**found, "processor": "Stripe"})
    assert error_text(refused.value)
    assert endpoints(shop) == []
    assert set_up_webhook(shop.restaurant.owner, shop.account.id) == {"code": Finding.WEBHOOK_INSTALLED}
    assert [one.url for one in endpoints(shop)] == [shop.webhook_url]
