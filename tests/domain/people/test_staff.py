"""The signed-in person's membership at a restaurant."""

from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from duitpos.domain.errors import Gone
from duitpos.domain.people.staff import restaurants_of, staff_of
from duitpos.models import Membership
from tests.support.restaurant import a_member, a_restaurant

pytestmark = pytest.mark.django_db


def test_staff_have_a_membership() -> None:
    kopi = a_restaurant("kopi")
    bob = a_member(kopi.tenant, "kitchen")
    staff = staff_of(bob.user_id, "kopi")
    assert (staff.tenant, staff.member, staff.member.role) == (kopi.tenant, bob, "kitchen")


def test_what_a_page_needs_costs_one_query_more_than_the_restaurant(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    kopi = a_restaurant("kopi")
    with django_assert_num_queries(2):
        staff = staff_of(kopi.owner.user_id, "kopi")
        assert staff.member.tenant.name == "Kopi"
        assert str(staff.member.user) == "owner@kopi.example"


def test_a_stranger_hears_the_same_as_for_no_restaurant() -> None:
    kopi, teh = a_restaurant("kopi"), a_restaurant("teh")
    with pytest.raises(Gone) as there:
        staff_of(teh.owner.user_id, "kopi")
    with pytest.raises(Gone) as nowhere:
        staff_of(teh.owner.user_id, "nobody")
    assert str(there.value) == str(nowhere.value)
    assert staff_of(kopi.owner.user_id, "kopi").member == kopi.owner


@pytest.mark.parametrize("who", ["membership", "user"])
def test_a_deactivated_member_has_no_access(who: str) -> None:
    kopi = a_restaurant("kopi")
    bob = a_member(kopi.tenant)
    if who == "user":
        bob.user.is_active = False
        bob.user.save()
    else:
        Membership.objects.filter(tenant=kopi.tenant, id=bob.id).update(is_active=False)
    with pytest.raises(Gone):
        staff_of(bob.user_id, "kopi")
    assert restaurants_of(bob.user_id) == []


def test_the_restaurants_of_a_person_with_two_memberships(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    teh, kopi, third = a_restaurant("teh"), a_restaurant("kopi"), a_restaurant("air")
    also = Membership.objects.create(tenant=teh.tenant, user=kopi.owner.user, role="cashier")
    with django_assert_num_queries(1):
        mine = restaurants_of(kopi.owner.user_id)
    assert [(staff.tenant.name, staff.member) for staff in mine] == [("Kopi", kopi.owner), ("Teh", also)]
    assert [staff.tenant for staff in restaurants_of(third.owner.user_id)] == [third.tenant]
