"""Guests call staff or ask for the bill, and staff acknowledge it."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from duitpos.domain.errors import Forbidden, Gone, Invalid, TooMany
from duitpos.domain.tables.calls import (
    MOST_PER_PHONE,
    MOST_PER_TABLE,
    OPEN_FOR,
    acknowledge,
    call,
    calls_of,
    calls_version,
    open_calls,
)
from duitpos.kit.clock import now
from duitpos.models import ServiceCall, Table
from tests.support.restaurant import Restaurant, a_location, a_member, a_restaurant, a_table

pytestmark = pytest.mark.django_db
PHONE = "phone-of-a-guest"


@pytest.fixture
def kopi() -> Restaurant:
    return a_restaurant()


@pytest.fixture
def table(kopi: Restaurant) -> Table:
    return a_table(kopi.location, "7")


def test_one_call_for_each_kind_however_often_it_is_pressed(kopi: Restaurant, table: Table) -> None:
    first = call(kopi.tenant, table, "staff", PHONE)
    assert call(kopi.tenant, table, "staff", "another-phone-at-it").id == first.id
    bill = call(kopi.tenant, table, "bill", PHONE)
    assert [one.id for one in open_calls(kopi.tenant, kopi.location.id)] == [first.id, bill.id]
    assert [one.kind for one in calls_of(kopi.tenant, table)] == ["staff", "bill"]
    with pytest.raises(Invalid):
        call(kopi.tenant, table, "music", PHONE)


def test_the_first_who_acknowledges_is_kept_and_the_guest_reads_it(kopi: Restaurant, table: Table) -> None:
    made = call(kopi.tenant, table, "staff", PHONE)
    cook = a_member(kopi.tenant)
    assert acknowledge(cook, kopi.location, made.id).acknowledged_by_id == cook.id
    assert acknowledge(kopi.owner, None, made.id).acknowledged_by_id == cook.id
    assert open_calls(kopi.tenant) == []
    (shown,) = calls_of(kopi.tenant, table)
    assert shown.acknowledged_at is not None
    assert call(kopi.tenant, table, "staff", PHONE).id != made.id, "the table can call again"
    (again,) = calls_of(kopi.tenant, table)
    assert again.acknowledged_at is None, "the newest one is shown"


def test_an_answer_is_shown_for_a_while(kopi: Restaurant, table: Table) -> None:
    made = call(kopi.tenant, table, "staff", PHONE)
    acknowledge(kopi.owner, None, made.id)
    ServiceCall.objects.filter(tenant=kopi.tenant).update(acknowledged_at=now() - timedelta(minutes=11))
    assert calls_of(kopi.tenant, table) == []


def test_a_call_that_nobody_answered_ends(kopi: Restaurant, table: Table) -> None:
    made = call(kopi.tenant, table, "staff", PHONE)
    ServiceCall.objects.filter(tenant=kopi.tenant).update(created_at=now() - OPEN_FOR)
    assert open_calls(kopi.tenant) == []
    assert calls_of(kopi.tenant, table) == []
    assert call(kopi.tenant, table, "staff", PHONE).id != made.id
    assert len(open_calls(kopi.tenant)) == 1


def test_a_phone_that_calls_too_often_is_refused_everywhere(kopi: Restaurant, table: Table) -> None:
    for _ in range(MOST_PER_PHONE):
        acknowledge(kopi.owner, None, call(kopi.tenant, table, "staff", PHONE).id)
    with pytest.raises(TooMany):
        call(kopi.tenant, a_table(kopi.location, "8"), "staff", PHONE)
    call(kopi.tenant, table, "staff", "another-phone-at-it")
    ServiceCall.objects.filter(tenant=kopi.tenant, guest_token=PHONE).update(
        created_at=now() - timedelta(minutes=11)
    )
    call(kopi.tenant, table, "bill", PHONE)


def test_phones_without_our_cookie_share_the_tables_limit(kopi: Restaurant, table: Table) -> None:
    for number in range(MOST_PER_TABLE):
        acknowledge(kopi.owner, None, call(kopi.tenant, table, "staff", f"phone-{number}").id)
    with pytest.raises(TooMany):
        call(kopi.tenant, table, "staff", "one-more-phone")
    call(kopi.tenant, a_table(kopi.location, "8"), "staff", "one-more-phone")


def test_locations_and_restaurants_have_their_own_calls(kopi: Restaurant, table: Table) -> None:
    ipoh, teh = a_location(kopi.tenant, "ipoh"), a_restaurant("teh")
    here = call(kopi.tenant, table, "staff", PHONE)
    there = call(kopi.tenant, a_table(ipoh), "staff", PHONE)
    theirs = call(teh.tenant, a_table(teh.location), "staff", PHONE)
    assert [one.id for one in open_calls(kopi.tenant, ipoh.id)] == [there.id]
    assert [one.id for one in open_calls(kopi.tenant)] == [here.id, there.id]
    for location, call_id in ((ipoh, here.id), (None, theirs.id), (kopi.location, uuid4())):
        with pytest.raises(Gone):
            acknowledge(kopi.owner, location, call_id)
    stranger = a_member(kopi.tenant)
    stranger.role = "none"
    with pytest.raises(Forbidden):
        acknowledge(stranger, None, here.id)
    assert len(open_calls(kopi.tenant)) == 2
    assert len(open_calls(teh.tenant)) == 1


def test_another_call_is_another_version(kopi: Restaurant, table: Table) -> None:
    none = calls_version(open_calls(kopi.tenant))
    made = call(kopi.tenant, table, "staff", PHONE)
    one = calls_version(open_calls(kopi.tenant))
    acknowledge(kopi.owner, None, made.id)
    assert (one != none, calls_version(open_calls(kopi.tenant))) == (True, none)
