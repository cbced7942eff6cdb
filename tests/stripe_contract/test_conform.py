"""The checker takes Stripe's own samples and notices what Stripe refuses."""

from __future__ import annotations

import pytest

from tests.stripe_contract.conform import (
    SAMPLES,
    event_errors,
    object_errors,
    request_errors,
    response_errors,
)

pytestmark = pytest.mark.pure

CREATE = (
    "mode=payment&success_url=https%3A%2F%2Fx.my%2F%3Fs%3D%7BCHECKOUT_SESSION_ID%7D&metadata[0]=a&metadata[order]=1"
    "&line_items[0][quantity]=2&line_items[0][price_data][currency]=myr&line_items[0][price_data][unit_amount]=1250"
    "&line_items[0][price_data][product_data][name]=Nasi+lemak&expand[]=line_items&allowed_payment_method_types[0]=card"
)
SESSIONS = "/v1/checkout/sessions"
SCHEMAS = {"checkout.session": "checkout.session", "payment_intent": "payment_intent", "line_item": "item"}


@pytest.mark.parametrize("name", [name for name, value in SAMPLES.items() if "object" in value])
def test_stripes_own_samples_conform(name: str) -> None:
    sample = SAMPLES[name]
    kind = sample["object"]
    if kind == "event":
        assert event_errors(sample) == []
    elif sample.get("deleted"):
        assert response_errors("DELETE", "/v1/webhook_endpoints/we_1", 200, sample) == []
    else:
        assert object_errors(SCHEMAS.get(kind, kind), sample) == []


@pytest.mark.parametrize(
    "method,target,body",
    [
        ("POST", SESSIONS, CREATE),
        ("GET", "/v1/events?types[0]=charge.refunded&created[gte]=1&limit=100", ""),
    ],
)
def test_a_good_request_is_accepted(method: str, target: str, body: str) -> None:
    assert request_errors(method, target, body) == []


@pytest.mark.parametrize(
    "method,target,body",
    [
        ("POST", SESSIONS, f"{CREATE}&payment_method_types[0]=card"),
        ("POST", SESSIONS, CREATE.replace("1250", "12.5")),
        ("POST", SESSIONS, f"{CREATE}&a]b=1"),
        ("POST", SESSIONS, f"{CREATE}&mode[x]=1"),
        ("GET", "/v1/events?foo=1", ""),
        ("PUT", "/v1/events", ""),
        ("GET", "/v1/nothing", ""),
    ],
)
def test_a_wrong_request_is_noticed(method: str, target: str, body: str) -> None:
    assert request_errors(method, target, body)


def test_responses_are_checked_by_their_status() -> None:
    one = f"{SESSIONS}/cs_x"
    assert response_errors("GET", one, 404, {"error": {"type": "invalid_request_error"}}) == []
    assert response_errors("GET", one, 200, {"id": "cs_x"})
    paid = SAMPLES["session_paid"]
    assert response_errors("GET", one, 200, paid) == []
    assert response_errors("GET", one, 200, {**paid, "paid": True}), "a field that Stripe does not declare"
    assert response_errors("GET", "/v1/nothing", 200, {})


def test_an_events_object_is_checked_too() -> None:
    event = SAMPLES["event"]
    assert event_errors(event) == []
    assert event_errors({**event, "data": {"object": {**event["data"]["object"], "amuont": 5}}})
