"""The owner's view of an account."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import override_settings

from duitpos.dashboard.texts.processors import account_texts
from duitpos.domain.processor_accounts.accounts import check_account
from duitpos.domain.processor_accounts.view import Health, account_view
from duitpos.kit.clock import now
from duitpos.models import ProcessorAccount
from duitpos.processors.errors import SignatureProblem
from tests.domain.processor_accounts.conftest import WEBHOOK_SECRET, Owner

KEY = "sk_test_" + "0123456789abcdef" * 3 + "WXYZ"


def _view(owner: Owner, account: ProcessorAccount) -> object:
    return account_view(owner.fresh(account), "https://order.example.my", owner.tenant.slug)


def test_secrets_are_masked_to_their_last_four(owner: Owner) -> None:
    saved = owner.save(owner.add(), secret_key=owner.second_key(KEY), webhook_secret=WEBHOOK_SECRET)
    view = account_view(saved.account, "https://order.example.my", owner.tenant.slug)
    assert {one.field.name: one.masked for one in view.fields} == {
        "secret_key": "sk_test_…WXYZ",
        "webhook_secret": "whsec_…Gm3o",
    }
    assert [one.field.required for one in view.fields] == [True, False]
    shown = repr(view.fields) + repr(view.owner) + view.endpoint_url + repr(view.health)
    assert KEY not in shown
    assert WEBHOOK_SECRET not in shown


def test_a_short_secret_does_not_show_most_of_itself(owner: Owner) -> None:
    view = account_view(owner.working(), "https://order.example.my", owner.tenant.slug)
    assert view.fields[0].masked == "sk_test_…"


def test_the_fields_and_events_of_the_guide(owner: Owner) -> None:
    view = account_view(owner.add(), "https://order.example.my", owner.tenant.slug)
    assert view.endpoint_url == "https://order.example.my/kopi/webhooks/stripe/"
    assert [name for name, is_enough in view.events if is_enough] == [
        "checkout.session.completed",
        "checkout.session.expired",
    ]
    assert len(view.events) == 18
    assert [one.masked for one in view.fields] == ["", ""]
    assert view.owner == {}


def test_the_owner_chooses_an_address_only_where_there_is_a_choice(owner: Owner) -> None:
    account = owner.working()
    assert account_view(account, "", "kopi").addresses == (owner.sandbox.url, "")
    with override_settings(SANDBOX_URLS=[]):
        assert account_view(account, "", "kopi").addresses == ()


def test_health(owner: Owner) -> None:
    account = owner.working()
    row = ProcessorAccount.objects.filter(tenant=owner.tenant, id=account.id)
    assert account_view(owner.fresh(account), "", "kopi").health[0] == {"code": Health.NO_DELIVERY_YET}
    row.update(bad_signatures=2, last_bad_signature_at=now(), last_bad_signature=SignatureProblem.CLOCK.value)
    assert account_view(owner.fresh(account), "", "kopi").health[1]["problem"] == "clock"
    row.update(last_event_at=now() + timedelta(minutes=1), foreign_events=4)
    (only,) = account_view(owner.fresh(account), "", "kopi").health
    assert only == {"code": Health.FOREIGN_EVENTS, "count": 4}


@pytest.mark.parametrize("problem", list(SignatureProblem))
def test_every_kind_of_bad_delivery_has_its_health_text(owner: Owner, problem: SignatureProblem) -> None:
    account = owner.working()
    ProcessorAccount.objects.filter(tenant=owner.tenant, id=account.id).update(
        bad_signatures=1, last_bad_signature_at=now(), last_bad_signature=problem.value
    )
    health = account_texts(account_view(owner.fresh(account), "", "kopi")).health
    assert len(health) == 2
    assert health[1].endswith(".")


def test_an_account_that_may_not_take_payments_says_so(owner: Owner) -> None:
    account = owner.working()
    ProcessorAccount.objects.filter(tenant=owner.tenant, id=account.id).update(can_charge=False)
    assert {"code": Health.CANNOT_CHARGE} in account_view(owner.fresh(account), "", "kopi").health
    check_account(owner.member, account.id)
    assert {"code": Health.CANNOT_CHARGE} not in account_view(owner.fresh(account), "", "kopi").health


def test_a_secret_that_cannot_be_decrypted_is_reported(owner: Owner) -> None:
    account = owner.working()
    with override_settings(ENCRYPTION_KEYS={"new": b"n" * 32}):
        assert account_view(account, "", "kopi").fields[0].is_unreadable


def test_a_view_costs_no_query(owner: Owner, django_assert_num_queries: object) -> None:
    account = owner.working()
    with django_assert_num_queries(0):  # type: ignore[operator]
        account_view(account, "", "kopi")
