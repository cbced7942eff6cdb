"""A further location, and one that is edited."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from duitpos.domain.errors import Code, Conflict, DomainError, Forbidden, Gone, Invalid
from duitpos.domain.staff_actions.edit_location import (
    LocationDetails,
    details_of,
    edit_location,
    has_orders,
    open_location,
)
from duitpos.domain.staff_actions.service_style import set_service_style
from duitpos.domain.tenancy.find import recent_locations
from duitpos.models import AuditEntry, Location
from tests.support.restaurant import Restaurant, a_location, a_member, a_restaurant, a_table, an_unpaid_order

pytestmark = pytest.mark.django_db
PENANG = LocationDetails(name="Penang", slug="penang", address="88 Lebuh Armenian")


@pytest.fixture
def kopi() -> Restaurant:
    return a_restaurant(tax_bp=600, service_charge_bp=1000, locale="ms_MY")


def fresh(kopi: Restaurant) -> Location:
    return Location.objects.get(tenant=kopi.tenant, id=kopi.location.id)


def edit(kopi: Restaurant, **changes: Any) -> Location:
    site = fresh(kopi)
    return edit_location(kopi.owner, site.id, site.version, replace(details_of(site), **changes))


def test_a_further_location_has_the_charges_of_the_first(kopi: Restaurant) -> None:
    recent_locations(kopi.tenant)
    made = open_location(kopi.owner, PENANG)
    assert details_of(made) == PENANG
    assert (made.position, made.tax_bp, made.service_charge_bp, made.locale) == (1, 600, 1000, "ms_MY")
    assert made in recent_locations(kopi.tenant)
    entry = AuditEntry.objects.get(tenant=kopi.tenant)
    assert (entry.subject, entry.location_id, entry.before) == ("Penang", made.id, {})
    assert (entry.after["slug"], entry.after["day_closes_at"]) == ("penang", "04:00")


def test_what_was_changed_is_recorded_and_nothing_else(kopi: Restaurant) -> None:
    site = edit(
        kopi, name=" Bangsar\u202e  Baru ", sst_number="W10-1808-31000001", receipt_header="A\n\n B\tC \n"
    )
    assert (site.name, site.receipt_header, site.version) == ("Bangsar Baru", "A\nB C", 2)
    entry = AuditEntry.objects.get(tenant=kopi.tenant)
    assert set(entry.after) == {"name", "sst_number", "receipt_header"}
    assert entry.before["name"] == "Bangsar"
    edit(kopi)
    assert AuditEntry.objects.filter(tenant=kopi.tenant).count() == 1


def test_of_two_editors_the_later_is_told(kopi: Restaurant) -> None:
    seen = fresh(kopi)
    edit(kopi, address="1 Jalan Telawi")
    with pytest.raises(Conflict, match="location_changed"):
        edit_location(kopi.owner, seen.id, seen.version, replace(details_of(seen), name="Mine"))
    assert (fresh(kopi).name, fresh(kopi).address) == ("Bangsar", "1 Jalan Telawi")


def test_the_service_page_is_an_editor_too(kopi: Restaurant) -> None:
    seen = fresh(kopi)
    set_service_style(kopi.owner, seen, "collected")
    with pytest.raises(Conflict):
        edit_location(kopi.owner, seen.id, seen.version, details_of(seen))


def test_the_currency_stays_once_an_order_was_made(kopi: Restaurant) -> None:
    assert not has_orders(kopi.location)
    assert edit(kopi, currency="SGD").currency == "SGD"
    edit(kopi, currency="MYR")
    an_unpaid_order(a_table(kopi.location))
    assert has_orders(kopi.location)
    with pytest.raises(Invalid, match="currency_in_use currency=MYR"):
        edit(kopi, currency="SGD")
    assert edit(kopi, name="Still possible").currency == "MYR"


@pytest.mark.parametrize(
    "changes, code",
    [
        ({"name": ""}, Code.LOCATION_NAME_EMPTY),
        ({"name": " \t\n"}, Code.LOCATION_NAME_EMPTY),
        ({"name": "\u202e\u2066\x07"}, Code.LOCATION_NAME_EMPTY),
        ({"name": "\u200b\u200d"}, Code.LOCATION_NAME_EMPTY),
        ({"name": "\u0301"}, Code.LOCATION_NAME_EMPTY),
        ({"name": "x" * 300}, Code.FIELD_INVALID),
        ({"address": "x" * 201}, Code.FIELD_INVALID),
        ({"receipt_header": "x" * 301}, Code.FIELD_INVALID),
        ({"registration_number": "1" * 41}, Code.FIELD_INVALID),
        ({"sst_number": "1" * 41}, Code.FIELD_INVALID),
        ({"service_style": "thrown"}, Code.FIELD_INVALID),
        ({"slug": ""}, Code.LOCATION_SLUG_WRONG),
        ({"slug": "Penang"}, Code.LOCATION_SLUG_WRONG),
        ({"slug": "pen ang"}, Code.LOCATION_SLUG_WRONG),
        ({"slug": "-penang"}, Code.LOCATION_SLUG_WRONG),
        ({"slug": "penang-"}, Code.LOCATION_SLUG_WRONG),
        ({"slug": "pen--ang"}, Code.LOCATION_SLUG_WRONG),
        ({"slug": "pen_ang"}, Code.LOCATION_SLUG_WRONG),
        ({"slug": "p\u0435nang"}, Code.LOCATION_SLUG_WRONG),
        ({"slug": "\uff50enang"}, Code.LOCATION_SLUG_WRONG),
        ({"slug": "penang/../x"}, Code.LOCATION_SLUG_WRONG),
        ({"slug": "x" * 41}, Code.LOCATION_SLUG_WRONG),
        ({"slug": "add"}, Code.LOCATION_SLUG_RESERVED),
        ({"slug": "bukit-bintang"}, Code.LOCATION_SLUG_TAKEN),
        ({"slug": "bukitbintang"}, Code.LOCATION_SLUG_ALIKE),
        ({"slug": "bukit-b1ntang"}, Code.LOCATION_SLUG_ALIKE),
        ({"slug": "buklt-blntang"}, Code.LOCATION_SLUG_ALIKE),
        ({"currency": "XXZ"}, Code.CURRENCY_UNKNOWN),
        ({"currency": "myr"}, Code.CURRENCY_UNKNOWN),
        ({"currency": ""}, Code.CURRENCY_UNKNOWN),
        ({"time_zone": "Mars/Olympus"}, Code.TIME_ZONE_UNKNOWN),
        ({"time_zone": "../../etc/passwd"}, Code.TIME_ZONE_UNKNOWN),
        ({"time_zone": ""}, Code.TIME_ZONE_UNKNOWN),
        ({"time_zone": "Asia/\0"}, Code.TIME_ZONE_UNKNOWN),
    ],
)
@pytest.mark.parametrize("is_new", [True, False])
def test_what_no_location_can_have(
    kopi: Restaurant, changes: dict[str, Any], code: Code, is_new: bool
) -> None:
    a_location(kopi.tenant, "bukit-bintang")
    before = list(Location.objects.filter(tenant=kopi.tenant).order_by("id").values())

    def work() -> Location:
        if is_new:
            return open_location(kopi.owner, replace(PENANG, **changes))
        return edit(kopi, **changes)

    with pytest.raises(DomainError) as refused:
        work()
    assert refused.value.code == code
    assert list(Location.objects.filter(tenant=kopi.tenant).order_by("id").values()) == before
    assert not AuditEntry.objects.filter(tenant=kopi.tenant).exists()


def test_another_restaurant_may_have_the_same_slug(kopi: Restaurant) -> None:
    other = a_restaurant("teh")
    assert open_location(other.owner, PENANG).slug == open_location(kopi.owner, PENANG).slug


def test_another_restaurants_location_is_not_found(kopi: Restaurant) -> None:
    other = a_restaurant("teh")
    with pytest.raises(Gone):
        edit_location(kopi.owner, other.location.id, 1, PENANG)
    assert Location.objects.get(tenant=other.tenant).name == "Bangsar"


@pytest.mark.parametrize("role", ["manager", "cashier", "kitchen"])
def test_only_the_owner(kopi: Restaurant, role: str) -> None:
    member = a_member(kopi.tenant, role)
    with pytest.raises(Forbidden):
        open_location(member, PENANG)
    with pytest.raises(Forbidden):
        edit_location(member, kopi.location.id, 1, PENANG)
