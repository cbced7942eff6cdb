"""Accounts, keys, permissions and modes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
import stripe

from tests.sandbox.conftest import Create, order
from tests.sandbox_process import ControlRefused, SandboxProcess


def test_the_account_can_be_fetched(client: stripe.StripeClient) -> None:
    account = client.v1.accounts.retrieve_current()
    assert account.settings is not None
    assert account.settings.dashboard.display_name == "Kopi Ujian"
    assert (account.country, account.default_currency, account.charges_enabled) == ("MY", "myr", True)
    assert account.capabilities is not None
    assert account.capabilities.fpx_payments == "active"
    assert client.v1.accounts.retrieve(account.id).id == account.id
    with pytest.raises(stripe.PermissionError):
        client.v1.accounts.retrieve("acct_other")


@pytest.mark.parametrize("key", ["sk_test_thiskeyisnope", "pk_test_x", "nonsense"])
def test_an_unknown_key_is_401_and_masked(sandbox: SandboxProcess, key: str) -> None:
    with pytest.raises(stripe.AuthenticationError) as caught:
        sandbox.client(key).v1.accounts.retrieve_current()
    assert caught.value.http_status == 401
    assert key not in str(caught.value.user_message)
    assert key[-4:] in str(caught.value.user_message) or len(key) < 13


def test_a_revoked_key_is_401(sandbox: SandboxProcess) -> None:
    account = sandbox.control("POST", "/accounts", {"name": "Kedai", "secret_key": "sk_test_kedai"})
    assert sandbox.client("sk_test_kedai").v1.accounts.retrieve_current().id == account["id"]
    sandbox.control("DELETE", "/keys/sk_test_kedai")
    with pytest.raises(stripe.AuthenticationError):
        sandbox.client("sk_test_kedai").v1.accounts.retrieve_current()
    sandbox.control("POST", f"/accounts/{account['id']}/keys", {"key": "sk_test_kedai2"})
    assert sandbox.client("sk_test_kedai2").v1.accounts.retrieve_current().id == account["id"]


def test_accounts_do_not_see_each_other(sandbox: SandboxProcess, create: Create) -> None:
    session = create()
    other = sandbox.control("POST", "/accounts", {"name": "Other", "country": "SG", "currency": "sgd"})
    second = sandbox.client(other["secret_key"])
    with pytest.raises(stripe.InvalidRequestError, match=r"No such checkout\.session"):
        second.v1.checkout.sessions.retrieve(session.id)
    assert second.v1.checkout.sessions.list().data == []
    assert second.v1.events.list().data == []


def refusal(call: Callable[[], Any]) -> stripe.StripeError | None:
    """The error that a call raises, if any."""
    try:
        call()
    except stripe.StripeError as error:
        return error
    return None


@pytest.mark.parametrize(
    "permission,allowed",
    [
        ("rak_checkout_session_write", {"session", "retrieve"}),
        ("rak_checkout_session_read", {"retrieve"}),
        ("rak_event_read", {"events"}),
        ("rak_charge_write", {"refund", "charge"}),
        ("rak_account_read", {"account"}),
        ("rak_webhook_write", {"endpoints"}),
        ("rak_payment_intent_read", {"intent"}),
    ],
)
def test_a_restricted_key_may_do_what_it_lists(
    sandbox: SandboxProcess, create: Create, permission: str, allowed: set[str]
) -> None:
    session = create()
    account = sandbox.control("GET", "/accounts")["data"][0]
    made = sandbox.control("POST", f"/accounts/{account['id']}/keys", {"permissions": [permission]})
    assert made["key"].startswith("rk_test_")
    api: Any = sandbox.client(made["key"]).v1
    calls = {
        "session": lambda: api.checkout.sessions.create(params=order()),
        "retrieve": lambda: api.checkout.sessions.retrieve(session.id),
        "events": lambda: api.events.list(),
        "charge": lambda: api.charges.retrieve("ch_nope"),
        "refund": lambda: api.refunds.create(params={"charge": "ch_nope"}),
        "account": lambda: api.accounts.retrieve_current(),
        "endpoints": lambda: api.webhook_endpoints.list(),
        "intent": lambda: api.payment_intents.retrieve("pi_nope"),
    }
    answers = {name: refusal(call) for name, call in calls.items()}
    for error in answers.values():
        # Permissions are checked before the object exists: 404 means that the key has the permission.
        assert error is None or error.http_status in (403, 404)
        if error is not None and error.http_status == 403:
            assert "rak_" in str(error.user_message)
            assert made["key"] not in str(error.user_message)
    possible = {name for name, error in answers.items() if error is None or error.http_status == 404}
    assert possible == allowed


def test_live_shaped_keys_make_live_objects(sandbox: SandboxProcess, create: Create) -> None:
    session = create()
    account = sandbox.control("GET", "/accounts")["data"][0]
    sandbox.control("POST", f"/accounts/{account['id']}/keys", {"key": "sk_live_sandbox"})
    live = sandbox.client("sk_live_sandbox")
    params: Any = order()
    made = live.v1.checkout.sessions.create(params=params)
    assert made.livemode
    assert made.id.startswith("cs_live_")
    with pytest.raises(
        stripe.InvalidRequestError, match="a similar object exists in test mode, but a live mode key"
    ):
        live.v1.checkout.sessions.retrieve(session.id)
    assert sandbox.pay(made.id)["session"]["payment_intent"]["latest_charge"]["livemode"] is True
    assert all(event.livemode for event in live.v1.events.list().data)
    other = sandbox.control("POST", "/accounts", {"name": "Live", "live": True})
    assert other["secret_key"].startswith("sk_live_")


def test_wrong_control_calls_are_explained(sandbox: SandboxProcess) -> None:
    for method, path, body in (
        ("POST", "/accounts", {"name": "x", "secret_key": "pk_test_x"}),
        ("POST", "/accounts", {"name": "x", "secret_key": "sk_test_sandbox"}),
        ("POST", "/accounts", {}),
        ("POST", "/faults", {"fault": "earthquake"}),
        ("POST", "/faults", {"fault": "error", "path": "("}),
        ("POST", "/deliveries/rules", {"action": "reorder", "count": None}),
        ("POST", "/settings", {"colour": "red"}),
        ("POST", "/clock", {}),
        ("POST", "/sessions/cs_test_nope/pay", {}),
        ("POST", "/endpoints", {"url": "nowhere"}),
        ("GET", "/unicorns", None),
    ):
        with pytest.raises(ControlRefused, match="error"):
            sandbox.control(method, path, body)


def test_an_account_lists_its_payment_methods(sandbox: SandboxProcess) -> None:
    made = sandbox.control("POST", "/accounts", {"name": "Cards only", "payment_methods": ["card"]})
    account = sandbox.client(made["secret_key"]).v1.accounts.retrieve_current()
    assert account.capabilities is not None
    assert (account.capabilities.card_payments, account.capabilities.fpx_payments) == ("active", "inactive")


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Host": "evil.example"}])
def test_a_page_of_another_site_cannot_control(sandbox: SandboxProcess, headers: dict[str, str]) -> None:
    reply = httpx.post(
        f"{sandbox.url}/_sandbox/reset",
        headers={"Origin": "https://evil.example"},
        content="{}",
        trust_env=False,
    )
    assert reply.status_code == 403
