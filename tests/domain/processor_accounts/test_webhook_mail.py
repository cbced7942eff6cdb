"""Owners are mailed when the webhook stops arriving: once each time, without a secret."""

from __future__ import annotations

from typing import Any

from django.core import mail

from duitpos.domain.payments.outbox.run import run_outbox
from duitpos.domain.processor_accounts.webhooks.actions import repair_webhook, set_healing
from duitpos.domain.processor_accounts.webhooks.watch import watch_webhook
from duitpos.models import Alert, OutboxEntry
from duitpos.models.outbox import OutboxKind
from tests.support.live_shop import clock, webhookless_shop
from tests.support.restaurant import a_member
from tests.support.sandboxes import sandbox, sandbox_process
from tests.support.shop import Shop

__all__ = ["clock", "sandbox", "sandbox_process", "webhookless_shop"]


def make_endpoint(shop: Shop) -> None:
    repair_webhook(shop.restaurant.owner, shop.account.id)
    shop.sandbox.idle()


def delete_endpoints(shop: Shop) -> None:
    calls = shop.sandbox.client().v1.webhook_endpoints
    for one in calls.list().data:
        calls.delete(one.id)


def watch(shop: Shop, clock: Any) -> None:
    clock.advance(minutes=31)
    shop.account.refresh_from_db()
    watch_webhook(shop.account)
    OutboxEntry.objects.filter(tenant=shop.tenant, kind=OutboxKind.ALERT).exclude(due_at=None).update(
        due_at=shop.tenant.created_at
    )
    run_outbox()


def test_owners_are_told_once_each_time_it_stops(webhookless_shop: Shop, clock: Any) -> None:
    shop = webhookless_shop
    a_member(shop.tenant, "manager")
    make_endpoint(shop)
    set_healing(shop.restaurant.owner, shop.account.id, heals_itself=False)
    delete_endpoints(shop)
    watch(shop, clock)
    (sent,) = mail.outbox
    assert sent.recipients() == [shop.restaurant.owner.user.email]
    assert sent.to == []
    assert "the webhook does not arrive" in sent.subject
    assert f"/{shop.tenant.slug}/dashboard/attention/" in str(sent.body)
    assert "whsec_" not in sent.message().as_string()
    watch(shop, clock)
    assert len(mail.outbox) == 1
    make_endpoint(shop)
    watch(shop, clock)
    delete_endpoints(shop)
    watch(shop, clock)
    first, second = mail.outbox
    assert first.extra_headers["Message-ID"] != second.extra_headers["Message-ID"]


def test_nobody_is_told_of_what_ended_meanwhile(webhookless_shop: Shop, clock: Any) -> None:
    shop = webhookless_shop
    make_endpoint(shop)
    set_healing(shop.restaurant.owner, shop.account.id, heals_itself=False)
    delete_endpoints(shop)
    clock.advance(minutes=31)
    shop.account.refresh_from_db()
    watch_webhook(shop.account)
    Alert.objects.filter(tenant=shop.tenant).update(resolved_at=shop.tenant.created_at)
    OutboxEntry.objects.filter(tenant=shop.tenant, kind=OutboxKind.ALERT).update(
        due_at=shop.tenant.created_at
    )
    run_outbox()
    assert mail.outbox == []
    entry = OutboxEntry.objects.get(tenant=shop.tenant, kind=OutboxKind.ALERT)
    assert (entry.outcome, entry.due_at) == ("resolved", None)
