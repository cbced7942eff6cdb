"""Notices that point to nothing, a twin that fails last, and a second session under one mark."""

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
from tests.support.scenarios import SESSION
from tests.support.shop import Shop
from tests.support.stampede import deliver, event_of

pytestmark = pytest.mark.django_db(transaction=True)
COMPLETED = "checkout.session.completed"


def paid_silently(shop: Shop) -> tuple[Payment, dict[str, Any]]:
    """Paid, and the delivery of it is still to be made."""
    shop.sandbox.rule("drop", types=[COMPLETED])
    payment = shop.start()
    shop.pay(payment)
    return payment, event_of(shop, COMPLETED)


def test_a_session_event_without_an_id_is_about_the_payment_that_it_names(shop: Shop) -> None:
    payment, event = paid_silently(shop)
    event["data"]["object"]["id"] = 5
    assert deliver(shop, event) == Received(200, "settled")
    assert shop.fresh(payment).status == "succeeded"


def test_a_session_event_that_names_neither_is_stored_as_that(shop: Shop) -> None:
    payment, event = paid_silently(shop)
    event["data"]["object"].update(id="", payment_intent=None)
    event["data"]["object"]["metadata"]["payment"] = "nothing of ours"
    assert deliver(shop, event) == Received(200, "unknown_payment")
    assert shop.fresh(payment).status == "pending"


def test_a_hint_about_a_session_that_nobody_knows_is_no_reason_to_ask_for_ever(shop: Shop) -> None:
    _, event = paid_silently(shop)
    event["data"]["object"].update(id="cs_test_nowhere")
    event["data"]["object"]["metadata"]["payment"] = "nothing of ours"
    event["api_version"] = "2020-08-27"
    assert deliver(shop, event) == Received(200, "unknown_payment")
    assert deliver(shop, event) == Received(200, "duplicate")


def test_a_key_that_is_refused_while_a_hint_is_followed_is_known_at_once(shop: Shop) -> None:
    _, event = paid_silently(shop)
    shop.sandbox.control("DELETE", f"/keys/{shop.sandbox.secret_key}")
    assert deliver(shop, {**event, "api_version": "2020-08-27"}) == Received(503, "processor")
    assert ProcessorAccount.objects.get(tenant=shop.tenant).paused_at is not None
    assert shop.alerts() == [A.KEY_REFUSED]


def test_a_hint_about_our_payment_that_stays_unknown_is_for_a_person_until_it_is_known(shop: Shop) -> None:
    _, event = paid_silently(shop)
    hint = {**event, "api_version": "2020-08-27"}
    shop.sandbox.fault("error", status=404, path=SESSION, count=2)
    assert deliver(shop, hint) == Received(503, "processor")
    assert shop.alerts() == [], "one answer proves nothing (M75)"
    Payment.objects.filter(tenant=shop.tenant).update(not_found_at=now() - timedelta(minutes=2))
    assert deliver(shop, hint) == Received(503, "processor")
    assert shop.alerts() == [A.NOT_AT_PROCESSOR]
    assert deliver(shop, hint) == Received(200, "settled")
    assert shop.alerts() == []


def test_what_a_twin_has_done_stays_done_when_ours_fails(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    payment, event = paid_silently(shop)
    real, twin = transact, list[Received]()

    def fail_after_the_twin(work: Any) -> Any:
        if twin:
            return real(work)
        twin.append(Received(0, ""))
        twin.append(deliver(shop, event))
        raise RuntimeError("unexpected")

    monkeypatch.setattr(receive_module, "transact", fail_after_the_twin)
    assert deliver(shop, event) == Received(200, "duplicate")
    assert twin[1] == Received(200, "settled")
    assert [(row.state, row.outcome) for row in shop.events()] == [("done", "settled")]
    assert shop.fresh(payment).status == "succeeded"
    assert shop.alerts() == []


@pytest.mark.parametrize(
    "facts, kind", [({"amount_total": 100}, A.AMOUNT_DIFFERS), ({"livemode": True}, A.MODE_DIFFERS)]
)
def test_a_second_session_is_compared_with_what_was_asked(shop: Shop, facts: dict[str, Any], kind: A) -> None:
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
