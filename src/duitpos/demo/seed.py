"""The demo restaurant: Kopi Kita, a café with two locations, in three languages (data/kopi_kita.json)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db.models import QuerySet

from duitpos.demo.photos import add_photos
from duitpos.domain.menus.eighty_six import set_stock
from duitpos.domain.menus.texts import Text, Translated, translate_menu
from duitpos.domain.tables.create import create_table
from duitpos.domain.tables.find import tables_of
from duitpos.domain.tenancy.find import locations
from duitpos.domain.tenancy.open import LocationRules, add_location, open_restaurant
from duitpos.kit.clock import now
from duitpos.kit.transact import transact
from duitpos.models import (
    ItemGroup,
    Location,
    Membership,
    MenuItem,
    MenuSection,
    MenuText,
    Modifier,
    ModifierGroup,
    PaymentType,
    ProcessorAccount,
    Tenant,
    User,
)
from duitpos.models.credentials import StoredCredentials
from duitpos.models.menu import TextKind
from duitpos.models.payment_setup import AccountState, Mode, PaymentKind
from duitpos.models.people import Role

DATA = Path(__file__).parent / "data" / "kopi_kita.json"
TEXTS = Path(__file__).parent / "data" / "kopi_kita_texts.json"


@dataclass(frozen=True, slots=True)
class Seeded:
    """Slugs, the token of the first location's first table, the owner's sign-in."""

    tenant: str
    location: str
    table_token: str
    email: str
    password: str


def seed(*, secret_key: str, webhook_secret: str, api_base: str) -> Seeded:
    """Create the demo restaurant, or its missing parts; payments go through the Stripe API at `api_base`.

    Existing rows are not changed: a second run changes nothing, and an interrupted run is completed.
    """
    data: dict[str, Any] = json.loads(DATA.read_text(encoding="utf-8"))
    tenant = _restaurant(data)
    owner = _staff(tenant, data)
    sites = _locations(tenant, data)
    _menu(tenant, owner, sites, data)
    # Before the translations, which count as changes of a dish: a changed dish gets no photo.
    add_photos(owner)
    _translations(tenant)
    for site in data["locations"]:
        _tables(tenant, owner, sites[site["rules"]["slug"]], site["tables"])
    _take_payments(tenant, secret_key, webhook_secret, api_base)
    first = sites[data["locations"][0]["rules"]["slug"]]
    table = next(table for table in tables_of(tenant) if table.location_id == first.id)
    return Seeded(tenant.slug, first.slug, table.token, owner.user.email, data["password"])


def _restaurant(data: Mapping[str, Any]) -> Tenant:
    tenant = Tenant.objects.filter(slug=data["slug"]).first()
    return tenant or open_restaurant(
        name=data["name"],
        slug=data["slug"],
        owner_email=data["staff"][0]["email"],
        password=data["password"],
        location=LocationRules(**data["locations"][0]["rules"]),
    )


def _staff(tenant: Tenant, data: Mapping[str, Any]) -> Membership:
    """Create all staff, with the same password; returns the owner."""
    for person in data["staff"]:
        user = User.objects.filter(email=person["email"]).first()
        user = user or User.objects.create_user(person["email"], data["password"])
        if not user.name:
            user.name = person["name"]
            user.save(update_fields=["name"])
        Membership.objects.get_or_create(tenant=tenant, user=user, defaults={"role": person["role"]})
    return Membership.objects.select_related("user", "tenant").get(
        tenant=tenant, user__email=data["staff"][0]["email"], role=Role.OWNER
    )


def _locations(tenant: Tenant, data: Mapping[str, Any]) -> dict[str, Location]:
    sites = {site.slug: site for site in locations(tenant)}
    for site in data["locations"]:
        rules = LocationRules(**site["rules"])
        if rules.slug not in sites:
            sites[rules.slug] = add_location(tenant, rules)
    return sites


def _menu(tenant: Tenant, owner: Membership, sites: Mapping[str, Location], data: Mapping[str, Any]) -> None:
    if MenuSection.objects.filter(tenant=tenant).exists():
        return
    items = transact(lambda: _write_menu(tenant, data))
    for site in data["locations"]:
        for stock in site["stock"]:
            item = items[stock["item"]]
            set_stock(owner, sites[site["rules"]["slug"]], item.id, stock["status"], stock.get("quantity"))


def _translations(tenant: Tenant) -> None:
    for language, by_kind in json.loads(TEXTS.read_text(encoding="utf-8")).items():
        if not MenuText.objects.filter(tenant=tenant, language=language).exists():
            translate_menu(tenant, language, _texts(tenant, by_kind))


def _write_menu(tenant: Tenant, data: Mapping[str, Any]) -> dict[str, MenuItem]:
    """Create the menu's rows; returns the items by name."""
    groups = dict(_groups(tenant, data["groups"]))
    items: dict[str, MenuItem] = {}
    for section_position, section in enumerate(data["sections"]):
        heading = MenuSection.objects.create(tenant=tenant, name=section["name"], position=section_position)
        for position, plain in enumerate(section["items"]):
            fields = {name: value for name, value in plain.items() if name != "groups"}
            item = MenuItem.objects.create(
                tenant=tenant, section=heading, position=position, currency="MYR", **fields
            )
            items[item.name] = item
            for group_position, key in enumerate(plain["groups"]):
                ItemGroup.objects.create(tenant=tenant, item=item, group=groups[key], position=group_position)
    return items


def _texts(tenant: Tenant, by_kind: Mapping[str, Mapping[str, list[str]]]) -> Iterator[Translated]:
    """One language's translations; the data file refers to rows by their own names."""
    rows: dict[str, QuerySet[Any]] = {
        TextKind.SECTION: MenuSection.objects.filter(tenant=tenant),
        TextKind.ITEM: MenuItem.objects.filter(tenant=tenant),
        TextKind.GROUP: ModifierGroup.objects.filter(tenant=tenant),
        TextKind.MODIFIER: Modifier.objects.filter(tenant=tenant),
    }
    for kind, named in rows.items():
        for row_id, name in named.values_list("id", "name"):
            yield Translated(kind, row_id, Text(*by_kind[kind][name]))


def _groups(tenant: Tenant, plain_groups: list[dict[str, Any]]) -> Iterator[tuple[str, ModifierGroup]]:
    for plain in plain_groups:
        group = ModifierGroup.objects.create(
            tenant=tenant,
            name=plain["name"],
            min_choices=plain["min_choices"],
            max_choices=plain["max_choices"],
        )
        for position, choice in enumerate(plain["choices"]):
            Modifier.objects.create(tenant=tenant, group=group, position=position, **choice)
        yield plain["key"], group


def _tables(tenant: Tenant, owner: Membership, location: Location, areas: list[dict[str, Any]]) -> None:
    there = {table.name for table in tables_of(tenant) if table.location_id == location.id}
    for area in areas:
        for name in area["names"]:
            if name not in there:
                create_table(owner, location, name, area["area"])


def _take_payments(tenant: Tenant, secret_key: str, webhook_secret: str, api_base: str) -> None:
    """Connect Online Payment to the sandbox, unless an account was already added."""

    def work() -> None:
        # By its kind: codes are the owner's, and a demo of an earlier version has another one.
        online = PaymentType.objects.filter(tenant=tenant, kind=PaymentKind.ONLINE)
        kind = online.order_by("position", "code").first()
        if kind is None:
            return
        accounts = list(ProcessorAccount.objects.filter(tenant=tenant, payment_type=kind))
        for account in accounts:
            # The demo was restarted on another port, and so was the sandbox.
            in_use = account.read_credentials().current
            if account.api_base != api_base and in_use.get("secret_key") == secret_key:
                account.api_base = api_base
                account.save(update_fields=["api_base"])
        if accounts:
            return
        account = ProcessorAccount(
            tenant=tenant,
            payment_type=kind,
            processor="stripe",
            mode=Mode.TEST,
            state=AccountState.ACTIVE,
            api_base=api_base,
            created_at=now(),
            next_events_at=now(),
        )
        account.seal_credentials(
            StoredCredentials({"secret_key": secret_key, "webhook_secret": webhook_secret})
        )
        account.save(force_insert=True)
        kind.is_active = True
        kind.save(update_fields=["is_active"])

    transact(work)
