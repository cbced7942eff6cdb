"""The demo's restaurant."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.core import serializers
from django.core.files.storage import storages

from duitpos.demo.photos import PHOTOS
from duitpos.demo.seed import Seeded, seed
from duitpos.domain.menus.eighty_six import set_stock
from duitpos.domain.menus.photos.files import file_names
from duitpos.domain.menus.photos.store import remove_photo
from duitpos.domain.menus.read import Menu, menu_of
from duitpos.domain.orders.cart import Cart, CartLine
from duitpos.domain.orders.quote import quote
from duitpos.domain.people.staff import staff_of
from duitpos.domain.tables.find import table_by_token, tables_of
from duitpos.domain.tenancy.find import location_of, tenant_by_slug
from duitpos.kit.tenancy import across_tenants
from duitpos.models import (
    Membership,
    MenuItem,
    MenuSection,
    MenuText,
    PaymentType,
    ProcessorAccount,
    Table,
    Tenant,
    User,
)
from tests.support.credentials import in_use, keep
from tests.support.restaurant import online_type

pytestmark = pytest.mark.django_db

KEYS = {
    "secret_key": "sk_test_demo00000000000000000000",
    "webhook_secret": "whsec_demo0000000000000000",
    "api_base": "http://127.0.0.1:20001",
}


def _seed(**changes: str) -> Seeded:
    return seed(**{**KEYS, **changes})


def _menus(tenant: Tenant) -> list[Menu]:
    return [menu_of(tenant, location_of(tenant, slug)) for slug in ("bangsar", "penang")]


def _everything() -> dict[str, Any]:
    """Every row of our models, as text."""
    with across_tenants("a test compares the database with itself"):
        return {
            model.__name__: serializers.serialize("json", model._default_manager.order_by("pk"))
            for model in apps.get_app_config("duitpos").get_models()
        }


def test_the_urls() -> None:
    seeded = _seed()
    tenant = tenant_by_slug(seeded.tenant)
    table = table_by_token(tenant, seeded.table_token)
    assert (seeded.tenant, seeded.location) == ("kopi-kita", "bangsar")
    assert (table.name, table.location.slug) == ("1", "bangsar")
    user = User.objects.get(email=seeded.email)
    assert user.check_password(seeded.password)
    assert staff_of(user.id, seeded.tenant).member.role == "owner"


def test_a_second_run_changes_nothing() -> None:
    first = _seed()
    before = _everything()
    assert _seed() == first
    assert _everything() == before


def test_the_menu_shows_every_feature() -> None:
    tenant = tenant_by_slug(_seed().tenant)
    for menu in _menus(tenant):
        items = list(menu.items())
        groups = {group.id: group for item in items for group in item.groups}
        assert len(menu.sections) >= 6
        assert len(items) >= 30
        assert len(groups) >= 8
        assert sum(group.min_choices > 0 for group in groups.values()) >= 3
        assert all(item.description and item.marks and item.price_minor > 0 for item in items)
        assert sum(bool(item.allergens) for item in items) >= 20
        assert any(item.stock == "out_of_stock" for item in items)
        assert any(choice.price_delta_minor < 0 for group in groups.values() for choice in group.choices)


def test_every_picture_belongs_to_a_dish_and_its_files_are_there() -> None:
    tenant = tenant_by_slug(_seed().tenant)
    photos = [item.photo for item in _menus(tenant)[0].items() if item.photo]
    assert len(photos) == len(list(PHOTOS.iterdir())) == 12
    assert len({photo.digest for photo in photos}) == 12
    assert all(storages["photos"].exists(name) for photo in photos for name in file_names(photo))


def test_a_language_that_an_interrupted_run_left_out_is_added() -> None:
    tenant = tenant_by_slug(_seed().tenant)
    texts = MenuText.objects.filter(tenant=tenant, language="ms")
    count = texts.count()
    texts.delete()
    _seed()
    assert texts.count() == count > 0


def test_a_dish_whose_photo_was_removed_gets_none() -> None:
    tenant = tenant_by_slug(_seed().tenant)
    owner = Membership.objects.get(tenant=tenant, role="owner")
    kopi = MenuItem.objects.get(tenant=tenant, name="Kopi O")
    assert kopi.photo_id is not None
    remove_photo(owner, kopi.id, kopi.photo_id)
    _seed()
    assert MenuItem.objects.get(tenant=tenant, id=kopi.id).photo_id is None


def test_a_roti_canai_alone_is_below_stripes_minimum() -> None:
    tenant = tenant_by_slug(_seed().tenant)
    roti = MenuItem.objects.get(tenant=tenant, name="Roti canai")
    for menu, slug in zip(_menus(tenant), ("bangsar", "penang"), strict=True):
        item = next(item for item in menu.items() if item.id == roti.id)
        dhal = item.groups[0].choices[0].id
        priced = quote(tenant, location_of(tenant, slug), Cart((CartLine(item.id, (dhal,), 1, "", 150),)))
        assert not priced.changes
        assert 0 < priced.totals.total_minor < 200


def test_the_two_locations_charge_differently() -> None:
    tenant = tenant_by_slug(_seed().tenant)
    rules = [
        (
            each.service_charge_bp,
            each.tax_bp,
            each.tax_is_inclusive,
            each.tax_on_service_charge,
            each.currency,
        )
        for each in (location_of(tenant, "bangsar"), location_of(tenant, "penang"))
    ]
    assert rules == [(1000, 600, False, True, "MYR"), (0, 600, True, False, "MYR")]


def test_each_location_has_tables_in_areas() -> None:
    tenant = tenant_by_slug(_seed().tenant)
    tables = tables_of(tenant)
    for slug in ("bangsar", "penang"):
        areas = {table.area for table in tables if table.location.slug == slug}
        assert len(areas) >= 2
        assert "" not in areas
    assert [table.name for table in tables if table.location.slug == "bangsar"] == [
        str(n) for n in range(1, 13)
    ]


def test_every_role_can_sign_in() -> None:
    seeded = _seed()
    tenant = tenant_by_slug(seeded.tenant)
    staff = Membership.objects.select_related("user").filter(tenant=tenant)
    assert sorted(member.role for member in staff) == ["cashier", "kitchen", "manager", "owner"]
    assert all(member.user.check_password(seeded.password) and member.user.name for member in staff)


def test_guests_pay_at_the_sandbox_with_encrypted_keys() -> None:
    tenant = tenant_by_slug(_seed().tenant)
    kind = online_type(tenant)
    account = ProcessorAccount.objects.get(tenant=tenant)
    assert kind.is_active
    assert (account.payment_type, account.processor, account.mode, account.state) == (
        kind,
        "stripe",
        "test",
        "active",
    )
    assert account.api_base == KEYS["api_base"]
    assert account.next_events_at is not None, "the sweep asks for events that could not be delivered"
    assert in_use(account, "secret_key") == KEYS["secret_key"]
    assert in_use(account, "webhook_secret") == KEYS["webhook_secret"]
    text = str(_everything())
    assert KEYS["secret_key"] not in text
    assert KEYS["webhook_secret"] not in text


def test_a_demo_of_an_earlier_version_still_works() -> None:
    """Its online type had another code, and its interrupted run had no account yet."""
    tenant = tenant_by_slug(_seed().tenant)
    PaymentType.objects.filter(tenant=tenant, kind="online").update(code="STRIPE", is_active=False)
    ProcessorAccount.objects.filter(tenant=tenant)._raw_delete("default")
    _seed()
    account = ProcessorAccount.objects.select_related("payment_type").get(tenant=tenant)
    assert (account.payment_type.code, account.payment_type.is_active) == ("STRIPE", True)
    assert PaymentType.objects.filter(tenant=tenant).count() == 2
    _seed(api_base="http://127.0.0.1:20003")
    assert ProcessorAccount.objects.get(tenant=tenant).api_base == "http://127.0.0.1:20003"


def test_the_sandbox_on_another_port_is_followed() -> None:
    tenant = tenant_by_slug(_seed().tenant)
    _seed(api_base="http://127.0.0.1:20003")
    assert ProcessorAccount.objects.get(tenant=tenant).api_base == "http://127.0.0.1:20003"


def test_a_second_run_keeps_changes() -> None:
    tenant = tenant_by_slug(_seed().tenant)
    owner = Membership.objects.get(tenant=tenant, role="owner")
    bangsar = location_of(tenant, "bangsar")
    kopi = MenuItem.objects.get(tenant=tenant, name="Kopi")
    set_stock(owner, bangsar, kopi.id, "out_of_stock")
    MenuSection.objects.filter(tenant=tenant, name="Rice").update(name="Nasi")
    PaymentType.objects.filter(tenant=tenant, kind="online").update(is_active=False)
    account = ProcessorAccount.objects.get(tenant=tenant)
    keep(account, secret_key="sk_test_of_a_real_account_000000")
    account.api_base = ""
    account.save()
    before = _everything()
    _seed()
    assert _everything() == before


def test_an_interrupted_run_is_completed() -> None:
    seeded = _seed()
    tenant = tenant_by_slug(seeded.tenant)
    Table.objects.filter(tenant=tenant, name="7")._raw_delete("default")
    ProcessorAccount.objects.filter(tenant=tenant)._raw_delete("default")
    _seed()
    assert len(tables_of(tenant)) == 20
    assert ProcessorAccount.objects.filter(tenant=tenant).count() == 1
