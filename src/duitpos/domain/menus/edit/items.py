"""Add and edit items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import F

from duitpos.domain.audit.record import Change, record_change, record_changes
from duitpos.domain.errors import Code, Conflict, Gone, Invalid
from duitpos.domain.menus.changed import menus_changed
from duitpos.domain.menus.edit.lines import DESCRIPTION, ITEM_NAME, checked_name, checked_text
from duitpos.domain.menus.edit.order import live_items, live_sections, next_position
from duitpos.domain.menus.edit.prices import checked_price
from duitpos.domain.menus.edit.served import ALWAYS, checked_serving, columns_of
from duitpos.domain.menus.edit.translations import checked_texts, store_texts
from duitpos.domain.menus.serving import Serving
from duitpos.domain.menus.texts import Text
from duitpos.domain.people.roles import Can, require
from duitpos.kit.money import Money
from duitpos.kit.transact import transact
from duitpos.models import (
    ItemGroup,
    ItemPrice,
    Location,
    Membership,
    MenuItem,
    MenuSection,
    ModifierGroup,
)
from duitpos.models.audit import AuditKind
from duitpos.models.menu import TaxClass, TextKind


@dataclass(frozen=True, slots=True)
class ItemDraft:
    """What an item's form says. Prices are minor units of `currency`; `prices` are by location's id.

    `group_ids` are its modifier groups in their order. `texts`: by language; an empty one deletes the translation.
    """

    section_id: UUID
    name: str
    price_minor: int
    currency: str
    description: str = ""
    tax_class: str = TaxClass.STANDARD
    marks: Sequence[str] = ()
    allergens: Sequence[str] = ()
    serving: Serving = ALWAYS
    prices: Mapping[UUID, int] = field(default_factory=dict)
    group_ids: Sequence[UUID] = ()
    texts: Mapping[str, Text] = field(default_factory=dict)


def find_item(tenant_id: UUID, item_id: UUID) -> MenuItem:
    """An item of this restaurant with its section and photo, also an archived one. Gone."""
    rows = MenuItem.objects.filter(tenant_id=tenant_id, id=item_id)
    item = rows.select_related("section", "photo").first()
    if item is None:
        raise Gone(Code.ITEM_UNKNOWN)
    return item


def add_item(member: Membership, section_id: UUID, name: str, price_minor: int, currency: str) -> MenuItem:
    """Add an item behind the last one of a section. Forbidden, Invalid, Gone."""
    require(member, Can.EDIT_MENU)
    name = checked_name(name, ITEM_NAME)
    checked_price(price_minor, currency)

    def work() -> MenuItem:
        section = live_sections(member.tenant_id).filter(id=section_id).first()
        if section is None:
            raise Gone(Code.SECTION_UNKNOWN)
        _require_currency(member.tenant_id, currency)
        item = MenuItem.objects.create(
            tenant_id=member.tenant_id,
            section=section,
            name=name,
            price_minor=price_minor,
            currency=currency,
            position=next_position(live_items(member.tenant_id, section_id)),
        )
        record_change(member, AuditKind.PRICE, name, {}, {"price": Money(price_minor, currency)})
        menus_changed(member.tenant_id, currency)
        return item

    return transact(work)


def edit_item(member: Membership, item_id: UUID, version: int, draft: ItemDraft) -> None:
    """Save an item that was read at `version`. Forbidden, Invalid, Gone; Conflict if somebody changed it since.

    Orders keep the prices that they were made with.
    """
    require(member, Can.EDIT_MENU)
    values = _columns(draft)
    texts = checked_texts(draft.texts, ITEM_NAME)
    for price in draft.prices.values():
        checked_price(price, draft.currency)

    def work() -> None:
        rows = MenuItem.objects.filter(tenant_id=member.tenant_id, id=item_id)
        before = rows.first()
        if before is None:
            raise Gone(Code.ITEM_UNKNOWN)
        _require_own_rows(member.tenant_id, before, draft)
        place = _place(member.tenant_id, before, draft)
        if not rows.filter(version=version).update(version=F("version") + 1, **values, **place):
            raise Conflict(Code.ITEM_CHANGED)
        _record_prices(member, before, draft)
        _store_prices(member.tenant_id, item_id, draft)
        _store_groups(member.tenant_id, item_id, draft.group_ids)
        store_texts(member.tenant_id, TextKind.ITEM, item_id, texts)
        menus_changed(member.tenant_id, before.currency, draft.currency)

    transact(work)


def _columns(draft: ItemDraft) -> dict[str, object]:
    if draft.tax_class not in TaxClass.values:
        raise Invalid(Code.TAX_CLASS_UNKNOWN)
    return {
        "name": checked_name(draft.name, ITEM_NAME),
        "description": checked_text(draft.description, DESCRIPTION),
        "price_minor": checked_price(draft.price_minor, draft.currency),
        "currency": draft.currency,
        "tax_class": draft.tax_class,
        "marks": list(draft.marks),
        "allergens": list(draft.allergens),
        **columns_of(checked_serving(draft.serving)),
    }


def _place(tenant_id: UUID, before: MenuItem, draft: ItemDraft) -> dict[str, object]:
    """Its place behind the others, if the draft moves it to another section."""
    if draft.section_id == before.section_id:
        return {}
    position = next_position(live_items(tenant_id, draft.section_id))
    return {"section_id": draft.section_id, "position": position}


def _require_own_rows(tenant_id: UUID, before: MenuItem, draft: ItemDraft) -> None:
    """Sections, groups and locations are this restaurant's, and the locations have the item's currency."""
    if not MenuSection.objects.filter(tenant_id=tenant_id, id=draft.section_id).exists():
        raise Gone(Code.SECTION_UNKNOWN)
    groups = set(draft.group_ids)
    if len(groups) != len(draft.group_ids):
        raise Invalid(Code.ITEM_GROUP_TWICE)
    if ModifierGroup.objects.filter(tenant_id=tenant_id, id__in=groups).count() != len(groups):
        raise Gone(Code.ITEM_GROUP_UNKNOWN)
    if draft.currency != before.currency:
        _require_currency(tenant_id, draft.currency)
    sites = Location.objects.filter(tenant_id=tenant_id, id__in=list(draft.prices), currency=draft.currency)
    if sites.count() != len(draft.prices):
        raise Invalid(Code.PRICE_OF_ANOTHER_CURRENCY)


def _require_currency(tenant_id: UUID, currency: str) -> None:
    """No location would show an item in a currency that none has."""
    if not Location.objects.filter(tenant_id=tenant_id, currency=currency).exists():
        raise Invalid(Code.PRICE_OF_ANOTHER_CURRENCY)


def _store_prices(tenant_id: UUID, item_id: UUID, draft: ItemDraft) -> None:
    ItemPrice.objects.filter(tenant_id=tenant_id, item_id=item_id).exclude(
        location_id__in=list(draft.prices)
    ).delete()
    ItemPrice.objects.bulk_create(
        [
            ItemPrice(tenant_id=tenant_id, item_id=item_id, location_id=location_id, price_minor=price)
            for location_id, price in draft.prices.items()
        ],
        update_conflicts=True,
        unique_fields=["tenant", "location", "item"],
        update_fields=["price_minor"],
    )


def _record_prices(member: Membership, before: MenuItem, draft: ItemDraft) -> None:
    """Before they are stored: the base price, and those of locations, which may come and go."""
    rows = ItemPrice.objects.filter(tenant_id=member.tenant_id, item_id=before.id)
    own = dict(rows.values_list("location_id", "price_minor"))
    changes = [
        Change(
            draft.name,
            {"price": Money(before.price_minor, before.currency)},
            {"price": Money(draft.price_minor, draft.currency)},
        )
    ]
    for location_id in sorted({*own, *draft.prices}):
        old, new = own.get(location_id), draft.prices.get(location_id)
        changes.append(
            Change(
                draft.name,
                {} if old is None else {"price": Money(old, before.currency)},
                {} if new is None else {"price": Money(new, draft.currency)},
                location_id,
            )
        )
    record_changes(member, AuditKind.PRICE, changes)


def _store_groups(tenant_id: UUID, item_id: UUID, group_ids: Sequence[UUID]) -> None:
    mine = ItemGroup.objects.filter(tenant_id=tenant_id, item_id=item_id)
    mine.exclude(group_id__in=group_ids).delete()
    ItemGroup.objects.bulk_create(
        [
            ItemGroup(tenant_id=tenant_id, item_id=item_id, group_id=group_id, position=position)
            for position, group_id in enumerate(group_ids)
        ],
        update_conflicts=True,
        unique_fields=["tenant", "item", "group"],
        update_fields=["position"],
    )
