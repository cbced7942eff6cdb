"""Refunds: how they begin, how they end, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from tests.sandbox.conftest import Create
from tests.sandbox_process import SandboxProcess


def paid(create: Create, sandbox: SandboxProcess, **how: Any) -> tuple[str, str]:
    """PaymentIntent and charge of a paid session."""
    answer = sandbox.pay(create().id, **how)
    intent = answer["session"]["payment_intent"]
    return intent["id"], intent["latest_charge"]["id"]


def types(client: stripe.StripeClient) -> list[str]:
    return [str(event.type) for event in client.v1.events.list(params={"limit": 100}).data][::-1]


def test_parts_up_to_the_whole(create: Create, sandbox: SandboxProcess, client: stripe.StripeClient) -> None:
    intent, charge = paid(create, sandbox)
    first = client.v1.refunds.create(
        params={
            "payment_intent": intent,
            "amount": 1000,
            "reason": "requested_by_customer",
            "metadata": {"r": "1"},
        }
    )
    assert (first.status, first.amount, first.charge) == ("succeeded", 1000, charge)
    assert client.v1.charges.retrieve(charge).amount_refunded == 1000
    with pytest.raises(
        stripe.InvalidRequestError, match=r"Refund amount \(RM20.00 myr\) is greater"
    ) as caught:
        client.v1.refunds.create(params={"charge": charge, "amount": 2000})
    assert caught.value.param == "amount"
    rest = client.v1.refunds.create(params={"charge": charge})
    assert rest.amount == 1500
    assert client.v1.charges.retrieve(charge).refunded
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.refunds.create(params={"charge": charge})
    assert caught.value.code == "charge_already_refunded"
    assert types(client)[-4:] == ["refund.created", "charge.refunded"] * 2
    assert [r.id for r in client.v1.refunds.list(params={"charge": charge}).data] == [rest.id, first.id]
    assert [r.id for r in client.v1.refunds.list(params={"payment_intent": "pi_other"}).data] == []
    again = client.v1.refunds.retrieve(first.id, params={"expand": ["charge"]}).to_dict()
    assert (again["metadata"], again["charge"]["id"]) == ({"r": "1"}, charge)
    # A refund does not change the session.
    assert client.v1.checkout.sessions.list().data[0].payment_status == "paid"


def test_a_pending_refund_succeeds_later(
    create: Create, sandbox: SandboxProcess, client: stripe.StripeClient
) -> None:
    intent, _ = paid(create, sandbox, card="4000000000007726")
    refund = client.v1.refunds.create(params={"payment_intent": intent})
    assert (refund.status, refund.pending_reason) == ("pending", "processing")
    sandbox.advance(121)
    assert client.v1.refunds.retrieve(refund.id).status == "succeeded"
    assert "refund.updated" in types(client)


def test_a_refund_may_be_returned_by_the_bank(
    create: Create, sandbox: SandboxProcess, client: stripe.StripeClient
) -> None:
    intent, charge = paid(create, sandbox, card="4000000000005126")
    refund = client.v1.refunds.create(params={"payment_intent": intent})
    assert refund.status == "succeeded"
    sandbox.advance(121)
    failed = client.v1.refunds.retrieve(refund.id)
    assert (failed.status, failed.failure_reason) == ("failed", "expired_or_canceled_card")
    assert failed.failure_balance_transaction is not None
    assert client.v1.charges.retrieve(charge).amount_refunded == 0
    assert "refund.failed" in types(client)


def test_grabpay_refunds_take_a_while(
    create: Create, sandbox: SandboxProcess, client: stripe.StripeClient
) -> None:
    intent, _ = paid(create, sandbox, method="grabpay")
    refund = client.v1.refunds.create(params={"payment_intent": intent})
    assert refund.status == "pending"
    done = sandbox.control(
        "POST", f"/refunds/{refund.id}/settle", {"status": "failed", "failure_reason": "declined"}
    )
    assert (done["status"], done["failure_reason"]) == ("failed", "declined")


def test_a_pending_refund_is_canceled(
    create: Create, sandbox: SandboxProcess, client: stripe.StripeClient
) -> None:
    intent, charge = paid(create, sandbox, method="grabpay")
    refund = client.v1.refunds.create(params={"payment_intent": intent})
    done = sandbox.control("POST", f"/refunds/{refund.id}/settle", {"status": "canceled"})
    assert done["status"] == "canceled"
    assert client.v1.charges.retrieve(charge).amount_refunded == 0


@pytest.mark.parametrize(
    "params,status,code",
    [
        ({"charge": "ch_nope"}, 404, "resource_missing"),
        ({"payment_intent": "pi_nope"}, 404, "resource_missing"),
        ({}, 400, "parameter_missing"),
        ({"charge": "ch_nope", "reason": "changed_my_mind"}, 400, None),
        ({"charge": "ch_nope", "amount": "1.5"}, 400, "parameter_invalid_integer"),
    ],
)
def test_wrong_refunds_are_refused(
    client: stripe.StripeClient, params: Any, status: int, code: str | None
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.refunds.create(params=params)
    assert (caught.value.http_status, caught.value.code) == (status, code)


def test_an_unpaid_intent_cannot_be_refunded(
    create: Create, sandbox: SandboxProcess, client: stripe.StripeClient
) -> None:
    answer = sandbox.pay(create().id, card="4000000000000002")
    with pytest.raises(stripe.InvalidRequestError, match="successful charge"):
        client.v1.refunds.create(params={"payment_intent": answer["session"]["payment_intent"]["id"]})


def test_the_owner_may_refund_at_stripe(
    create: Create, sandbox: SandboxProcess, client: stripe.StripeClient
) -> None:
    _, charge = paid(create, sandbox)
    refund = sandbox.control("POST", "/refunds", {"charge": charge, "amount": 500})
    assert refund["status"] == "succeeded"
    event = client.v1.events.list(params={"type": "refund.created"}).data[0]
    assert event.request is not None
    assert event.request.id is None
