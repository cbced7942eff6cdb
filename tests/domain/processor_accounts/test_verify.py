"""Finding a delivery's account, and counting deliveries that no account verifies (M12, M13, M25, M26)."""

from __future__ import annotations

import json
import time
from datetime import datetime, timedelta

import pytest
import stripe
import time_machine

from duitpos.domain.payments.processors.bad_signatures import MOST
from duitpos.domain.payments.processors.connect import verify
from duitpos.kit.clock import now
from duitpos.models import ProcessorAccount, WebhookEvent
from duitpos.models.payment_setup import AccountState
from duitpos.processors.errors import SignatureInvalid, SignatureProblem
from tests.domain.processor_accounts.conftest import WEBHOOK_SECRET, Owner

EVENT = {
    "id": "evt_1", "object": "event", "api_version": stripe.api_version, "created": 1795456863, "livemode": False,
    "type": "customer.created", "data": {"object": {"id": "cus_1"}},
}  # fmt: skip
BODY = json.dumps(EVENT)
NEW_SECRET = "whsec_of_the_new_account_1"


def _headers(secret: str, age: int = 0) -> dict[str, str]:
    header = stripe.WebhookSignature.generate_signature_header(BODY, secret, int(time.time()) - age)
    return {"stripe-signature": header}


def _problem(owner: Owner, headers: dict[str, str]) -> SignatureProblem:
    with pytest.raises(SignatureInvalid) as caught:
        verify(owner.tenant, "stripe", BODY.encode(), headers)
    return caught.value.problem


def _whose(owner: Owner, secret: str) -> ProcessorAccount:
    account, delivery = verify(owner.tenant, "stripe", BODY.encode(), _headers(secret))
    assert delivery.events[0].dedupe_key == "evt_1"
    return account


def test_retired_accounts_and_rotated_secrets_still_verify(owner: Owner) -> None:
    old = owner.working()
    owner.pay_with(old)
    new = owner.save(old, secret_key=owner.another_key(), webhook_secret=NEW_SECRET).account
    assert owner.fresh(old).state == AccountState.RETIRED
    assert _whose(owner, WEBHOOK_SECRET).id == old.id
    assert _whose(owner, NEW_SECRET).id == new.id
    owner.save(new, webhook_secret="whsec_rotated_once_more")
    assert _whose(owner, NEW_SECRET).id == _whose(owner, "whsec_rotated_once_more").id == new.id


def test_of_two_rows_with_the_same_secret_the_one_in_use_is_found(owner: Owner) -> None:
    old = owner.working()
    owner.pay_with(old)
    new = owner.save(old, secret_key=owner.another_key(), webhook_secret=WEBHOOK_SECRET).account
    assert _whose(owner, WEBHOOK_SECRET).id == new.id


@pytest.mark.parametrize(
    "secret, age, problem",
    [
        ("whsec_of_somebody_else_1", 0, SignatureProblem.MISMATCH),
        (WEBHOOK_SECRET, 400, SignatureProblem.CLOCK),
    ],
)
def test_a_bad_delivery_is_counted_and_changes_nothing_else(
    owner: Owner, secret: str, age: int, problem: SignatureProblem
) -> None:
    account = owner.working()
    owner.save(account, webhook_secret="whsec_rotated_once_more")
    before = owner.fresh(account)
    for _ in range(3):
        assert _problem(owner, _headers(secret, age)) == problem
    row = owner.fresh(account)
    assert (row.bad_signatures, row.last_bad_signature) == (1, problem.value), "written once a minute"
    with time_machine.travel(now() + timedelta(seconds=61)):
        _problem(owner, _headers(secret, age))
    assert owner.fresh(account).bad_signatures == 4, "and none is lost"
    assert row.last_bad_signature_at is not None
    assert isinstance(row.last_bad_signature_at, datetime)
    assert now() - row.last_bad_signature_at < timedelta(seconds=30)
    assert (row.credentials, row.state, row.last_event_at) == (before.credentials, before.state, None)
    assert not WebhookEvent.objects.filter(tenant=owner.tenant).exists()
    assert len(owner.rows()) == 1


def test_without_a_secret_nothing_is_trusted(owner: Owner) -> None:
    assert _problem(owner, _headers("")) == SignatureProblem.NO_SECRET
    account = owner.save(owner.add(), secret_key=owner.sandbox.secret_key).account
    assert _problem(owner, _headers(WEBHOOK_SECRET)) == SignatureProblem.NO_SECRET
    assert owner.fresh(account).last_bad_signature == "no_secret"


def test_the_counter_is_bounded(owner: Owner) -> None:
    account = owner.working()
    ProcessorAccount.objects.filter(tenant=owner.tenant, id=account.id).update(bad_signatures=MOST)
    _problem(owner, {})
    assert owner.fresh(account).bad_signatures == MOST


def test_another_restaurant_s_secret_does_not_verify(owner: Owner) -> None:
    from tests.support.restaurant import a_restaurant

    owner.working()
    stranger = Owner(a_restaurant("teh"), owner.sandbox)
    stranger.save(stranger.add(), secret_key=owner.another_key(), webhook_secret=NEW_SECRET)
    assert _problem(owner, _headers(NEW_SECRET)) == SignatureProblem.MISMATCH
