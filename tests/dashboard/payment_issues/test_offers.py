"""Why guests do not see a payment type; always the same as what checkout offers them."""

from __future__ import annotations

from datetime import timedelta
from itertools import product
from typing import Any

import pytest

from duitpos.domain.checkout.options import pay_options
from duitpos.domain.payment_issues.findings import CauseCode as C
from duitpos.domain.payment_issues.findings import EvidenceCode as E
from duitpos.domain.payment_issues.known import load_known
from duitpos.domain.payment_issues.offer_check import check_offered, offered_types, why_not_offered
from duitpos.kit.clock import now
from duitpos.models import Location, PaymentType, PaymentTypeOffer, ProcessorAccount
from tests.support.restaurant import Restaurant, a_restaurant, online_type

pytestmark = pytest.mark.django_db

ACCOUNT: dict[str, dict[str, Any]] = {
    "works": {},
    "paused": {"paused_at": now()},
    "rests": {"offered_again_at": now() + timedelta(hours=1)},
    "rested": {"offered_again_at": now() - timedelta(hours=1)},
    "retired": {"state": "retired"},
    "new": {"state": "new"},
    "live": {"mode": "live"},
}


@pytest.fixture
def cafe() -> Restaurant:
    return a_restaurant()


def an_account(kind: PaymentType, **fields: Any) -> ProcessorAccount:
    values = {"processor": "stripe", "state": "active", "mode": "test", **fields}
    return ProcessorAccount.objects.create(tenant_id=kind.tenant_id, payment_type=kind, **values)


def another_type(cafe: Restaurant) -> PaymentType:
    return PaymentType.objects.create(tenant=cafe.tenant, code="TWO", name="Two", kind="online", position=9)


def switch_on(kind: PaymentType, is_active: bool = True) -> None:
    PaymentType.objects.filter(tenant_id=kind.tenant_id, id=kind.id).update(is_active=is_active)


@pytest.mark.parametrize("one, other", list(product(ACCOUNT, ACCOUNT)))
@pytest.mark.parametrize("is_active", [True, False])
def test_it_agrees_with_what_checkout_offers(cafe: Restaurant, one: str, other: str, is_active: bool) -> None:
    first, second = online_type(cafe.tenant), another_type(cafe)
    switch_on(first, is_active)
    an_account(first, **ACCOUNT[one])
    an_account(second, **ACCOUNT[other])
    offered = offered_types(load_known(cafe.tenant, now()), cafe.location)
    options = pay_options(cafe.tenant, cafe.location)
    assert [kind.id for kind in offered] == [option.payment_type_id for option in options]


def why(cafe: Restaurant) -> C | E | None:
    kind = PaymentType.objects.get(tenant=cafe.tenant, id=online_type(cafe.tenant).id)
    return why_not_offered(load_known(cafe.tenant, now()), kind, Location.objects.get(tenant=cafe.tenant))


@pytest.mark.parametrize(
    "account, reason",
    [
        ("works", None),
        ("paused", C.OFFER_KEY_REFUSED),
        ("rests", C.STARTS_REFUSED),
        ("retired", C.NO_PROCESSOR),
        ("new", C.NO_PROCESSOR),
    ],
)
def test_the_reason_is_the_accounts(cafe: Restaurant, account: str, reason: C | None) -> None:
    switch_on(online_type(cafe.tenant))
    an_account(online_type(cafe.tenant), **ACCOUNT[account])
    assert why(cafe) == reason


def test_a_test_account_beside_a_live_one(cafe: Restaurant) -> None:
    switch_on(online_type(cafe.tenant))
    an_account(online_type(cafe.tenant))
    an_account(another_type(cafe), mode="live")
    assert why(cafe) == E.HIDDEN_TEST
    check = check_offered(load_known(cafe.tenant, now()))
    assert not check.is_red, "the live one is shown, as the owner wants it"


def test_switched_off_for_a_location(cafe: Restaurant) -> None:
    kind = online_type(cafe.tenant)
    switch_on(kind)
    an_account(kind)
    PaymentTypeOffer.objects.create(
        tenant=cafe.tenant, payment_type=kind, location=cafe.location, channel="phone", is_offered=False
    )
    assert why(cafe) == E.HIDDEN_NOT_OFFERED


def test_inactive_and_nothing_else(cafe: Restaurant) -> None:
    switch_on(online_type(cafe.tenant), is_active=False)
    check = check_offered(load_known(cafe.tenant, now()))
    assert [cause.code for cause in check.causes] == [C.NOTHING_OFFERED]
    assert E.HIDDEN_INACTIVE in [seen.code for seen in check.evidence]


def test_closed_and_paused_are_said_and_are_no_fault(cafe: Restaurant) -> None:
    kind = online_type(cafe.tenant)
    switch_on(kind)
    an_account(kind)
    Location.objects.filter(tenant=cafe.tenant).update(paused_at=now())
    check = check_offered(load_known(cafe.tenant, now()))
    assert not check.is_red
    assert E.HIDDEN_PAUSED in [seen.code for seen in check.evidence]


def test_the_processors_least_amount_is_said(cafe: Restaurant) -> None:
    kind = online_type(cafe.tenant)
    switch_on(kind)
    an_account(kind)
    (least,) = [
        seen
        for seen in check_offered(load_known(cafe.tenant, now())).evidence
        if seen.code == E.BELOW_MINIMUM
    ]
    assert str(least.facts["amount"]) == "RM\u202f2.00"
