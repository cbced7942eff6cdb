"""Two people open a location with one address at once, or edit one at once."""

from __future__ import annotations

import threading
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError

from duitpos.domain.errors import Conflict
from duitpos.domain.staff_actions.edit_location import (
    LocationDetails,
    details_of,
    edit_location,
    open_location,
)
from duitpos.models import AuditEntry, Location
from tests.support.at_once import at_once
from tests.support.restaurant import Restaurant, a_restaurant

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]
PENANG = LocationDetails(name="Penang", slug="penang")


@pytest.fixture
def kopi() -> Restaurant:
    return a_restaurant()


def outcome(work: Any) -> str:
    try:
        work()
    except Conflict as error:
        return error.code.value
    return "done"


def test_one_address_makes_one_location(kopi: Restaurant) -> None:
    said = at_once([partial(outcome, partial(open_location, kopi.owner, PENANG))] * 4)
    assert sorted(said) == ["done", *["location_slug_taken"] * 3]
    assert Location.objects.filter(tenant=kopi.tenant, slug="penang").count() == 1
    assert AuditEntry.objects.filter(tenant=kopi.tenant).count() == 1


def test_a_look_before_it_would_not_have_refused(kopi: Restaurant) -> None:
    """The control: the former check, read and then insert, finds nothing taken for either of two."""
    both_have_read = threading.Barrier(2)

    def look_then_insert() -> None:
        assert not Location.objects.filter(tenant=kopi.tenant, slug="penang").exists()
        both_have_read.wait(timeout=60)
        Location.objects.create(tenant=kopi.tenant, name="Penang", slug="penang")

    with pytest.raises(IntegrityError):
        at_once([look_then_insert] * 2)


def test_of_editors_at_once_one_saves(kopi: Restaurant) -> None:
    mine = details_of(kopi.location)

    def save(number: int) -> str:
        changed = replace(mine, address=f"{number} Jalan Telawi")
        return outcome(partial(edit_location, kopi.owner, kopi.location.id, kopi.location.version, changed))

    said = at_once([partial(save, number) for number in range(4)])
    assert sorted(said) == ["done", *["location_changed"] * 3]
    site = Location.objects.get(tenant=kopi.tenant)
    assert (site.version, site.address) == (2, f"{said.index('done')} Jalan Telawi")
