"""Pricing a cart from the database."""

from __future__ import annotations

from uuid import uuid4

import pytest
from pytest_django import DjangoAssertNumQueries

from duitpos.domain.menus.eighty_six import set_stock
from duitpos.domain.orders.cart import Cart, CartLine
from duitpos.domain.orders.pricing import Change, ChangeKind
from duitpos.domain.orders.quote import quote
from duitpos.kit.clock import now
from duitpos.models import MenuItem, Modifier
from tests.support.restaurant import a_group, a_restaurant, an_item

pytestmark = pytest.mark.django_db


def test_a_quote_from_ids_and_rules(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    kopi = a_restaurant(service_charge_bp=1000, tax_bp=600, tax_on_service_charge=True)
    roti = an_item(kopi.tenant, "Roti", 1290)
    teh = an_item(kopi.tenant, "Teh", 400)
    ice = a_group(teh, ("Iced", 50))
    cart = Cart((CartLine(roti.id, (), 2), CartLine(teh.id, (ice["Iced"],), 1)))
    with django_assert_num_queries(7):
        priced = quote(kopi.tenant, kopi.location, cart)
    # The second worked example in docs/money.md.
    assert (priced.totals.subtotal_minor, priced.totals.total_minor) == (3030, 3533)
    assert priced.currency == "MYR"


def test_an_item_taken_off_the_menu_is_reported() -> None:
    kopi, other = a_restaurant("kopi"), a_restaurant("teh")
    hidden = an_item(kopi.tenant, "Hidden", archived_at=now())
    foreign = an_item(kopi.tenant, "Priced in dollars", currency="SGD")
    theirs = an_item(other.tenant, "Theirs")
    nobodys = uuid4()
    cart = Cart(tuple(CartLine(item_id, (), 1) for item_id in (hidden.id, foreign.id, theirs.id, nobodys)))
    priced = quote(kopi.tenant, kopi.location, cart)
    assert priced.changes == (
        Change(ChangeKind.GONE, hidden.id, "Hidden"),
        Change(ChangeKind.GONE, foreign.id, "Priced in dollars"),
        Change(ChangeKind.GONE, theirs.id, ""),
        Change(ChangeKind.GONE, nobodys, ""),
    )
    assert priced.totals.total_minor == 0


def test_a_change_since_the_menu_was_loaded_is_seen() -> None:
    kopi = a_restaurant()
    roti, teh = an_item(kopi.tenant, "Roti", 150), an_item(kopi.tenant, "Teh", 250)
    egg = a_group(roti, ("Egg", 150))
    cart = Cart((CartLine(roti.id, (egg["Egg"],), 1, "", 300), CartLine(teh.id, (), 1, "", 250)))
    assert not quote(kopi.tenant, kopi.location, cart).changes

    Modifier.objects.filter(tenant=kopi.tenant).update(price_delta_minor=200)
    MenuItem.objects.filter(tenant=kopi.tenant, id=roti.id).update(price_minor=160)
    set_stock(kopi.owner, kopi.location, teh.id, "out_of_stock")

    assert quote(kopi.tenant, kopi.location, cart).changes == (
        Change(ChangeKind.PRICE, roti.id, "Roti", was_minor=300, now_minor=360),
        Change(ChangeKind.SOLD_OUT, teh.id, "Teh"),
    )
