"""Two phones of a table call at once, and two members of staff acknowledge one call at once."""

from __future__ import annotations

import threading
from contextlib import suppress
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError

from duitpos.domain.tables import calls
from duitpos.domain.tables.calls import acknowledge, call
from duitpos.kit.clock import now
from duitpos.models import Membership, ServiceCall, Table
from tests.support.at_once import at_once
from tests.support.restaurant import Restaurant, a_member, a_restaurant, a_table

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def kopi() -> Restaurant:
    return a_restaurant()


def staff(kopi: Restaurant, count: int) -> list[Membership]:
    return [a_member(kopi.tenant, "cashier", f"cashier-{number}@kopi.example") for number in range(count)]


def test_phones_that_call_at_once_make_one_call(kopi: Restaurant) -> None:
    table = a_table(kopi.location)
    made = at_once([partial(call, kopi.tenant, table, "staff", f"phone-{number}") for number in range(6)])
    assert len({one.id for one in made}) == 1
    assert ServiceCall.objects.filter(tenant=kopi.tenant).count() == 1


def test_without_the_constraint_there_would_be_two(kopi: Restaurant) -> None:
    """The counter-check: read, then insert. If the constraint refuses nothing here, the race above proves nothing."""
    table = a_table(kopi.location)
    both_have_read = threading.Barrier(2)

    def look_then_insert() -> bool:
        rows = ServiceCall.objects.filter(tenant=kopi.tenant, table=table, acknowledged_at=None)
        assert not rows.exists()
        both_have_read.wait(timeout=60)
        ServiceCall.objects.create(**_columns(kopi, table))
        return True

    with pytest.raises(IntegrityError):
        at_once([look_then_insert] * 2)


def _columns(kopi: Restaurant, table: Table) -> dict[str, Any]:
    return {
        "tenant": kopi.tenant,
        "location": kopi.location,
        "table": table,
        "kind": "staff",
        "guest_token": "phone",
        "created_at": now(),
    }


def test_of_those_who_acknowledge_at_once_all_learn_of_the_same_one(kopi: Restaurant) -> None:
    made = call(kopi.tenant, a_table(kopi.location), "bill", "phone")
    members = staff(kopi, 4)
    told = at_once([partial(acknowledge, member, None, made.id) for member in members])
    stored = ServiceCall.objects.get(tenant=kopi.tenant, id=made.id)
    assert {one.acknowledged_by_id for one in told} == {stored.acknowledged_by_id}


def test_without_the_guard_both_would_be_told_that_they_go(
    kopi: Restaurant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The counter-check: read, wait for the other one, then write by id."""
    both_have_read = threading.Barrier(2)

    def read_then_write(member: Membership, location: object, call_id: UUID) -> UUID:
        row = ServiceCall.objects.get(tenant_id=member.tenant_id, id=call_id)
        assert row.acknowledged_at is None
        with suppress(threading.BrokenBarrierError):
            both_have_read.wait(timeout=60)
        ServiceCall.objects.filter(tenant_id=member.tenant_id, id=call_id).update(
            acknowledged_at=now(), acknowledged_by=member
        )
        return member.id

    monkeypatch.setattr(calls, "acknowledge", read_then_write)
    made = call(kopi.tenant, a_table(kopi.location), "bill", "phone")
    members = staff(kopi, 2)
    told = at_once([partial(calls.acknowledge, member, None, made.id) for member in members])
    assert set(told) == {member.id for member in members}
