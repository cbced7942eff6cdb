"""The operator's command that opens a restaurant."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from duitpos.models import Location, Membership, Tenant, User
from tests.support.restaurant import PASSWORD, a_restaurant

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUITPOS_OWNER_PASSWORD", PASSWORD)


def test_a_restaurant_is_opened() -> None:
    said = StringIO()
    words = [
        "kopi-kita",
        "Kopi Kita",
        "siti@kopi.example",
        "--location",
        "Bangsar",
        "--location-slug",
        "bangsar",
    ]
    words += ["--service-charge", "10", "--tax", "6", "--tax-on-service-charge", "--opens", "08:00"]
    call_command("open_restaurant", *words, stdout=said)
    assert said.getvalue() == "Kopi Kita is open: sign in as siti@kopi.example at /kopi-kita/dashboard/\n"
    tenant = Tenant.objects.get(slug="kopi-kita")
    location = Location.objects.get(tenant=tenant)
    assert (location.slug, location.service_charge_bp, location.tax_bp) == ("bangsar", 1000, 600)
    assert location.tax_on_service_charge
    assert not location.tax_is_inclusive
    assert User.objects.get().check_password(PASSWORD)


def test_an_error_is_one_sentence() -> None:
    with pytest.raises(CommandError, match="choose another"):
        call_command("open_restaurant", "static", "Static", "siti@kopi.example")
    assert not Tenant.objects.exists()


def test_an_owner_with_an_account_is_not_asked_for_a_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DUITPOS_OWNER_PASSWORD")
    monkeypatch.setattr("getpass.getpass", lambda prompt: pytest.fail("asked for a password"))
    kopi = a_restaurant("kopi")
    call_command("open_restaurant", "teh", "Teh", "Owner@Kopi.example", stdout=StringIO())
    assert Membership.objects.get(tenant=Tenant.objects.get(slug="teh")).user == kopi.owner.user
