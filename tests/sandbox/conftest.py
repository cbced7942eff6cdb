"""One sandbox per test module, reset between tests; all its traffic is checked against Stripe's contract."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
import stripe

from tests.sandbox.receiver import Receiver
from tests.sandbox_contract import event_errors, traffic_errors
from tests.sandbox_process import SandboxProcess

HOOK_SECRET = "whsec_test_of_the_sandbox"


@pytest.fixture(scope="module")
def process() -> Iterator[SandboxProcess]:
    with SandboxProcess("--account-name", "Kopi Ujian") as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def hook_process() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture
def sandbox(process: SandboxProcess) -> Iterator[SandboxProcess]:
    """An empty sandbox; the test's traffic is checked at its end."""
    process.reset()
    yield process
    wrong = traffic_errors(process.requests()) + event_errors(usual_events(process))
    assert not wrong, "\n".join(wrong)


def usual_events(process: SandboxProcess) -> list[dict[str, Any]]:
    """Events of real actions, without those that a test fabricated (an unusual type, missing fields)."""
    return [event for event in process.listed("events") if not event["type"].startswith("odd.")]


@pytest.fixture
def client(sandbox: SandboxProcess) -> stripe.StripeClient:
    return sandbox.client()


@pytest.fixture
def hook(sandbox: SandboxProcess, hook_process: Receiver) -> Receiver:
    """A receiver that is an endpoint of the first account, with all event types enabled."""
    hook_process.forget()
    sandbox.control("POST", "/endpoints", {"url": hook_process.url, "secret": HOOK_SECRET})
    return hook_process


def order(**changes: Any) -> dict[str, Any]:
    """Parameters of a plain session over RM 25.00."""
    return {
        "mode": "payment",
        "success_url": "https://shop.example/back?session_id={CHECKOUT_SESSION_ID}",
        "cancel_url": "https://shop.example/cart",
        "client_reference_id": "order-1",
        "metadata": {"order": "1"},
        "payment_intent_data": {"metadata": {"order": "1"}},
        "line_items": [
            {
                "quantity": 2,
                "price_data": {
                    "currency": "myr",
                    "unit_amount": 1250,
                    "product_data": {"name": "Nasi lemak"},
                },
            }
        ],
        **changes,
    }


Create = Callable[..., stripe.checkout.Session]


@pytest.fixture
def create(client: stripe.StripeClient) -> Create:
    """Make a session; keyword arguments replace parameters of `order`."""

    def make(key: str | None = None, **changes: Any) -> stripe.checkout.Session:
        options: Any = {"idempotency_key": key} if key else {}
        params: Any = order(**changes)
        return client.v1.checkout.sessions.create(params=params, options=options)

    return make


@pytest.fixture
def browse() -> Iterator[httpx.Client]:
    """A phone's browser that follows no redirects."""
    with httpx.Client(trust_env=False, timeout=20) as phone:
        yield phone


def card(number: str = "4242 4242 4242 4242", **changes: str) -> dict[str, str]:
    """The fields of the payment page."""
    return {"email": "guest@example.com", "card_number": number, "exp": "12 / 34", "cvc": "123", **changes}
