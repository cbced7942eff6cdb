"""Small restaurants for tests: one factory per kind of row, with default values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from itertools import count
from typing import Any
from uuid import UUID

from duitpos.domain.tenancy.open import LocationRules, open_restaurant
from duitpos.domain.tenancy.week import every_day
from duitpos.kit.clock import now
from duitpos.kit.ids import secret_token
from duitpos.models import (
    ItemGroup,
    Location,
    Membership,
    MenuItem,
    MenuSection,
    Modifier,
    ModifierGroup,
    Order,
    PaymentType,
    Table,
    Tenant,
    User,
)
from duitpos.models.payment_setup import PaymentKind
from duitpos.models.people import Role

PASSWORD = "correct-horse-battery"


@dataclass(frozen=True)
class Restaurant:
    """A restaurant with its owner and first location."""

    tenant: Tenant
    owner: Membership
    location: Location


def a_restaurant(slug: str = "kopi", **rules: Any) -> Restaurant:
    """Open a restaurant as an operator does. `rules` are fields of LocationRules."""
    site = LocationRules(**{"name": "Bangsar", "slug": "bangsar", **rules})
    tenant = open_restaurant(
        name=slug.title(), slug=slug, owner_email=f"owner@{slug}.example", password=PASSWORD, location=site
    )
    owner = Membership.objects.select_related("user", "tenant").get(tenant=tenant)
    return Restaurant(tenant, owner, Location.objects.get(tenant=tenant))


def online_type(tenant: Tenant) -> PaymentType:
    """The payment type for guests' phones that a new restaurant has."""
    return PaymentType.objects.filter(tenant=tenant, kind=PaymentKind.ONLINE).order_by("position")[0]


def a_member(tenant: Tenant, role: str = Role.KITCHEN, email: str = "") -> Membership:
    """A new member of staff."""
    user = User.objects.create_user(email or f"{role}@{tenant.slug}.example", PASSWORD)
    return Membership.objects.create(tenant=tenant, user=user, role=role)


def a_location(tenant: Tenant, slug: str, **fields: Any) -> Location:
    """Another location."""
    return Location.objects.create(tenant=tenant, slug=slug, name=slug.title(), **fields)


def a_table(location: Location, name: str = "1") -> Table:
    """A table of a location."""
    return Table.objects.create(tenant_id=location.tenant_id, location=location, name=name)


def an_unpaid_order(table: Table) -> Order:
    """An order for nothing, that waits for its payment."""
    site = table.location
    return Order.objects.create(
        tenant_id=table.tenant_id,
        location=site,
        table=table,
        guest_token=secret_token(),
        checkout_key=secret_token(),
        contents="digest",
        currency=site.currency,
        subtotal_minor=0,
        total_minor=0,
        created_at=now(),
    )


def an_item(tenant: Tenant, name: str = "Roti canai", price_minor: int = 150, **fields: Any) -> MenuItem:
    """A menu item, in a new section unless `section` is given."""
    section = fields.pop("section", None) or MenuSection.objects.create(
        tenant=tenant, name=f"{name} & co"[:80]
    )
    values = {"currency": "MYR", **fields}
    return MenuItem.objects.create(
        tenant=tenant, section=section, name=name, price_minor=price_minor, **values
    )


def a_group(item: MenuItem, *choices: tuple[str, int], least: int = 0, most: int = 1) -> dict[str, UUID]:
    """A modifier group on an item; returns its modifiers' ids by name. A choice is (name, price delta)."""
    group = ModifierGroup.objects.create(
        tenant_id=item.tenant_id, name="Choose", min_choices=least, max_choices=most
    )
    ItemGroup.objects.create(tenant_id=item.tenant_id, item=item, group=group)
    made = [
        Modifier.objects.create(
            tenant_id=item.tenant_id, group=group, name=name, price_delta_minor=delta, position=position
        )
        for position, (name, delta) in enumerate(choices)
    ]
    return {modifier.name: modifier.id for modifier in made}


def hours(opens: time | None, closes: time | None) -> dict[str, Any]:
    """The columns of hours that are the same on every day, and a version that no row had."""
    return {"weekly_hours": every_day(opens, closes), "hours_version": next(_VERSIONS)}


_VERSIONS = count(1000)
