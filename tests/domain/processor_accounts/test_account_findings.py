"""What an owner is told of an account, each finding with what brings it about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.test import override_settings

from duitpos.dashboard.texts.account import finding_groups
from duitpos.domain.processor_accounts.account_codes import AccountCode as C
from duitpos.domain.processor_accounts.account_codes import AccountFinding, Severity
from duitpos.domain.processor_accounts.account_findings import account_findings, around
from duitpos.domain.processor_accounts.accounts import add_processor, save_credentials
from duitpos.domain.processor_accounts.health import health_of
from duitpos.domain.processor_accounts.review import record_review, record_unanswered
from duitpos.domain.processor_accounts.review_document import Review, document_of, review_of
from duitpos.domain.processor_accounts.types import create_type
from duitpos.kit.clock import now
from duitpos.kit.facts import facts
from duitpos.models import AccountHealth, ProcessorAccount
from duitpos.models.payment_setup import Mode as StoredMode
from duitpos.processors.account import (
    MethodState,
    PaymentMethod,
    Permission,
    Requirement,
    Restriction,
    Right,
    Urgency,
)
from duitpos.processors.base import AccountFacts
from duitpos.processors.credentials import Mode
from duitpos.processors.errors import Failure
from duitpos.processors.registry import ADAPTERS
from tests.support.acme import FACTS, GOOD, Acme
from tests.support.restaurant import Restaurant, a_location, a_restaurant

pytestmark = pytest.mark.django_db
READ = Permission(Right.READ_ACCOUNT, "acct:read", "Account: Read")
TAKE = Permission(Right.TAKE_PAYMENTS, "pay:write", "Payments: Write")
CARDS = PaymentMethod("card", "Cards", MethodState.ACTIVE)
FPX = PaymentMethod("fpx", "FPX", MethodState.INACTIVE, ("MYR",))
PAYNOW = PaymentMethod("paynow", "PayNow", MethodState.ACTIVE, ("SGD",))
WELL = replace(
    FACTS,
    is_set_up=True,
    can_pay_out=True,
    requirements=(),
    methods=(CARDS,),
    missing=(),
    is_too_wide=False,
    clock_ahead=1,
    event_version="2",
)


@pytest.fixture
def acme(monkeypatch: pytest.MonkeyPatch) -> Acme:
    installed = Acme(api_version="2")
    monkeypatch.setitem(ADAPTERS, "acme", installed)
    return installed


@pytest.fixture
def kopi() -> Iterator[Restaurant]:
    with override_settings(SANDBOX_URLS=[]):
        yield a_restaurant()


@pytest.fixture
def account(acme: Acme, kopi: Restaurant) -> ProcessorAccount:
    """An account without a fault."""
    acme.facts = WELL
    return saved(kopi, "ACME")


def saved(kopi: Restaurant, code: str) -> ProcessorAccount:
    kind = create_type(kopi.owner, code, code.title())
    return save_credentials(kopi.owner, add_processor(kopi.owner, kind.id, "acme").id, GOOD).account


def judged(account: ProcessorAccount) -> tuple[AccountFinding, ...]:
    row = ProcessorAccount.objects.select_related("payment_type").get(
        tenant_id=account.tenant_id, id=account.id
    )
    return account_findings(row, health_of(row), around(row.tenant_id))


def codes(account: ProcessorAccount) -> set[str]:
    return {one.code for one in judged(account)}


def the(account: ProcessorAccount, code: C) -> AccountFinding:
    (found,) = [one for one in judged(account) if one.code == code]
    return found


def told(account: ProcessorAccount, **changes: Any) -> None:
    """The processor answers with these changes."""
    record_review(account, replace(WELL, **changes), now())


def test_an_account_without_a_fault_has_only_fine_findings_but_its_test_mode(
    account: ProcessorAccount,
) -> None:
    assert codes(account) == {
        C.TEST_MODE, C.CAN_CHARGE, C.CAN_PAY_OUT, C.NOTHING_REQUIRED, C.METHODS_ACTIVE, C.CURRENCY_SAME,
        C.RIGHTS_ENOUGH, C.CLOCK_SAME, C.VERSION_SAME,
    }  # fmt: skip


@pytest.mark.parametrize(
    "changes, code, severity",
    [
        ({"can_charge": False}, C.CANNOT_CHARGE, Severity.STOPS),
        ({"can_charge": False, "restriction": Restriction.REVIEW}, C.CANNOT_CHARGE, Severity.STOPS),
        ({"missing": (TAKE,)}, C.MAY_NOT_TAKE_PAYMENTS, Severity.STOPS),
        ({"methods": (replace(CARDS, state=MethodState.PENDING),)}, C.NO_METHOD_FITS, Severity.STOPS),
        ({"methods": (PAYNOW,)}, C.NO_METHOD_FITS, Severity.STOPS),
        ({"is_set_up": False, "can_charge": False}, C.NOT_SET_UP, Severity.MEND),
        ({"can_pay_out": False}, C.CANNOT_PAY_OUT, Severity.MEND),
        ({"requirements": (Requirement("a", Urgency.PAST_DUE),)}, C.REQUIREMENTS_PAST_DUE, Severity.MEND),
        ({"requirements": (Requirement("a", Urgency.DUE),)}, C.REQUIREMENTS_DUE, Severity.MEND),
        ({"missing": (READ,)}, C.RIGHT_MISSING, Severity.MEND),
        ({"is_too_wide": True}, C.KEY_TOO_WIDE, Severity.MEND),
        ({"clock_ahead": -121}, C.CLOCK_DIFFERS, Severity.MEND),
        ({"clock_ahead": 300}, C.CLOCK_DIFFERS, Severity.MEND),
        ({"clock_ahead": 301}, C.CLOCK_REFUSES, Severity.MEND),
        ({"currency": "USD"}, C.CURRENCY_CONVERTED, Severity.KNOW),
        (
            {"methods": (CARDS, replace(FPX, state=MethodState.PENDING))},
            C.METHODS_PENDING,
            Severity.KNOW,
        ),
        ({"methods": (CARDS, FPX)}, C.METHODS_INACTIVE, Severity.KNOW),
        ({"methods": (CARDS, PAYNOW)}, C.METHODS_UNFIT, Severity.KNOW),
        ({"requirements": (Requirement("a", Urgency.CHECKING),)}, C.REQUIREMENTS_CHECKED, Severity.KNOW),
        ({"requirements": (Requirement("a", Urgency.LATER),)}, C.REQUIREMENTS_LATER, Severity.KNOW),
        ({"event_version": "1"}, C.VERSION_DIFFERS, Severity.KNOW),
    ],
)
def test_each_fault_is_named(
    account: ProcessorAccount, changes: dict[str, Any], code: C, severity: Severity
) -> None:
    assert code not in codes(account)
    told(account, **changes)
    finding = the(account, code)
    assert finding.severity == severity
    for group in finding_groups(judged(account), "Asia/Kuala_Lumpur", "en_MY"):
        for one in group.findings:
            assert one.says.endswith(".")
            assert "%(" not in one.says + one.why + one.do
            assert group.severity == Severity.FINE or (one.why and one.do)


def test_what_is_due_soon_has_its_day_and_the_processor_s_words(account: ProcessorAccount) -> None:
    due_at = now() + timedelta(days=3)
    told(account, requirements=(Requirement("bank", Urgency.DUE, due_at, "Which bank?"),))
    finding = the(account, C.REQUIREMENTS_DUE)
    assert finding.items == ({"name": "bank", "label": "Which bank?"},)
    (group,) = [one for one in finding_groups(judged(account), "UTC", "en_MY") if one.severity == "mend"]
    assert str(due_at.year) in group.findings[0].says


@pytest.mark.parametrize("days, is_said", [(29, True), (31, False)])
def test_a_key_that_expires_soon(account: ProcessorAccount, days: int, is_said: bool) -> None:
    told(account, expires_at=now() + timedelta(days=days))
    assert (C.KEY_EXPIRES in codes(account)) == is_said


def test_what_a_processor_does_not_tell_is_not_judged(acme: Acme, kopi: Restaurant) -> None:
    acme.facts = FACTS
    assert codes(saved(kopi, "ACME")) == {C.TEST_MODE, C.CAN_CHARGE, C.CURRENCY_SAME}


def test_a_refused_key_and_one_that_was_not_answered(account: ProcessorAccount) -> None:
    record_unanswered(account, facts(Failure.UNAVAILABLE), now())
    assert the(account, C.NOT_ANSWERED).about["reason"]["code"] == Failure.UNAVAILABLE
    assert C.CAN_CHARGE in codes(account), "the last answer stays"
    record_unanswered(account, facts(Failure.KEY_REFUSED, processor="Acme Pay"), now())
    assert the(account, C.KEY_REFUSED).severity == Severity.STOPS
    told(account)
    assert not {C.NOT_ANSWERED, C.KEY_REFUSED} & codes(account)
    ProcessorAccount.objects.filter(tenant_id=account.tenant_id).update(paused_at=now())
    assert C.KEY_REFUSED in codes(account)


def test_currencies_that_are_not_taken_stop_payments_there(
    account: ProcessorAccount, kopi: Restaurant
) -> None:
    a_location(kopi.tenant, "kuwait", currency="KWD")
    assert the(account, C.CURRENCY_IMPOSSIBLE).about["location"] == "Kuwait"


def test_the_same_account_in_two_types_is_fine_and_mixed_modes_are_not(
    account: ProcessorAccount, kopi: Restaurant
) -> None:
    second = saved(kopi, "TWO")
    assert the(second, C.SHARED_TYPES).severity == Severity.FINE
    assert "settle to the same bank account" in str(
        finding_groups((the(second, C.SHARED_TYPES),), "UTC", "en_MY")
    )
    ProcessorAccount.objects.filter(tenant=kopi.tenant, id=account.id).update(mode=StoredMode.LIVE)
    assert (the(second, C.MODES_MIXED).about["live"], the(second, C.MODES_MIXED).about["test"]) == (
        "Acme",
        "Two",
    )


def test_another_restaurant_with_the_same_account_is_said_and_not_named(
    acme: Acme, account: ProcessorAccount
) -> None:
    assert C.SHARED_WITH_ANOTHER not in codes(account)
    other = saved(a_restaurant("teh"), "ACME")
    told(account)
    for one in (account, other):
        assert the(one, C.SHARED_WITH_ANOTHER).severity == Severity.KNOW
        assert not {"teh", "kopi"} & set(str(health_of(one).review).lower().split("'"))


def test_live_and_unknown_modes(account: ProcessorAccount) -> None:
    rows = ProcessorAccount.objects.filter(tenant_id=account.tenant_id)
    rows.update(mode=StoredMode.LIVE)
    assert C.LIVE_MODE in codes(account)
    rows.update(mode=StoredMode.UNKNOWN)
    assert C.MODE_UNKNOWN in codes(account)


def test_without_a_review_and_with_one_of_another_version(account: ProcessorAccount) -> None:
    AccountHealth.objects.filter(tenant_id=account.tenant_id).update(review={"of": "another version"})
    assert codes(account) == {C.NOT_REVIEWED, C.TEST_MODE}
    AccountHealth.objects.filter(tenant_id=account.tenant_id).delete()
    assert codes(account) == {C.NOT_REVIEWED, C.TEST_MODE}


def test_judging_makes_no_query(account: ProcessorAccount, django_assert_num_queries: Any) -> None:
    row = ProcessorAccount.objects.select_related("payment_type").get(
        tenant_id=account.tenant_id, id=account.id
    )
    health, compared = health_of(row), around(row.tenant_id)
    with django_assert_num_queries(0):
        account_findings(row, health, compared)


def test_a_stored_answer_is_read_as_it_was_given(account: ProcessorAccount) -> None:
    whole = AccountFacts(
        "A", "B", "MY", "MYR", Mode.LIVE, True, True, False, Restriction.OTHER, "listed",
        (Requirement("bank", Urgency.DUE, now(), "Which?"),), (FPX,), (READ,), True, -3, "2", now(),
    )  # fmt: skip
    for one in (whole, FACTS):
        assert review_of(AccountHealth(review=document_of(Review(one, True)))) == Review(one, True)
