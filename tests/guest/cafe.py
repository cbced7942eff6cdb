"""A small café: tea, and rice with modifiers."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from duitpos.models import MenuItem, Table
from tests.guest.phone import Phone
from tests.support.restaurant import Restaurant, a_group, a_restaurant, a_table, an_item


@dataclass(frozen=True)
class Cafe:
    """Service charge 10 %, tax 6 % on top of both. `choices` are the rice's modifiers by name; one is required."""

    restaurant: Restaurant
    table: Table
    tea: MenuItem
    rice: MenuItem
    choices: dict[str, UUID]

    def phone(self) -> Phone:
        """An unknown phone, without cookies."""
        return Phone(self.restaurant.tenant, self.table)


def a_cafe() -> Cafe:
    """Create the café."""
    restaurant = a_restaurant("kopi", service_charge_bp=1000, tax_bp=600, tax_on_service_charge=True)
    tea = an_item(restaurant.tenant, "Teh tarik", 400)
    rice = an_item(restaurant.tenant, "Nasi lemak", 1250, marks=["halal"], allergens=["nuts"])
    choices = a_group(rice, ("Mild", 0), ("Hot", 0), ("With egg", 200), least=1)
    return Cafe(restaurant, a_table(restaurant.location, "5"), tea, rice, choices)
