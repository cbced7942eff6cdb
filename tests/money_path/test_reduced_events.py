"""Events without a known object, failing concurrent deliveries, and a second session with the same metadata."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from duitpos.domain.payments.events import receive as receive_module
from duitpos.domain.payments.events.receive import Received
from duitpos.kit.clock import now
from duitpos.kit.transact import transact
from duitpos.models import Payment, ProcessorAccount
from duitpos.models.alert import AlertKind as A
from tests.support.at_once import deliver, event_of
from tests.support.scenarios import SESSION
from tests.support.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)
COMPLETED = "checkout.session.completed"


def paid_without_delivery(shop: Shop) -> tuple[Payment, dict[str, Any]]:
    """A paid payment, and its event, which was not delivered yet."""
    shop.sandbox.rule("drop", types=[COMPLETED])
    payment = shop.start()
    shop.pay(payment)
    return payment, event_of(shop, COMPLETED)


def test_a_session_event_without_an_id_is_matched_by_its_metadata(shop: Shop) -> None:
    payment, event = paid_without_delivery(shop)
    event["data"]["object"]["id"] = 5
    assert deliver(shop, event) == Received(200, "settled")
    assert shop.fresh(payment).status == "succeeded"


def test_a_session_event_without_id_and_payment_is_stored_as_unknown(shop: Shop) -> None:
    payment, event = paid_without_delivery(shop)
    event["data"]["object"].update(id="", payment_intent=None)
    event["data"]["object"]["metadata"]["payment"] = "nothing of ours"
    assert deliver(shop, event) == Received(200, "unknown_payment")
    assert shop.fresh(payment).status == "pending"


def test_a_reduced_event_of_an_unknown_session_is_not_retried(shop: Shop) -> None:
    _, event = paid_without_delivery(shop)
    event["data"]["object"].update(id="cs_test_nowhere")
    event["data"]["object"]["metadata"]["payment"] = "nothing of ours"
    event["api_version"] = "2020-08-27"
    assert deliver(shop, event) == Received(200, "unknown_payment")
    assert deliver(shop, event) == Received(200, "duplicate")


def test_a_refused_key_while_fetching_for_a_reduced_event_pauses_the_account(shop: Shop) -> None:
    _, event = paid_without_delivery(shop)
    shop.sandbox.control("DELETE", f"/keys/{shop.sandbox.secret_key}")
    assert deliver(shop, {**event, "api_version": "2020-08-27"}) == Received(503, "processor")
    assert ProcessorAccount.objects.get(tenant=shop.tenant).paused_at is not None
    assert shop.alerts() == [A.KEY_REFUSED]


def test_a_reduced_event_of_our_payment_not_found_opens_an_alert_until_it_is_found(shop: Shop) -> None:
    _, event = paid_without_delivery(shop)
    reduced = {**event, "api_version": "2020-08-27"}
    shop.sandbox.fault("error", status=404, path=SESSION, count=2)
    assert deliver(shop, reduced) == Received(503, "processor")
    assert shop.alerts() == [], "one response is no proof (M75)"
    Payment.objects.filter(tenant=shop.tenant).update(not_found_at=now() - timedelta(minutes=2))
    assert deliver(shop, reduced) == Received(503, "processor")
    assert shop.alerts() == [A.NOT_AT_PROCESSOR]
    assert deliver(shop, reduced) == Received(200, "settled")
    assert shop.alerts() == []


def test_a_concurrent_delivery_keeps_its_result_when_ours_fails(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment, event = paid_without_delivery(shop)
    real, results = transact, list[Received]()

    def fail_after_a_concurrent_delivery(work: Any) -> Any:
        if results:
            return real(work)
        results.append(Received(0, ""))
        results.append(deliver(shop, event))
        raise RuntimeError("unexpected")

    monkeypatch.setattr(receive_module, "confirm", lambda verified: False)
    monkeypatch.setattr(receive_module, "transact", fail_after_a_concurrent_delivery)
    assert deliver(shop, event) == Received(200, "duplicate")
    assert results[1] == Received(200, "settled")
    assert [(row.state, row.outcome) for row in shop.events()] == [("done", "settled")]
    assert shop.fresh(payment).status == "succeeded"
    assert shop.alerts() == []


@pytest.mark.parametrize(
    "facts, kind", [({"amount_total": 100}, A.AMOUNT_DIFFERS), ({"livemode": True}, A.MODE_DIFFERS)]
)
def test_a_second_session_is_compared_with_the_requested_amount_and_mode(
    shop: Shop, facts: dict[str, Any], kind: A
) -> None:
    payment = shop.start()
    session = {
        **shop.sandbox.control("GET", f"/sessions/{payment.reference}"),
        "id": "cs_test_second",
        "payment_intent": "pi_second",
        "status": "complete",
        "payment_status": "paid",
        **facts,
    }
    shop.sandbox.control("POST", "/events", {"type": COMPLETED, "object": session})
    shop.sandbox.idle()
    stray = Payment.objects.get(tenant=shop.tenant, reference="cs_test_second")
    assert (stray.status, stray.moved_minor) == ("succeeded", facts.get("amount_total", 2500))
    assert (stray.amount_minor, stray.is_test) == (2500, True)
    assert shop.alerts() == [kind]
    assert shop.placed() == []
