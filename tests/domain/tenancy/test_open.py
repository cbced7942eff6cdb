"""Opening a new restaurant."""

from __future__ import annotations

from typing import Any

import pytest

from duitpos.domain.errors import Conflict, DomainError, Invalid
from duitpos.domain.tenancy.open import LocationRules, add_location, open_restaurant
from duitpos.models import Location, Membership, PaymentType, Tenant, User
from duitpos.models.tenant import RESERVED_SLUGS
from tests.support.restaurant import PASSWORD, a_restaurant

pytestmark = pytest.mark.django_db


def _open(**changes: Any) -> Tenant:
    values: dict[str, Any] = {
        "name": "Kopi Kita",
        "slug": "kopi-kita",
        "owner_email": "siti@kopi.example",
        "password": PASSWORD,
        "location": LocationRules(name="Bangsar", slug="bangsar", service_charge_bp=1000),
    }
    return open_restaurant(**{**values, **changes})


def test_a_new_restaurants_data() -> None:
    tenant = _open(owner_email=" Siti@Kopi.example ")
    owner = Membership.objects.select_related("user").get(tenant=tenant)
    assert (owner.role, owner.user.email) == ("owner", "siti@kopi.example")
    assert owner.user.check_password(PASSWORD)
    assert Location.objects.get(tenant=tenant).service_charge_bp == 1000
    types = PaymentType.objects.filter(tenant=tenant).order_by("position")
    assert [(each.code, each.name, each.kind, each.is_active) for each in types] == [
        ("CASH", "Cash", "cash", True),
        ("ONLINE", "Online Payment", "online", False),
    ]


@pytest.mark.parametrize("slug", [*sorted(RESERVED_SLUGS), "stripe"])
def test_reserved_slugs_are_refused(slug: str) -> None:
    with pytest.raises(Invalid):
        _open(slug=slug)


@pytest.mark.parametrize(
    "slug", ["", "-kopi", "kopi-", "Kopi", "kopi kita", "kopi_kita", "kopi/x", "k" * 41, "kopí"]
)
def test_an_invalid_slug_is_refused(slug: str) -> None:
    with pytest.raises(Invalid):
        _open(slug=slug)


@pytest.mark.parametrize(
    "change, problem",
    [
        ({"name": " "}, "field_invalid field=name"),
        ({"owner_email": "siti"}, "email_invalid email=siti"),
        ({"password": None}, "password_missing"),
        ({"password": "short"}, "password_weak .*too short"),
        ({"password": "password1234"}, "password_weak .*too common"),
        ({"location": LocationRules(name="B", slug="b", currency="XXZ")}, "currency_unknown currency=XXZ"),
        ({"location": LocationRules(name="B", slug="b", time_zone="Mars/Olympus")}, "time_zone_unknown"),
        ({"location": LocationRules(name="B", slug="b", time_zone="../etc")}, "time_zone_unknown"),
        ({"location": LocationRules(name="B", slug="b b")}, "location_slug_wrong"),
        ({"location": LocationRules(name="", slug="b")}, "field_invalid field=name"),
    ],
)
def test_invalid_values_are_reported_and_nothing_is_created(change: dict[str, Any], problem: str) -> None:
    with pytest.raises(DomainError, match=problem):
        _open(**change)
    assert not Tenant.objects.exists()
    assert not User.objects.exists()


def test_a_taken_slug() -> None:
    _open()
    with pytest.raises(Conflict, match="slug_taken"):
        _open(owner_email="other@kopi.example")
    assert not User.objects.filter(email="other@kopi.example").exists()


def test_the_owner_of_two_restaurants_keeps_the_password() -> None:
    _open()
    second = _open(slug="teh", password="another-password-9")
    user = User.objects.get()
    assert user.check_password(PASSWORD)
    assert Membership.objects.get(tenant=second).user == user


def test_another_location() -> None:
    kopi = a_restaurant("kopi")
    penang = add_location(kopi.tenant, LocationRules(name="Penang", slug="penang", tax_is_inclusive=True))
    assert (penang.position, penang.tax_is_inclusive) == (1, True)
    with pytest.raises(Conflict, match="location_slug_taken"):
        add_location(kopi.tenant, LocationRules(name="Penang", slug="penang"))
    with pytest.raises(Invalid):
        add_location(kopi.tenant, LocationRules(name="X", slug="x", currency="RM"))
