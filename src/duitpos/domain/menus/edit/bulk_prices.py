"""Change many prices at once: first a preview, then only the prices that are still as previewed."""

from __future__ import annotations

import base64
import binascii
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from uuid import UUID

from django.db.models import Case, F, Q, QuerySet, Value, When

from duitpos.domain.audit.record import Change, record_changes
from duitpos.domain.errors import Code, Gone, Invalid
from duitpos.domain.menus.changed import menu_changed, menus_changed
from duitpos.domain.menus.edit.price_rules import APPLIED, Effect, PriceChange, effect_of, new_price
from duitpos.domain.people.roles import Can, require
from duitpos.kit.money import Money
from duitpos.kit.transact import transact
from duitpos.models import ItemPrice, Location, Membership, MenuItem, MenuSection, Tenant
from duitpos.models.audit import AuditKind

MOST_ITEMS = 8_000
"""Items of one change: its preview must fit in a request."""
_BATCH = 400
_ROW = 24
"""Bytes of an item's id and price."""

Prices = Mapping[UUID, int]
"""Prices by item, in minor units."""


@dataclass(frozen=True, slots=True)
class Which:
    """The prices of a change: those in `currency` that hold everywhere, or the ones at `location`.

    Only items of these sections and with one of these marks; none given: of all, with any.
    """

    currency: str
    location: Location | None = None
    sections: frozenset[UUID] = frozenset()
    marks: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class PriceRow:
    """An item in a preview. `elsewhere` counts the locations with a price of their own, which stays."""

    item_id: UUID
    name: str
    section: str
    currency: str
    old: int
    new: int
    elsewhere: int = 0

    @property
    def effect(self) -> Effect:
        """What the change does to it."""
        return effect_of(self.old, self.new, self.currency)


@dataclass(frozen=True, slots=True)
class Applied:
    """`changed` items have their new price. `meanwhile` names those whose price somebody else had changed."""

    changed: int
    meanwhile: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Choices:
    """What a change can be limited to: the menu's sections, and the marks of its items."""

    sections: tuple[MenuSection, ...]
    marks: tuple[str, ...]


def choices_of(tenant: Tenant) -> Choices:
    """The sections in their order and the marks by name; two queries."""
    sections = MenuSection.objects.filter(tenant=tenant, archived_at=None).order_by("position", "name")
    marks = MenuItem.objects.filter(tenant=tenant, archived_at=None).values_list("marks", flat=True)
    return Choices(tuple(sections), tuple(sorted({str(mark) for one in marks for mark in one})))


def preview(tenant: Tenant, which: Which, change: PriceChange, seen: Prices | None = None) -> list[PriceRow]:
    """What the change would do, in the menu's order; three queries. Gone; Invalid when these are too many items.

    `seen`: the old prices of an earlier preview, for its further pages.
    """
    known = set(MenuSection.objects.filter(tenant=tenant, archived_at=None).values_list("id", flat=True))
    if not which.sections <= known:
        raise Gone(Code.SECTION_UNKNOWN)
    items = _items(tenant.id, which.currency).filter(section_id__in=which.sections or known)
    here, elsewhere = _own_prices(tenant.id, which.location)
    rows = []
    for item in items.select_related("section").order_by(
        "section__position", "section__name", "position", "name", "id"
    ):
        if which.marks and which.marks.isdisjoint(item.marks):
            continue
        if seen is not None and item.id not in seen:
            continue
        old = seen[item.id] if seen is not None else here.get(item.id, item.price_minor)
        new = new_price(old, change)
        rows.append(
            PriceRow(item.id, item.name, item.section.name, which.currency, old, new, elsewhere[item.id])
        )
    if len(rows) > MOST_ITEMS:
        raise Invalid(Code.PRICES_TOO_MANY, most=MOST_ITEMS)
    return rows


def apply_change(member: Membership, which: Which, change: PriceChange, seen: Prices) -> Applied:
    """Write the new prices of the items in `seen`, where the price still is the one seen. Forbidden, Invalid.

    `seen` comes from a preview and may be anything: other restaurants' items in it are ignored.
    """
    require(member, Can.EDIT_MENU)
    if len(seen) > MOST_ITEMS:
        raise Invalid(Code.PRICES_TOO_MANY, most=MOST_ITEMS)
    wanted = {
        item_id: (old, new)
        for item_id, old in sorted(seen.items())
        if effect_of(old, new := new_price(old, change), which.currency) in APPLIED
    }
    tenant_id, location = member.tenant_id, which.location
    if location is not None and location.tenant_id != tenant_id:
        raise Gone(Code.LOCATION_UNKNOWN)

    def work() -> Applied:
        done: set[UUID] = set()
        for batch in _batches(wanted):
            if location is None:
                done |= _change_items(tenant_id, which.currency, batch)
            else:
                done |= _change_at(location, which.currency, batch)
        _record(member, which, {item_id: wanted[item_id] for item_id in done})
        if done and location is None:
            menus_changed(tenant_id)
        elif done and location is not None:
            menu_changed(tenant_id, location.id)
        return Applied(len(done), _names(tenant_id, which.currency, wanted.keys() - done))

    return transact(work)


def _record(member: Membership, which: Which, done: Wanted) -> None:
    rows = _items(member.tenant_id, which.currency)
    named: dict[UUID, str] = {}
    for batch in _batches(done):
        named.update(rows.filter(id__in=list(batch)).values_list("id", "name"))
    location_id = which.location.id if which.location is not None else None
    record_changes(
        member,
        AuditKind.PRICE,
        [
            Change(
                named.get(item_id, ""),
                {"price": Money(old, which.currency)},
                {"price": Money(new, which.currency)},
                location_id,
            )
            for item_id, (old, new) in done.items()
        ],
    )


def pack(rows: Iterable[PriceRow]) -> str:
    """The old prices of a preview as a text for its form, which `unpack` reads."""
    plain = b"".join(row.item_id.bytes + row.old.to_bytes(8, "big") for row in rows)
    return base64.urlsafe_b64encode(zlib.compress(plain, 9)).decode()


def unpack(text: str) -> dict[UUID, int]:
    """The old prices that `pack` wrote. Invalid for any other text."""
    reader = zlib.decompressobj()
    try:
        plain = reader.decompress(base64.urlsafe_b64decode(text), MOST_ITEMS * _ROW + 1)
    except (ValueError, binascii.Error, zlib.error) as error:
        raise Invalid(Code.PRICES_UNREADABLE) from error
    if len(plain) % _ROW or len(plain) > MOST_ITEMS * _ROW or not reader.eof:
        raise Invalid(Code.PRICES_UNREADABLE)
    rows = (plain[at : at + _ROW] for at in range(0, len(plain), _ROW))
    prices = {UUID(bytes=row[:16]): int.from_bytes(row[16:], "big") for row in rows}
    if any(price >= 2**62 for price in prices.values()):
        raise Invalid(Code.PRICES_UNREADABLE)
    return prices


Wanted = dict[UUID, tuple[int, int]]
"""Old and new price by item."""


def _items(tenant_id: UUID, currency: str) -> QuerySet[MenuItem]:
    return MenuItem.objects.filter(tenant_id=tenant_id, archived_at=None, currency=currency)


def _own_prices(tenant_id: UUID, location: Location | None) -> tuple[dict[UUID, int], defaultdict[UUID, int]]:
    """The prices at the location; without one, for each item how many locations have their own."""
    rows = ItemPrice.objects.filter(tenant_id=tenant_id)
    here: dict[UUID, int] = {}
    elsewhere: defaultdict[UUID, int] = defaultdict(int)
    if location is not None:
        here = dict(rows.filter(location=location).values_list("item_id", "price_minor"))
        return here, elsewhere
    for item_id in rows.values_list("item_id", flat=True):
        elsewhere[item_id] += 1
    return here, elsewhere


def _batches(wanted: Wanted) -> Iterator[Wanted]:
    rest = iter(wanted.items())
    while batch := dict(islice(rest, _BATCH)):
        yield batch


def _still(batch: Wanted, key: str) -> Q:
    """The rows of the batch whose price is the old one; `key` names the column with the item's id."""
    by_price: dict[int, list[UUID]] = defaultdict(list)
    for item_id, (old, _) in batch.items():
        by_price[old].append(item_id)
    still = Q()
    for old, ids in by_price.items():
        still |= Q(price_minor=old, **{f"{key}__in": ids})
    return still


def _price(batch: Wanted) -> Case:
    """The new price by the old one: equal prices become equal prices."""
    new = dict(batch.values())
    return Case(*(When(price_minor=old, then=Value(price)) for old, price in new.items()))


def _change_items(tenant_id: UUID, currency: str, batch: Wanted) -> set[UUID]:
    """Change the batch's base prices; returns the items that have their new price."""
    rows = _items(tenant_id, currency)
    rows.filter(_still(batch, "id")).update(price_minor=_price(batch), version=F("version") + 1)
    return _with_new_price(rows.filter(id__in=list(batch)).values_list("id", "price_minor"), batch)


def _change_at(location: Location, currency: str, batch: Wanted) -> set[UUID]:
    """Change the batch's prices at a location, where an item without its own price there gets one."""
    tenant_id = location.tenant_id
    items = _items(tenant_id, currency)
    known = set(items.filter(id__in=list(batch)).values_list("id", flat=True))
    batch = {item_id: prices for item_id, prices in batch.items() if item_id in known}
    here = ItemPrice.objects.filter(tenant_id=tenant_id, location=location, item_id__in=list(batch))
    own = set(here.values_list("item_id", flat=True))
    with_own = {item_id: prices for item_id, prices in batch.items() if item_id in own}
    without = {item_id: prices for item_id, prices in batch.items() if item_id not in own}
    if with_own:
        here.filter(_still(with_own, "item_id")).update(price_minor=_price(with_own))
    if without:
        # The new version keeps the base price, which this location has had until now, as it is until the commit.
        at_old_price = items.filter(_still(without, "id"))
        at_old_price.update(version=F("version") + 1)
        made = [
            ItemPrice(
                tenant_id=tenant_id, location=location, item_id=item_id, price_minor=without[item_id][1]
            )
            for item_id in at_old_price.values_list("id", flat=True)
        ]
        ItemPrice.objects.bulk_create(made, ignore_conflicts=True)
    done = _with_new_price(here.values_list("item_id", "price_minor"), batch)
    items.filter(id__in=done & own).update(version=F("version") + 1)
    return done


def _with_new_price(prices: Iterable[tuple[UUID, int]], batch: Wanted) -> set[UUID]:
    return {item_id for item_id, price in prices if price == batch[item_id][1]}


def _names(tenant_id: UUID, currency: str, ids: Iterable[UUID]) -> tuple[str, ...]:
    rows = _items(tenant_id, currency).filter(id__in=list(ids)).order_by("name")
    return tuple(rows.values_list("name", flat=True))
