"""What is evidence about a webhook, and what is not: failed lists, lost secrets, strangers, former secrets."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from duitpos.domain.payments.processors.bad_signatures import forget_counts
from duitpos.domain.processor_accounts.former_secrets import end_former_secrets
from duitpos.domain.processor_accounts.health import made_health_of
from duitpos.domain.processor_accounts.store import keep_installed
from duitpos.domain.processor_accounts.webhooks import repair as repairing
from duitpos.domain.processor_accounts.webhooks.actions import repair_webhook, rotate_secret
from duitpos.domain.processor_accounts.webhooks.judge import (
    BAD,
    WebhookFinding,
    WebhookReport,
    WebhookState,
    judge,
)
from duitpos.domain.processor_accounts.webhooks.look import address_of, look
from duitpos.domain.processor_accounts.webhooks.repair import LEASE, REPAIR_WITHIN, claim_repair
from duitpos.domain.processor_accounts.webhooks.watch import refresh, watch_webhook
from duitpos.kit.clock import now
from duitpos.kit.deadline import deadline
from duitpos.models import AccountHealth, ProcessorAccount
from duitpos.models.alert import AlertKind
from duitpos.models.credentials import FORMER_VERIFY_FOR, StoredCredentials
from duitpos.processors.stripe.credentials import WEBHOOK_SECRET as SECRET_FIELD
from tests.support.live_shop import clock, shop, webhookless_shop
from tests.support.sandboxes import sandbox, sandbox_process
from tests.support.shop import Shop

__all__ = ["clock", "sandbox", "sandbox_process", "shop", "webhookless_shop"]
W = WebhookFinding


@pytest.fixture(autouse=True)
def a_new_process() -> None:
    forget_counts()


def created(shop: Shop) -> Any:
    """The endpoint that the owner had made, proved by its round trip."""
    repair_webhook(shop.restaurant.owner, shop.account.id)
    shop.sandbox.idle()
    shop.account.refresh_from_db()
    (made,) = endpoints(shop)
    return made


def endpoints(shop: Shop) -> list[Any]:
    return list(shop.sandbox.client().v1.webhook_endpoints.list().data)


def judged(shop: Shop) -> WebhookReport:
    shop.account.refresh_from_db()
    return judge(shop.account, made_health_of(shop.account), address_of(shop.account), now())


def deliver_falsely(shop: Shop, client: Any, signature: str) -> None:
    answer = client.post(
        f"/{shop.tenant.slug}/webhooks/stripe/",
        b'{"id": "evt_1"}',
        content_type="application/json",
        headers={"stripe-signature": signature},
    )
    assert answer.status_code == 400


def wrongly_signed() -> str:
    return f"t={int(now().timestamp())},v1={'0' * 64}"


# -- a list that failed ------------------------------------------------------------------------------------


def test_a_list_that_failed_is_no_look(webhookless_shop: Shop, clock: Any) -> None:
    """The endpoint was seen switched off, then deliveries came: it works, whatever cannot be listed afterwards."""
    shop = webhookless_shop
    made = created(shop)
    calls = shop.sandbox.client().v1.webhook_endpoints
    calls.update(made.id, params={"disabled": True})
    seen_at = look(shop.account).endpoints_seen_at
    calls.update(made.id, params={"disabled": False})
    clock.advance(minutes=1)
    shop.pay(shop.start())
    clock.advance(minutes=1)
    shop.sandbox.fault("rate_limit", method="GET", path="/v1/webhook_endpoints$", count=9)
    health = look(shop.account)
    assert health.endpoints_problem != {}
    assert health.endpoints_seen_at == seen_at
    report = judged(shop)
    assert report.state == WebhookState.WORKING
    assert report.has(W.CANNOT_LIST)


def test_what_was_seen_to_be_gone_stays_known_while_nothing_can_be_listed(
    webhookless_shop: Shop, clock: Any
) -> None:
    shop = webhookless_shop
    made = created(shop)
    AccountHealth.objects.filter(tenant=shop.tenant).update(heals_itself=False)
    clock.advance(minutes=1)
    shop.sandbox.client().v1.webhook_endpoints.delete(made.id)
    look(shop.account)
    assert refresh(shop.account).state == WebhookState.DOWN
    shop.sandbox.fault("rate_limit", method="GET", path="/v1/webhook_endpoints$", count=9)
    clock.advance(minutes=31)
    watch_webhook(shop.account)
    assert refresh(shop.account).state == WebhookState.DOWN
    assert shop.alerts() == [AlertKind.WEBHOOK_DOWN]


def test_a_refused_list_is_asked_for_again_at_the_usual_pace(webhookless_shop: Shop, clock: Any) -> None:
    shop = webhookless_shop
    shop.sandbox.fault("error", status=403, method="GET", path="/v1/webhook_endpoints$", count=9)

    def lists() -> int:
        return sum(
            one["method"] == "GET" and "/v1/webhook_endpoints" in one["target"]
            for one in shop.sandbox.requests()
        )

    watch_webhook(shop.account)
    assert lists() == 1
    clock.advance(minutes=5)
    watch_webhook(shop.account)
    assert lists() == 1
    clock.advance(minutes=20)
    watch_webhook(shop.account)
    assert lists() == 2


# -- a secret that was lost --------------------------------------------------------------------------------


def an_endpoint_whose_secret_was_lost(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process ends between making the endpoint and storing its secret."""

    class Died(BaseException):
        pass

    def dies(*args: object) -> None:
        raise Died

    with monkeypatch.context() as patched:
        patched.setattr(repairing, "_store_made", dies)
        health = claim_repair(shop.account)
        assert health is not None
        with pytest.raises(Died):
            repairing.repair(shop.account, health)


def test_an_endpoint_whose_secret_was_lost_is_down_and_made_again(
    webhookless_shop: Shop, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = webhookless_shop
    former = created(shop)
    clock.advance(minutes=1)
    shop.sandbox.client().v1.webhook_endpoints.delete(former.id)
    an_endpoint_whose_secret_was_lost(shop, monkeypatch)
    (orphan,) = endpoints(shop)
    clock.advance(minutes=2)
    look(shop.account)
    report = judged(shop)
    assert report.state == WebhookState.DOWN
    assert report.has(W.SECRET_LOST)
    assert W.SECRET_LOST in BAD
    watch_webhook(shop.account)
    shop.sandbox.idle()
    (made,) = endpoints(shop)
    assert made.id != orphan.id
    shop.account.refresh_from_db()
    assert refresh(shop.account).state == WebhookState.WORKING
    assert shop.alerts() == []


def test_a_second_endpoint_whose_secret_was_lost_is_removed_by_itself(
    webhookless_shop: Shop, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rotation died: the former endpoint works, and each delivery of the new one is refused."""
    shop = webhookless_shop
    former = created(shop)
    clock.advance(minutes=1)
    with monkeypatch.context() as patched:
        patched.setattr(repairing, "_store_made", lambda *args: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            rotate_secret(shop.restaurant.owner, shop.account.id)
    assert len(endpoints(shop)) == 2
    clock.advance(minutes=31)
    shop.account.refresh_from_db()
    watch_webhook(shop.account)
    assert [one.id for one in endpoints(shop)] == [former.id]


def test_a_secret_pasted_by_hand_for_an_endpoint_of_ours_works(
    webhookless_shop: Shop, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = webhookless_shop
    an_endpoint_whose_secret_was_lost(shop, monkeypatch)
    (orphan,) = endpoints(shop)
    (facts,) = shop.sandbox.listed("endpoints")
    secret = facts["secrets"][0]["secret"]
    shop.account.refresh_from_db()
    keep_installed(shop.account, {SECRET_FIELD: secret})
    clock.advance(minutes=2)
    shop.pay(shop.start())
    shop.account.refresh_from_db()
    look(shop.account)
    report = judged(shop)
    assert report.state == WebhookState.WORKING
    assert not report.has(W.SECRET_LOST)
    watch_webhook(shop.account)
    assert [one.id for one in endpoints(shop)] == [orphan.id]


# -- a repair ends before its lease ------------------------------------------------------------------------


def test_all_calls_of_a_repair_share_one_deadline_within_its_lease(
    webhookless_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    import time

    from duitpos.processors.stripe.client import Transport

    ends: list[float] = []
    before = Transport.request

    def request(self: Transport, *args: Any, **kwargs: Any) -> Any:
        ends.append(deadline())
        return before(self, *args, **kwargs)

    monkeypatch.setattr(Transport, "request", request)
    begun = time.monotonic()
    created(webhookless_shop)
    assert len(ends) >= 4
    assert len(set(ends)) == 1
    assert ends[0] - begun < REPAIR_WITHIN + 5
    # Beside the calls there are some statements.
    assert timedelta(seconds=REPAIR_WITHIN + 15) <= LEASE


# -- strangers ---------------------------------------------------------------------------------------------


def test_noise_does_not_hide_a_wrong_secret(webhookless_shop: Shop, client: Any, clock: Any) -> None:
    shop = webhookless_shop
    deliver_falsely(shop, client, wrongly_signed())
    clock.advance(minutes=2)
    answer = client.post(f"/{shop.tenant.slug}/webhooks/stripe/", b"{}", content_type="application/json")
    assert answer.status_code == 400
    shop.account.refresh_from_db()
    assert shop.account.last_bad_signature == "missing"
    (found,) = [one for one in judged(shop).findings if one["code"] == W.WRONG_SIGNATURE]
    assert found["problem"] == "mismatch"


def test_noise_in_the_same_minute_does_not_hide_it_either(webhookless_shop: Shop, client: Any) -> None:
    shop = webhookless_shop
    client.post(f"/{shop.tenant.slug}/webhooks/stripe/", b"{}", content_type="application/json")
    deliver_falsely(shop, client, wrongly_signed())
    assert judged(shop).has(W.WRONG_SIGNATURE)


def test_a_strangers_wrong_signature_is_a_note_while_nothing_is_missing(
    webhookless_shop: Shop, client: Any, clock: Any
) -> None:
    shop = webhookless_shop
    created(shop)
    clock.advance(minutes=2)
    deliver_falsely(shop, client, wrongly_signed())
    report = judged(shop)
    assert report.has(W.STRANGE_SIGNATURE)
    assert not report.has(W.WRONG_SIGNATURE)
    assert [one for one in report.findings if one["code"] in BAD] == []
    assert report.state == WebhookState.WORKING
    # The processor says that something was not delivered: so it was its own.
    AccountHealth.objects.filter(tenant=shop.tenant).update(undelivered=1, undelivered_since=now())
    assert judged(shop).has(W.WRONG_SIGNATURE)


def test_a_strangers_wrong_signature_does_not_hide_a_wrong_clock(
    webhookless_shop: Shop, client: Any, clock: Any
) -> None:
    shop = webhookless_shop
    created(shop)
    clock.advance(minutes=2)
    shop.sandbox.control("POST", "/settings", {"signature_skew": 1200})
    shop.pay(shop.start())
    shop.sandbox.control("POST", "/settings", {"signature_skew": 0})
    deliver_falsely(shop, client, wrongly_signed())
    shop.account.refresh_from_db()
    assert abs(shop.account.signature_skew - 1200) < 10
    report = judged(shop)
    assert "clock" in [one.get("problem") for one in report.findings if one["code"] == W.WRONG_SIGNATURE]
    assert report.state == WebhookState.DOWN


# -- former secrets ----------------------------------------------------------------------------------------


def stored(shop: Shop) -> StoredCredentials:
    shop.account.refresh_from_db()
    return shop.account.read_credentials()


def test_an_ended_former_secret_is_forgotten_without_a_write_of_the_owners(
    webhookless_shop: Shop, clock: Any
) -> None:
    shop = webhookless_shop
    keep_installed(shop.account, {SECRET_FIELD: "whsec_another0123456789"})
    end_former_secrets(shop.tenant.id)
    assert len(stored(shop).previous) == 1
    clock.advance(days=1, minutes=1)
    assert end_former_secrets(shop.tenant.id) == 1
    assert stored(shop).previous == ()
    assert stored(shop).current[SECRET_FIELD] == "whsec_another0123456789"
    assert end_former_secrets(shop.tenant.id) == 0


def test_former_secrets_of_earlier_versions_get_an_end(webhookless_shop: Shop, clock: Any) -> None:
    shop = webhookless_shop
    old = StoredCredentials(stored(shop).current, ({SECRET_FIELD: "whsec_ofanearlierversion"},))
    shop.account.seal_credentials(old)
    shop.account.save()
    at = now()
    assert end_former_secrets(shop.tenant.id) == 0
    assert len(stored(shop).verifying_at(at)) == 2
    assert len(stored(shop).verifying_at(at + FORMER_VERIFY_FOR + timedelta(minutes=1))) == 1
    clock.advance(days=1, minutes=1)
    assert end_former_secrets(shop.tenant.id) == 1
    assert stored(shop).previous == ()


def test_credentials_saved_meanwhile_stay(
    webhookless_shop: Shop, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = webhookless_shop
    keep_installed(shop.account, {SECRET_FIELD: "whsec_another0123456789"})
    clock.advance(days=1, minutes=1)
    before = ProcessorAccount.seal_credentials
    saved: list[int] = []

    def seal(self: ProcessorAccount, one: StoredCredentials) -> None:
        before(self, one)
        if not saved:
            saved.append(1)
            other = ProcessorAccount.objects.get(tenant=shop.tenant, id=shop.account.id)
            keep_installed(other, {SECRET_FIELD: "whsec_savedmeanwhile0123"})

    monkeypatch.setattr(ProcessorAccount, "seal_credentials", seal)
    end_former_secrets(shop.tenant.id)
    assert stored(shop).current[SECRET_FIELD] == "whsec_savedmeanwhile0123"
    assert [one[SECRET_FIELD] for one in stored(shop).previous] == ["whsec_another0123456789"]


# -- since when --------------------------------------------------------------------------------------------


def test_a_webhook_that_is_down_and_what_was_not_delivered_say_since_when(
    webhookless_shop: Shop, clock: Any
) -> None:
    shop = webhookless_shop
    made = created(shop)
    AccountHealth.objects.filter(tenant=shop.tenant).update(heals_itself=False)
    clock.advance(minutes=1)
    shop.sandbox.client().v1.webhook_endpoints.delete(made.id)
    look(shop.account)
    down_at = refresh(shop.account).at
    clock.advance(hours=2)
    look(shop.account)
    since = now() - timedelta(hours=1)
    AccountHealth.objects.filter(tenant=shop.tenant).update(undelivered=2, undelivered_since=since)
    report = judged(shop)
    assert report.since == down_at, "not the last look's"
    (found,) = [one for one in report.findings if one["code"] == W.UNDELIVERED]
    assert (found["count"], found["since"]) == (2, since.isoformat())
