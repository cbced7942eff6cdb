"""Pause a location, and take orders again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from duitpos.domain.checkout.stopped import Why
from duitpos.domain.errors import Conflict, Forbidden, Gone, Invalid
from duitpos.domain.staff_actions.pause import pause, resume
from duitpos.domain.tenancy.hours import is_paused
from duitpos.guest.table_page import table_page_of
from duitpos.kit.clock import now
from duitpos.models import Location
from tests.support.restaurant import Restaurant, a_location, a_member, a_restaurant, a_table

pytestmark = pytest.mark.django_db


@pytest.fixture
def kopi() -> Restaurant:
    return a_restaurant()


def stored(kopi: Restaurant) -> Location:
    return Location.objects.get(tenant=kopi.tenant, id=kopi.location.id)


def test_paused_with_an_end_and_a_message_and_started_again(kopi: Restaurant) -> None:
    other = a_location(kopi.tenant, "ipoh")
    pause(a_member(kopi.tenant), kopi.location, "30m", "  Back\tsoon\u202e \x00", seen=None)
    paused = stored(kopi)
    assert is_paused(paused, now())
    assert not is_paused(paused, now() + timedelta(minutes=30))
    assert paused.pause_message == "Back soon"
    assert Location.objects.get(tenant=kopi.tenant, id=other.id).paused_at is None
    resume(kopi.owner, kopi.location, seen=paused.paused_at)
    again = stored(kopi)
    assert (again.paused_at, again.paused_until, again.pause_message) == (None, None, "")


def test_the_menu_of_an_open_phone_gets_another_version_at_once(kopi: Restaurant) -> None:
    table = a_table(kopi.location)
    before = table_page_of("kopi", table.token)
    pause(kopi.owner, kopi.location, "open", seen=None)
    paused = table_page_of("kopi", table.token)
    assert paused.stopped is not None
    assert paused.stopped.why is Why.PAUSED
    assert paused.version != before.version
    resume(kopi.owner, kopi.location, seen=stored(kopi).paused_at)
    assert table_page_of("kopi", table.token).version == before.version


def test_what_somebody_else_did_meanwhile_is_not_overwritten(kopi: Restaurant) -> None:
    pause(kopi.owner, kopi.location, "1h", "First", seen=None)
    first = stored(kopi).paused_at
    with pytest.raises(Conflict):
        pause(kopi.owner, kopi.location, "15m", "Second", seen=None)
    assert stored(kopi).pause_message == "First"
    pause(kopi.owner, kopi.location, "open", "Longer", seen=first)
    with pytest.raises(Conflict):
        resume(kopi.owner, kopi.location, seen=first)
    assert (stored(kopi).pause_message, stored(kopi).paused_until) == ("Longer", None)


def test_to_start_again_what_runs_changes_nothing(kopi: Restaurant) -> None:
    resume(kopi.owner, kopi.location, seen=now())
    assert stored(kopi).paused_at is None


def test_bad_values_are_refused(kopi: Restaurant) -> None:
    for how_long, message in (("soon", ""), ("0m", ""), ("1h", "x" * 201)):
        with pytest.raises(Invalid):
            pause(kopi.owner, kopi.location, how_long, message, seen=None)
    pause(kopi.owner, kopi.location, "1h", "字" * 200, seen=None)
    assert stored(kopi).pause_message == "字" * 200


def test_only_ones_own_location_and_only_with_the_right(kopi: Restaurant) -> None:
    teh = a_restaurant("teh")
    with pytest.raises(Gone):
        pause(kopi.owner, teh.location, "1h", seen=None)
    with pytest.raises(Gone):
        resume(kopi.owner, teh.location, seen=None)
    stranger = a_member(kopi.tenant)
    stranger.role = "none"
    with pytest.raises(Forbidden):
        pause(stranger, kopi.location, "1h", seen=None)
    assert (stored(kopi).paused_at, stored(teh).paused_at) == (None, None)
