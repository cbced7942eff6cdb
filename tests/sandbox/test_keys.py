"""Restricted keys, and keys that end while they are used."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
import stripe

from stripe_sandbox.api.operations.table import OPERATIONS
from tests.sandbox.conftest import Create
from tests.sandbox_process import ControlRefused, SandboxProcess


def account_id(sandbox: SandboxProcess) -> str:
    return str(sandbox.control("GET", "/accounts")["data"][0]["id"])


def key_with(sandbox: SandboxProcess, *permissions: str) -> str:
    path = f"/accounts/{account_id(sandbox)}/keys"
    return str(sandbox.control("POST", path, {"permissions": list(permissions)})["key"])


def test_every_call_names_the_permission_that_is_missing(sandbox: SandboxProcess) -> None:
    """All ids are made up: a missing permission is told before a missing object."""
    nothing = key_with(sandbox)
    keys = {op.permission: key_with(sandbox, op.permission) for op in OPERATIONS}
    assert len(OPERATIONS) >= 29
    with httpx.Client(base_url=sandbox.url, trust_env=False) as http:
        for op in OPERATIONS:
            path = op.path.replace("{id}", "made_up")
            refused = http.request(op.method, path, auth=(nothing, ""))
            assert refused.status_code == 403, op
            error = refused.json()["error"]
            assert error["code"] == "more_permissions_required"
            assert error["message"] == (
                f"The provided key '{nothing[:8]}{'*' * (len(nothing) - 12)}{nothing[-4:]}' does not have the "
                f"required permissions for this endpoint on account '{account_id(sandbox)}'. Having the "
                f"'{op.permission}' permission would allow this request to continue."
            )
            allowed = http.request(op.method, path, auth=(keys[op.permission], ""))
            assert allowed.json().get("error", {}).get("code") != "more_permissions_required", op


def test_a_key_ends_at_its_time(sandbox: SandboxProcess) -> None:
    now = sandbox.control("GET", "/clock")["now"]
    path = f"/accounts/{account_id(sandbox)}/keys"
    made = sandbox.control("POST", path, {"permissions": ["rak_event_read"], "expires_at": now + 3600})
    assert made["expires_at"] == now + 3600
    client = sandbox.client(made["key"])
    assert client.v1.events.list().data == []
    sandbox.control("POST", "/clock", {"advance": 3601})
    with pytest.raises(stripe.AuthenticationError) as caught:
        client.v1.events.list()
    assert str(caught.value.user_message).startswith("Expired API Key provided: rk_test_*")
    assert caught.value.error is not None
    assert caught.value.error.code == "api_key_expired"
    assert made["key"] not in str(caught.value.user_message)


def test_a_rolled_key_works_for_its_time_of_grace(sandbox: SandboxProcess) -> None:
    old = key_with(sandbox, "rak_event_read")
    new = sandbox.control("POST", f"/keys/{old}/roll", {"old_for_seconds": 3600})
    assert new["permissions"] == ["rak_event_read"]
    assert new["key"] != old
    for key in (old, new["key"]):
        sandbox.client(key).v1.events.list()
    sandbox.control("POST", "/clock", {"advance": 3601})
    sandbox.client(new["key"]).v1.events.list()
    with pytest.raises(stripe.AuthenticationError):
        sandbox.client(old).v1.events.list()


def test_a_secret_key_is_rolled_at_once(sandbox: SandboxProcess) -> None:
    account = sandbox.control("POST", "/accounts", {"name": "Kedai", "secret_key": "sk_test_kedai"})
    new = sandbox.control("POST", "/keys/sk_test_kedai/roll", {"key": "sk_test_kedai_new"})
    assert (new["key"], new["permissions"], new["expires_at"]) == ("sk_test_kedai_new", None, None)
    assert sandbox.client("sk_test_kedai_new").v1.accounts.retrieve_current().id == account["id"]
    with pytest.raises(stripe.AuthenticationError):
        sandbox.client("sk_test_kedai").v1.accounts.retrieve_current()


def test_a_key_is_revoked_in_the_middle_of_service(
    sandbox: SandboxProcess, create: Create, client: stripe.StripeClient
) -> None:
    """The guest at the payment page still pays, but the shop can neither ask nor refund until it has another key."""
    key = key_with(sandbox, "rak_checkout_session_write", "rak_charge_write")
    shop: Any = sandbox.client(key).v1
    session = create()
    assert shop.checkout.sessions.retrieve(session.id).status == "open"
    sandbox.control("DELETE", f"/keys/{key}")
    assert sandbox.pay(session.id)["result"] == "paid"
    calls: tuple[Callable[[], Any], ...] = (
        lambda: shop.checkout.sessions.retrieve(session.id),
        lambda: shop.checkout.sessions.expire(session.id),
        lambda: shop.refunds.create(params={"charge": "ch_any"}),
    )
    for call in calls:
        with pytest.raises(stripe.AuthenticationError):
            call()
    another = key_with(sandbox, "rak_checkout_session_write")
    assert sandbox.client(another).v1.checkout.sessions.retrieve(session.id).payment_status == "paid"


@pytest.mark.parametrize("new", ["sk_test_sandbox", "sk_live_other", "nonsense"])
def test_a_key_cannot_be_rolled_to_a_known_or_foreign_one(sandbox: SandboxProcess, new: str) -> None:
    with pytest.raises(ControlRefused, match="error"):
        sandbox.control("POST", "/keys/sk_test_sandbox/roll", {"key": new})
    assert sandbox.client("sk_test_sandbox").v1.events.list().data == []
