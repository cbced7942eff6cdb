"""What is done to a webhook endpoint, killed anywhere; afterwards one endpoint is in use, and its secret verifies."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import stripe

from duitpos.domain.errors import Conflict
from duitpos.domain.payments.outbox.run import run_outbox
from duitpos.domain.payments.processors.connect import forget_accounts, verify
from duitpos.domain.processor_accounts.webhooks.actions import (
    remove_old_endpoints,
    repair_webhook,
    rotate_secret,
)
from duitpos.domain.sweep.sweep import sweep
from duitpos.models import AccountHealth, Payment, ProcessorAccount
from duitpos.processors.errors import SignatureInvalid
from tests.crash.fork_server import End
from tests.crash.processes import Facts, World
from tests.support.live_shop import Clock
from tests.support.promise import broken_promises, retire
from tests.support.shop import Shop

GUEST = "guest@example.com"


def made(shop: Shop) -> None:
    """The owner had it made."""
    repair_webhook(shop.restaurant.owner, shop.account.id)


def nothing_yet(shop: Shop) -> None:
    """Nobody has set anything up."""


def deleted_at_stripe(shop: Shop) -> None:
    made(shop)
    calls = shop.sandbox.client().v1.webhook_endpoints
    for one in calls.list().data:
        calls.delete(one.id)
    _look_is_due(shop)


def switched_off(shop: Shop) -> None:
    made(shop)
    calls = shop.sandbox.client().v1.webhook_endpoints
    for one in calls.list().data:
        calls.update(one.id, params={"disabled": True})
    _look_is_due(shop)


def rotated(shop: Shop) -> None:
    made(shop)
    rotate_secret(shop.restaurant.owner, shop.account.id)


def _look_is_due(shop: Shop) -> None:
    long_ago = shop.tenant.created_at - timedelta(days=1)
    AccountHealth.objects.filter(tenant=shop.tenant).update(endpoints_asked_at=long_ago)


def pressed_again(shop: Shop) -> None:
    with suppress(Conflict):
        repair_webhook(shop.restaurant.owner, shop.account.id)


def removed_again(shop: Shop) -> None:
    remove_old_endpoints(shop.restaurant.owner, shop.account.id)


def nobody_does_anything(shop: Shop) -> None:
    """Only the worker goes on."""


@dataclass(frozen=True)
class WebhookScenario:
    """`before` prepares, `action` is killed, `after` is what people do; then the worker goes on for a day."""

    action: str
    before: Callable[[Shop], None]
    after: Callable[[Shop], None] = nobody_does_anything


WEBHOOK_SCENARIOS = {
    "create, and press again": WebhookScenario("repair webhook", nothing_yet, pressed_again),
    "heal one that was deleted": WebhookScenario("watch webhook", deleted_at_stripe),
    "mend one that was switched off": WebhookScenario("watch webhook", switched_off),
    "rotate": WebhookScenario("rotate secret", made),
    "prove": WebhookScenario("send test event", made),
    "remove the former": WebhookScenario("remove old endpoints", rotated, removed_again),
}


def run_webhook(world: World, scenario: WebhookScenario, crash_at: int | None) -> tuple[End, list[str]]:
    """One run. A guest has paid before, and no delivery ever arrives: the payment is found all the same, once."""
    with world.shop() as shop:
        scenario.before(shop)
        payment = shop.start()
        shop.sandbox.pay(payment.reference, email=GUEST)
        facts: Facts = {"tenant": str(shop.tenant.id), "account": str(shop.account.id)}
        end = world.fork_server.run(scenario.action, facts, crash_at)
        clock = Clock(world.sandbox)
        try:
            # Past every lease; then past the end of a former secret.
            _pass(shop, clock, minutes=2)
            scenario.after(shop)
            for hours in (1, 6, 25):
                _pass(shop, clock, minutes=60 * hours)
            problems = [*_endpoint_problems(shop), *_money_problems(shop)]
            retire(shop)
        finally:
            clock.stop()
    return end, problems


def crash_webhook_everywhere(world: World, scenario: WebhookScenario) -> Iterator[str]:
    """One run per step: every problem, with the step it comes from."""
    end, problems = run_webhook(world, scenario, None)
    assert end.signal == 0, world.fork_server.output()
    assert problems == [], "\n".join(problems)
    for at in range(len(end.seen)):
        killed, problems = run_webhook(world, scenario, at)
        if not killed.was_killed:
            yield f"step {at} was never reached"
        for problem in problems:
            yield f"killed {killed.seen[-1]} (step {at}): {problem}"


def _pass(shop: Shop, clock: Clock, *, minutes: int) -> None:
    """Time passes, and the worker does all that has become due."""
    clock.advance(theirs=False, minutes=minutes)
    shop.sandbox.control("POST", "/clock", {"advance": minutes * 60})
    for model in (Payment, ProcessorAccount):
        column = "next_check_at" if model is Payment else "next_events_at"
        rows = model._default_manager.filter(**{"tenant": shop.tenant, f"{column}__isnull": False})
        rows.update(**{column: shop.tenant.created_at - timedelta(days=1)})
    sweep()
    run_outbox()


def endpoints_of(shop: Shop) -> list[dict[str, Any]]:
    """The endpoints at the processor, with their secrets."""
    return [one for one in shop.sandbox.listed("endpoints") if one["url"] == shop.webhook_url]


def believes(shop: Shop, secret: str) -> bool:
    """Whether a delivery that is signed with this secret is believed."""
    forget_accounts(shop.tenant, "stripe")
    body = json.dumps({"id": "evt_x", "type": "charge.updated", "data": {"object": {}}})
    signature = stripe.WebhookSignature.generate_signature_header(body, secret)
    try:
        verify(shop.tenant, "stripe", body.encode(), {"stripe-signature": signature})
    except SignatureInvalid as error:
        return error.problem.value == "malformed"
    return True


def _endpoint_problems(shop: Shop) -> Iterator[str]:
    there = endpoints_of(shop)
    if len(there) != 1:
        yield f"{len(there)} endpoints"
    for one in there:
        if one["status"] != "enabled":
            yield "it is switched off"
        if not believes(shop, one["secrets"][0]["secret"]):
            yield "its deliveries are not believed"
    if AccountHealth.objects.filter(tenant=shop.tenant).exclude(proof_reference="", proof_sent_at=None):
        health = AccountHealth.objects.get(tenant=shop.tenant)
        if health.proof_reference and health.proof_sent_at is None:
            yield "a test event was begun and never ended"


def _money_problems(shop: Shop) -> Iterator[str]:
    if len(shop.placed()) != 1:
        yield f"{len(shop.placed())} orders in the kitchen"
    # No delivery arrives here, so that the alert about the webhook is none of the false ones.
    yield from (one for one in broken_promises(shop) if not one.startswith("false_alarms"))
