"""Finding a restaurant by its slug."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from pytest_django import DjangoAssertNumQueries

from duitpos.domain.errors import Gone
from duitpos.domain.tenancy.find import (
    forget_locations,
    location_of,
    locations,
    recent_locations,
    tenant_by_slug,
)
from duitpos.kit.clock import now
from duitpos.models import Tenant
from tests.support.restaurant import a_location, a_restaurant

pytestmark = pytest.mark.django_db


def test_a_restaurant_is_found_and_then_cached(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    tenant = a_restaurant("kopi").tenant
    cache.clear()
    with django_assert_num_queries(1):
        assert tenant_by_slug("kopi") == tenant
        assert tenant_by_slug("kopi").name == "Kopi"


@pytest.mark.parametrize("slug", ["", "nobody", "KOPI", "kopi ", "kopi\n", "k\x00", "k" * 5000, "kopí"])
def test_an_unknown_slug(slug: str) -> None:
    a_restaurant("kopi")
    with pytest.raises(Gone, match="restaurant_unknown"):
        tenant_by_slug(slug)


def test_a_change_is_seen_at_once() -> None:
    tenant = a_restaurant("kopi").tenant
    assert tenant_by_slug("kopi").is_open
    tenant.closed_at = now()
    tenant.save()
    assert not tenant_by_slug("kopi").is_open


def test_another_restaurant_with_the_same_slug_is_found() -> None:
    """The cache must not return a restaurant from an earlier test."""
    for _ in range(2):
        made = Tenant.objects.create(slug="same", name="Same")
        assert tenant_by_slug("same").id == made.id
        made.delete()
        made = Tenant.objects.create(slug="same", name="Same again")
        assert tenant_by_slug("same").id == made.id
        made.delete()


def test_locations_are_the_restaurants_own() -> None:
    kopi, teh = a_restaurant("kopi"), a_restaurant("teh")
    second = a_location(kopi.tenant, "klcc", position=1)
    assert locations(kopi.tenant) == [kopi.location, second]
    assert location_of(kopi.tenant, "klcc") == second
    theirs = a_location(teh.tenant, "penang")
    assert location_of(teh.tenant, "penang") == theirs
    with pytest.raises(Gone, match="location_unknown_here restaurant=Kopi"):
        location_of(kopi.tenant, "penang")


def test_recent_locations_are_read_once(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    kopi, teh = a_restaurant("kopi"), a_restaurant("teh")
    with django_assert_num_queries(2):
        for _ in range(2):
            assert recent_locations(kopi.tenant) == [kopi.location]
            assert recent_locations(teh.tenant) == [teh.location]
    second = a_location(kopi.tenant, "klcc", position=1)
    forget_locations(kopi.tenant)
    assert recent_locations(kopi.tenant) == [kopi.location, second]
