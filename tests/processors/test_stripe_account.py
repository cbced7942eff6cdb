"""A key's account at Stripe: what it tells, and what the key may do (M25)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from duitpos.kit.clock import now
from duitpos.processors.account import MethodState, Place, Requirement, Restriction, Right, Urgency
from duitpos.processors.base import AccountFacts
from duitpos.processors.credentials import Mode
from duitpos.processors.errors import Failure, ProcessorError
from duitpos.processors.stripe.account_object import facts_of
from duitpos.processors.stripe.adapter import StripeAdapter, StripeProcessor
from duitpos.processors.stripe.client import API_VERSION
from duitpos.processors.stripe.permissions import NEEDED
from duitpos.processors.stripe.snapshots import Incomplete
from tests.processors.contract import checkout_request
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.pure
ALL = tuple(one.name for one in NEEDED)
DEADLINE = datetime(2026, 12, 3, 4, tzinfo=UTC)


def _account_id(sandbox: SandboxProcess) -> str:
    return str(sandbox.control("GET", "/accounts")["data"][0]["id"])


def _change(sandbox: SandboxProcess, **facts: Any) -> None:
    sandbox.control("POST", f"/accounts/{_account_id(sandbox)}", facts)


def _review_with(adapter: StripeAdapter, sandbox: SandboxProcess, *permissions: str) -> AccountFacts:
    """The review by a restricted key with these permissions."""
    body = {"key": "rk_test_narrow", "permissions": list(permissions)}
    sandbox.control("POST", f"/accounts/{_account_id(sandbox)}/keys", body)
    return adapter.open({"secret_key": "rk_test_narrow"}, sandbox.url).review()


# -- what the key may do --------------------------------------------------------------------------------------


def test_a_key_that_may_not_read_its_account_still_takes_payments(
    adapter: StripeAdapter, sandbox: SandboxProcess
) -> None:
    found = _review_with(adapter, sandbox, "rak_checkout_session_write")
    assert found.can_charge
    assert found.name == ""
    # The refusal itself names the account.
    assert found.external_id == _account_id(sandbox)
    assert found.missing == tuple(one for one in NEEDED if one.right != Right.TAKE_PAYMENTS)
    assert (found.requirements, found.methods, found.can_pay_out) == (None, None, None)
    assert sandbox.listed("sessions") == []


@pytest.mark.parametrize("lacked", NEEDED, ids=lambda one: one.right)
def test_each_missing_permission_is_named(
    adapter: StripeAdapter, sandbox: SandboxProcess, lacked: Any
) -> None:
    found = _review_with(adapter, sandbox, *(name for name in ALL if name != lacked.name))
    assert found.missing == (lacked,)


def test_a_restricted_key_with_all_rights_lacks_none_and_is_not_too_wide(
    adapter: StripeAdapter, sandbox: SandboxProcess
) -> None:
    found = _review_with(adapter, sandbox, *ALL)
    assert (found.missing, found.is_too_wide, found.name) == ((), False, "Kopi Ujian")
    for kind in ("sessions", "refunds", "endpoints"):
        assert sandbox.listed(kind) == [], "a probe has no effect"


def test_a_full_key_is_too_wide(stripe_account: StripeProcessor) -> None:
    found = stripe_account.review()
    assert (found.missing, found.is_too_wide) == ((), True)


def test_a_check_makes_no_probes(stripe_account: StripeProcessor, sandbox: SandboxProcess) -> None:
    stripe_account.check()
    assert [one["target"] for one in sandbox.requests()] == ["/v1/account"]


def test_a_key_that_cannot_take_payments_is_refused(adapter: StripeAdapter, sandbox: SandboxProcess) -> None:
    with pytest.raises(ProcessorError) as caught:
        _review_with(adapter, sandbox, "rak_event_read")
    assert caught.value.failure == Failure.NOT_PERMITTED


def test_a_probe_without_an_answer_is_no_missing_permission(
    adapter: StripeAdapter, sandbox: SandboxProcess
) -> None:
    sandbox.fault("error", status=503, path="/v1/disputes", count=2)
    with pytest.raises(ProcessorError) as caught:
        _review_with(adapter, sandbox, *ALL)
    assert caught.value.failure == Failure.UNAVAILABLE


def test_the_form_for_a_new_key_has_the_permissions_ticked(adapter: StripeAdapter) -> None:
    page = adapter.page(Place.NEW_KEY, Mode.LIVE)
    ticked = "&".join(f"permissions[]={name}" for name in ALL)
    assert page.url == f"https://dashboard.stripe.com/apikeys/create?name=DuitPOS&{ticked}"
    assert adapter.page(Place.NEW_KEY, Mode.TEST).url.startswith("https://dashboard.stripe.com/test/apikeys/")
    for place in Place:
        assert adapter.page(place, None).where


# -- what the account tells -----------------------------------------------------------------------------------


def test_an_account_that_cannot_charge_yet_says_so(
    stripe_account: StripeProcessor, sandbox: SandboxProcess
) -> None:
    _change(sandbox, charges_enabled=False, payouts_enabled=False)
    found = stripe_account.check()
    assert (found.can_charge, found.can_pay_out, found.is_set_up) == (False, False, True)


def test_requirements_come_by_name_with_urgency_deadline_and_stripe_s_words(
    stripe_account: StripeProcessor, sandbox: SandboxProcess
) -> None:
    _change(
        sandbox,
        requirements={
            "past_due": ["external_account"],
            "currently_due": ["external_account", "company.tax_id"],
            "eventually_due": ["external_account", "company.tax_id", "owners.email"],
            "pending_verification": ["company.address.city"],
            "current_deadline": int(DEADLINE.timestamp()),
            "disabled_reason": "requirements.past_due",
            "errors": [
                {"code": "invalid_tax_id", "reason": "The number is wrong.", "requirement": "company.tax_id"}
            ],
        },
    )
    found = stripe_account.review()
    assert found.requirements == (
        Requirement("external_account", Urgency.PAST_DUE),
        Requirement("company.tax_id", Urgency.DUE, DEADLINE, "The number is wrong."),
        Requirement("company.address.city", Urgency.CHECKING),
        Requirement("owners.email", Urgency.LATER),
    )
    assert (found.restriction, found.restriction_code) == (Restriction.REQUIREMENTS, "requirements.past_due")


@pytest.mark.parametrize(
    "reason, restriction",
    [
        ("rejected.fraud", Restriction.REJECTED),
        ("under_review", Restriction.REVIEW),
        ("requirements.pending_verification", Restriction.REVIEW),
        ("listed", Restriction.OTHER),
        ("a_later_word", Restriction.OTHER),
        (None, None),
    ],
)
def test_why_an_account_is_restricted(reason: str | None, restriction: Restriction | None) -> None:
    found = facts_of({"id": "acct_1", "requirements": {"disabled_reason": reason}})
    assert (found.restriction, found.restriction_code) == (restriction, reason or "")


def test_methods_have_their_state_and_currencies(
    stripe_account: StripeProcessor, sandbox: SandboxProcess
) -> None:
    _change(
        sandbox,
        payment_methods=["card"],
        capabilities={"grabpay_payments": "pending", "zip_payments": "active"},
    )
    methods = stripe_account.review().methods
    assert methods is not None
    assert [(one.label, one.state, one.currencies) for one in methods] == [
        ("Cards", MethodState.ACTIVE, ()),
        ("FPX", MethodState.INACTIVE, ("MYR",)),
        ("GrabPay", MethodState.PENDING, ("MYR", "SGD")),
        ("Link", MethodState.ACTIVE, ()),
        ("Zip", MethodState.ACTIVE, ()),
    ]


def test_the_newest_event_tells_the_account_s_version(
    stripe_account: StripeProcessor, sandbox: SandboxProcess
) -> None:
    assert stripe_account.review().event_version == "", "there is no event yet"
    sandbox.pay(stripe_account.start(checkout_request("MYR"), key="key-1").reference)
    assert stripe_account.review().event_version == API_VERSION
    _change(sandbox, api_version="2025-01-27.acacia")
    sandbox.pay(stripe_account.start(checkout_request("MYR"), key="key-2").reference)
    assert stripe_account.review().event_version == "2025-01-27.acacia"


def test_a_full_key_is_reviewed_though_events_are_not_answered(
    stripe_account: StripeProcessor, sandbox: SandboxProcess
) -> None:
    sandbox.fault("error", status=503, path="/v1/events", count=2)
    assert stripe_account.review().event_version == ""


@pytest.mark.parametrize("minutes", [10, -10])
def test_a_clock_that_differs_from_stripe_s_is_measured(
    stripe_account: StripeProcessor, minutes: int
) -> None:
    assert abs(stripe_account.check().clock_ahead or 0) < 100
    with time_machine.travel(now() + timedelta(minutes=minutes)):
        ahead = stripe_account.check().clock_ahead
    assert ahead is not None
    assert abs(ahead - minutes * 60) < 100


def test_odd_answers_lose_only_what_is_odd() -> None:
    found = facts_of(
        {
            "id": "acct_1",
            "payouts_enabled": "yes",
            "capabilities": {"card_payments": 5, "fpx_payments": "active", "x" * 200 + "_payments": "active"},
            "requirements": {
                "currently_due": [7, "a\0b", "company.name"],
                "errors": "none",
                "past_due": None,
            },
            "future_requirements": {"currently_due": ["owners.id"], "current_deadline": 1e400},
        }
    )
    assert found.can_pay_out is None
    assert [one.name for one in found.methods or ()] == ["fpx"]
    assert found.requirements == (
        Requirement("company.name", Urgency.DUE),
        Requirement("owners.id", Urgency.LATER),
    )
    assert facts_of({"id": "acct_1", "requirements": [], "capabilities": []}).requirements is None
    with pytest.raises(Incomplete):
        facts_of({})
