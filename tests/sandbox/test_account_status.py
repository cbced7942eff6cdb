"""Capabilities and requirements of an account, and what a restriction stops."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
import stripe

from tests.sandbox.conftest import HOOK_SECRET, Create, card
from tests.sandbox.receiver import Receiver
from tests.sandbox_process import ControlRefused, SandboxProcess

Json = dict[str, Any]

DUE: Json = {
    "currently_due": ["company.tax_id"],
    "past_due": ["company.tax_id"],
    "eventually_due": ["company.tax_id", "external_account"],
    "pending_verification": ["person.verification.document"],
    "current_deadline": 1_900_000_000,
    "disabled_reason": "requirements.past_due",
    "errors": [
        {"code": "invalid_tax_id", "reason": "The tax ID is not known.", "requirement": "company.tax_id"}
    ],
}


@pytest.fixture
def change(sandbox: SandboxProcess) -> Any:
    """Change the first account."""
    account = sandbox.control("GET", "/accounts")["data"][0]["id"]
    return lambda **facts: sandbox.control("POST", f"/accounts/{account}", facts)


def test_status_and_requirements_are_set_and_told(
    sandbox: SandboxProcess, client: stripe.StripeClient, hook: Receiver, change: Any
) -> None:
    before = client.v1.accounts.retrieve_current()
    assert before.requirements is not None
    assert before.requirements.currently_due == []
    facts = change(
        payouts_enabled=False,
        details_submitted=False,
        capabilities={"fpx_payments": "pending", "grabpay_payments": "inactive"},
        requirements=DUE,
        future_requirements={"eventually_due": ["company.phone"]},
    )
    assert facts["requirements"]["current_deadline"] == DUE["current_deadline"]
    account = client.v1.accounts.retrieve_current().to_dict()
    assert (account["charges_enabled"], account["payouts_enabled"]) == (True, False)
    assert account["details_submitted"] is False
    assert account["capabilities"]["fpx_payments"] == "pending"
    assert account["capabilities"]["grabpay_payments"] == "inactive"
    assert account["capabilities"]["card_payments"] == "active"
    assert {name: account["requirements"][name] for name in DUE} == DUE
    assert account["future_requirements"]["eventually_due"] == ["company.phone"]
    hook.wait(1)
    event = client.construct_event(hook.received[0].body, hook.received[0].signature, HOOK_SECRET)
    assert event.type == "account.updated"
    told = hook.received[0].event["data"]
    assert told["object"] == account
    assert told["previous_attributes"]["payouts_enabled"] is True
    assert told["previous_attributes"]["capabilities"] == {
        "fpx_payments": "active",
        "grabpay_payments": "active",
    }
    assert "charges_enabled" not in told["previous_attributes"]


def test_a_change_to_the_same_value_is_not_told(
    sandbox: SandboxProcess, client: stripe.StripeClient, change: Any
) -> None:
    change(charges_enabled=True, requirements={"currently_due": []})
    assert client.v1.events.list().data == []
    change(requirements={"currently_due": ["external_account"]})
    change(requirements={"past_due": ["external_account"]})
    assert [event.type for event in client.v1.events.list().data] == ["account.updated"] * 2
    requirements = client.v1.accounts.retrieve_current().requirements
    assert requirements is not None
    assert (requirements.currently_due, requirements.past_due) == (["external_account"], ["external_account"])


def test_a_restricted_account_starts_no_session(create: Create, change: Any) -> None:
    change(charges_enabled=False, requirements={"disabled_reason": "rejected.other"})
    with pytest.raises(
        stripe.InvalidRequestError, match="Your account cannot currently make live charges"
    ) as no:
        create()
    assert no.value.http_status == 400
    change(charges_enabled=True)
    assert create().status == "open"


def test_the_page_of_a_restricted_account_takes_no_money(
    create: Create, client: stripe.StripeClient, browse: httpx.Client, change: Any
) -> None:
    session = create()
    assert session.url is not None
    change(charges_enabled=False)
    reply = browse.post(session.url, data=card())
    assert reply.status_code == 402
    assert "This payment method is not available." in reply.text
    seen = client.v1.checkout.sessions.retrieve(session.id)
    assert (seen.status, seen.payment_status, seen.payment_intent) == ("open", "unpaid", None)
    change(charges_enabled=True)
    assert browse.post(session.url, data=card()).status_code == 303


def test_an_account_restricted_while_the_payer_is_at_the_bank(
    create: Create, sandbox: SandboxProcess, browse: httpx.Client, change: Any
) -> None:
    session = create()
    assert session.url is not None
    browse.post(session.url, data={"method": "fpx", "bank": "cimb", "email": "guest@example.com"})
    change(charges_enabled=False)
    reply = browse.post(f"{session.url}/authorise", data={"outcome": "authorise"})
    assert reply.status_code == 402
    assert sandbox.listed("charges") == []


@pytest.mark.parametrize("status", ["pending", "inactive"])
def test_a_method_without_an_active_capability_is_not_offered(
    create: Create, sandbox: SandboxProcess, change: Any, status: str
) -> None:
    earlier = create()
    change(capabilities={"fpx_payments": status})
    assert create().payment_method_types == ["card", "grabpay", "customer_balance"]
    assert sandbox.pay(earlier.id, method="fpx")["result"] == "invalid"
    with pytest.raises(stripe.InvalidRequestError, match="No valid payment method types"):
        create(allowed_payment_method_types=["fpx"])


def test_an_account_is_made_with_its_status(sandbox: SandboxProcess) -> None:
    made = sandbox.control(
        "POST", "/accounts", {"name": "New", "charges_enabled": False, "requirements": DUE, "live": True}
    )
    account = sandbox.client(made["secret_key"]).v1.accounts.retrieve_current()
    assert account.charges_enabled is False
    assert account.requirements is not None
    assert account.requirements.disabled_reason == "requirements.past_due"


@pytest.mark.parametrize(
    "facts",
    [
        {"capabilities": {"fpx_payments": "broken"}},
        {"requirements": {"disabled_reason": "bad mood"}},
        {"requirements": {"errors": [{"code": "invalid_tax_id"}]}},
        {"requirements": {"soon_due": []}},
        {"payouts_enabled": "perhaps"},
    ],
)
def test_a_status_that_stripe_does_not_know_is_refused(
    sandbox: SandboxProcess, change: Any, facts: Json
) -> None:
    before = sandbox.control("GET", "/accounts")
    with pytest.raises(ControlRefused, match="error"):
        change(**facts)
    assert sandbox.control("GET", "/accounts") == before
