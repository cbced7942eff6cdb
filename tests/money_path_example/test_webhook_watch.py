"""A dead webhook is noticed at a processor that lists neither attempts nor events: from what is stored here."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models import F

from duitpos.domain.checkout.handle_return import handle_return
from duitpos.domain.processor_accounts.webhooks.judge import WebhookFinding, WebhookReport, WebhookState
from duitpos.domain.processor_accounts.webhooks.watch import watch_webhook
from duitpos.kit.clock import now
from duitpos.models import AccountHealth, Payment, ProcessorAccount
from tests.support.kedai_shop import KedaiShop

pytestmark = pytest.mark.django_db(transaction=True)


def watched(shop: KedaiShop) -> WebhookReport:
    AccountHealth.objects.filter(tenant=shop.tenant).update(endpoints_asked_at=now() - timedelta(hours=1))
    report = watch_webhook(ProcessorAccount.objects.select_related("tenant").get(tenant=shop.tenant))
    assert report is not None
    return report


def test_a_payment_whose_event_never_came_opens_the_alert(deaf_shop: KedaiShop) -> None:
    shop = deaf_shop
    payment = shop.start()
    shop.pay(payment)
    assert payment.order is not None
    handle_return(shop.tenant, payment.order.token)
    assert not watched(shop).has(WebhookFinding.EVENT_MISSED), "it may still be on its way"
    Payment.objects.filter(tenant=shop.tenant).update(settled_at=F("settled_at") - timedelta(minutes=6))
    report = watched(shop)
    assert report.has(WebhookFinding.EVENT_MISSED)
    assert (report.state, shop.alerts()) == (WebhookState.DOWN, ["webhook_down"])
    shop.kedai.deliver()
    assert watched(shop).state == WebhookState.WORKING
    assert shop.alerts() == []


def test_a_callback_that_was_removed_is_made_again(shop: KedaiShop) -> None:
    shop.pay(shop.start())
    (made,) = shop.kedai.api("GET", "/v2/callbacks").json()
    shop.kedai.api("DELETE", f"/v2/callbacks/{made['id']}")
    watched(shop)
    (again,) = shop.kedai.api("GET", "/v2/callbacks").json()
    assert (again["url"], again["id"] != made["id"]) == (made["url"], True)
    payment = shop.start()
    shop.pay(payment)
    assert shop.fresh(payment).settled_via == "webhook"
    assert watched(shop).state == WebhookState.WORKING
