"""When an account is reviewed, what is kept, and who is told when it is restricted."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from duitpos.dashboard.texts.alerts import detail_text
from duitpos.domain.alerts.open import Resolution, resolve
from duitpos.domain.processor_accounts.accounts import check_account, remove_account
from duitpos.domain.processor_accounts.health import health_of
from duitpos.domain.processor_accounts.review import AGAIN, EVERY, record_review, record_unanswered
from duitpos.domain.processor_accounts.review_document import review_of
from duitpos.domain.sweep.sweep import sweep
from duitpos.kit.clock import now
from duitpos.kit.facts import facts
from duitpos.models import AccountHealth, Alert, ProcessorAccount
from duitpos.models.alert import AlertKind
from duitpos.processors.base import AccountFacts
from tests.domain.processor_accounts.conftest import Owner

pytestmark = pytest.mark.django_db(transaction=True)


def change(owner: Owner, **facts_of_account: Any) -> None:
    owner.sandbox.control("POST", f"/accounts/{owner.account_id}", facts_of_account)


def make_due(owner: Owner) -> None:
    """The account and its review are due for the sweep now."""
    ProcessorAccount.objects.filter(tenant=owner.tenant).update(next_events_at=now())
    AccountHealth.objects.filter(tenant=owner.tenant).update(next_review_at=now())


def reviewed_facts(account: ProcessorAccount) -> AccountFacts:
    review = review_of(health_of(account))
    assert review is not None
    return review.facts


def open_alert(owner: Owner) -> Alert | None:
    return Alert.objects.filter(
        tenant=owner.tenant, kind=AlertKind.ACCOUNT_RESTRICTED, resolved_at__isnull=True
    ).first()


def asked(owner: Owner) -> int:
    return sum(one["target"] == "/v1/account" for one in owner.sandbox.requests())


# -- when -----------------------------------------------------------------------------------------------------


def test_saving_a_key_reviews_its_account(owner: Owner) -> None:
    account = owner.working()
    health = health_of(account)
    assert health.reviewed_at is not None
    assert health.next_review_at == health.reviewed_at + EVERY
    assert reviewed_facts(account).is_too_wide
    assert "sk_test" not in str(health.review)


def test_the_sweep_reviews_an_idle_account_once_a_day(owner: Owner) -> None:
    account = owner.working()
    ProcessorAccount.objects.filter(tenant=owner.tenant).update(next_events_at=now(), idle_asks=100)
    before = asked(owner)
    sweep()
    assert asked(owner) == before, "it was reviewed today"
    change(owner, name="Kopi Baru", payouts_enabled=False)
    make_due(owner)
    sweep()
    assert asked(owner) == before + 1
    assert reviewed_facts(account).can_pay_out is False
    assert owner.fresh(account).name == "Kopi Baru"
    assert (health_of(account).next_review_at or now()) > now() + timedelta(hours=23)


def test_an_account_of_an_earlier_version_is_reviewed_at_the_next_sweep(owner: Owner) -> None:
    account = owner.working()
    AccountHealth.objects.filter(tenant=owner.tenant).delete()
    ProcessorAccount.objects.filter(tenant=owner.tenant).update(next_events_at=now())
    sweep()
    assert health_of(account).reviewed_at is not None


def test_a_review_without_an_answer_keeps_the_last_one_and_backs_off(owner: Owner) -> None:
    account = owner.working()
    seen = health_of(account).reviewed_at
    for minutes in (30, 60, 120, 240, 480, 960, 1440, 1440):
        owner.sandbox.fault("error", status=503, path="/v1/account$", count=2)
        make_due(owner)
        sweep()
        health = health_of(account)
        assert health.review_problem["code"] == "unavailable"
        assert health.next_review_at is not None
        wait = health.next_review_at - now()
        assert timedelta(minutes=minutes - 2) < wait <= timedelta(minutes=minutes)
    assert (health_of(account).reviewed_at, reviewed_facts(account).can_charge) == (seen, True)
    assert timedelta(minutes=30) == AGAIN
    make_due(owner)
    sweep()
    assert health_of(account).review_problem == {}


def test_a_revoked_key_is_found_by_the_review(owner: Owner) -> None:
    account = owner.working()
    owner.sandbox.control("DELETE", f"/keys/{owner.sandbox.secret_key}")
    make_due(owner)
    sweep()
    assert owner.fresh(account).paused_at is not None
    check_account(owner.member, account.id)
    assert health_of(account).review_problem["code"] == "key_refused"


def test_a_slow_answer_does_not_replace_a_later_one(owner: Owner) -> None:
    account = owner.working()
    late = AccountFacts("", "Of the old key", "SG", "SGD", None, False)
    record_review(account, late, now() - timedelta(seconds=30))
    record_unanswered(account, facts("unavailable"), now() - timedelta(seconds=30))
    assert reviewed_facts(account).name == "Sandbox Café"
    assert (owner.fresh(account).name, health_of(account).review_problem) == ("Sandbox Café", {})
    assert open_alert(owner) is None


# -- who is told ----------------------------------------------------------------------------------------------


def due_in(days: int) -> dict[str, Any]:
    at: datetime = now() + timedelta(days=days)
    return {"currently_due": ["company.tax_id"], "current_deadline": int(at.timestamp())}


@pytest.mark.parametrize(
    "changes, words",
    [
        ({"charges_enabled": False}, "takes no payments"),
        ({"payouts_enabled": False}, "pays nothing out"),
        ({"requirements": {"past_due": ["external_account"]}}, "It asks for: external_account."),
        ({"requirements": due_in(6)}, "It wants that by"),
    ],
)
def test_a_restriction_opens_an_alert_that_ends_by_itself(
    owner: Owner, changes: dict[str, Any], words: str
) -> None:
    owner.working()
    assert open_alert(owner) is None
    change(owner, **changes)
    make_due(owner)
    sweep()
    alert = open_alert(owner)
    assert alert is not None
    assert words in detail_text(alert)
    change(
        owner,
        charges_enabled=True,
        payouts_enabled=True,
        requirements={"past_due": [], "currently_due": [], "current_deadline": None},
    )
    make_due(owner)
    sweep()
    assert open_alert(owner) is None
    alert.refresh_from_db()
    assert alert.resolution["code"] == Resolution.RESTRICTION_OVER


@pytest.mark.parametrize("requirements", [due_in(8), {"eventually_due": ["company.name"]}])
def test_what_is_due_later_alarms_nobody(owner: Owner, requirements: dict[str, Any]) -> None:
    change(owner, requirements=requirements)
    owner.working()
    assert open_alert(owner) is None


def test_what_staff_resolved_is_opened_again_only_for_something_else(owner: Owner) -> None:
    change(owner, payouts_enabled=False)
    account = owner.working()
    resolve(owner.tenant.id, now(), facts(Resolution.LOOKED_AT), member=owner.member)
    check_account(owner.member, account.id)
    assert open_alert(owner) is None, "they know"
    change(owner, charges_enabled=False)
    check_account(owner.member, account.id)
    alert = open_alert(owner)
    assert alert is not None
    assert alert.facts["charges_stopped"]


def test_an_open_alert_says_what_is_asked_for_now(owner: Owner) -> None:
    change(owner, requirements={"past_due": ["external_account"]})
    account = owner.working()
    change(owner, requirements={"past_due": ["company.name"]})
    check_account(owner.member, account.id)
    alert = open_alert(owner)
    assert alert is not None
    assert alert.facts["requirements"] == ["company.name"]


def test_an_account_that_takes_no_new_payments_alarms_nobody(owner: Owner) -> None:
    change(owner, payouts_enabled=False)
    account = owner.working()
    owner.pay_with(account)
    assert open_alert(owner) is not None
    remove_account(owner.member, account.id)
    assert open_alert(owner) is None
    make_due(owner)
    sweep()
    assert open_alert(owner) is None


def test_a_new_test_account_that_was_never_set_up_alarms_nobody(owner: Owner) -> None:
    account = owner.working()
    found = reviewed_facts(account)
    record_review(
        account,
        AccountFacts(
            found.external_id, found.name, "MY", "MYR", found.mode, False, is_set_up=False, can_pay_out=False
        ),
        now(),
    )
    assert open_alert(owner) is None
