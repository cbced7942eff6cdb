"""The form of a dish."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duitpos.dashboard.forms.edited import EditedForm, Raw
from duitpos.dashboard.forms.menu import (
    LineField,
    NameField,
    price_field,
    read_typed_price,
    served_fields,
    served_values,
    serving_in,
    text_fields,
    text_values,
    texts_in,
)
from duitpos.dashboard.texts.errors import error_text
from duitpos.dashboard.texts.menu import TAX_CLASSES, group_text
from duitpos.domain.errors import Code, Invalid
from duitpos.domain.menus.edit.detail import ItemDetail
from duitpos.domain.menus.edit.items import ItemDraft
from duitpos.domain.menus.edit.lines import DESCRIPTION, ITEM_NAME
from duitpos.domain.menus.edit.prices import read_price, write_price
from duitpos.domain.menus.marks import ALLERGENS, DIETS
from duitpos.kit.money import Money
from duitpos.models import Location, Tenant
from duitpos.ui.marks import mark_words

_FREE_SLOTS, _MOST_SLOTS = 2, 40


class ItemForm(EditedForm):
    """Edit a dish."""

    name = NameField(
        label=gettext_lazy("Name"),
        max_length=ITEM_NAME,
        error_messages={"required": gettext_lazy("Write the name of the dish.")},
    )
    price = price_field(gettext_lazy("Price"))  # type: ignore[arg-type]
    description = LineField(
        label=gettext_lazy("Description"),
        max_length=DESCRIPTION,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(
        self,
        data: Any,
        tenant: Tenant,
        sites: Sequence[Location],
        detail: ItemDetail,
        *,
        is_copy: bool = False,
    ) -> None:
        item = detail.item
        current = item_values(tenant, detail)
        super().__init__(data, current=current, at=item.version, auto_id=f"i_{item.id.hex}_%s")
        self.tenant, self.detail, self.is_copy = tenant, detail, is_copy
        self.locale = next((site.locale for site in sites if site.currency == item.currency), "en_MY")
        self._add_currency(sites)
        sections = [(str(section.id), section.name) for section in detail.sections]
        self.fields["section"] = forms.ChoiceField(label=_("Section"), choices=sections)
        self.fields["tax_class"] = forms.ChoiceField(label=_("Tax"), choices=list(TAX_CLASSES.items()))
        self.fields["marks"] = _checkboxes(_("Marks"), DIETS, item.marks)
        self.fields["allergens"] = _checkboxes(_("Contains"), ALLERGENS, item.allergens)
        self.fields.update(served_fields())
        self.sites = _priced_sites(sites, detail)
        for site in self.sites:
            label = _("Price at %(location)s") % {"location": site.name}
            self.fields[_price_name(site.id)] = price_field(label, is_required=False)
        self._add_groups()
        self.fields.update(text_fields(tenant, ITEM_NAME, describes=True))

    def _add_currency(self, sites: Sequence[Location]) -> None:
        currencies = list(dict.fromkeys([self.detail.item.currency, *(site.currency for site in sites)]))
        widget = forms.Select if len(currencies) > 1 else forms.HiddenInput
        self.fields["currency"] = forms.ChoiceField(
            label=_("Currency"), choices=[(one, one) for one in currencies], widget=widget
        )

    def _add_groups(self) -> None:
        groups = [("", _("None")), *((str(group.id), group_text(group)) for group in self.detail.groups)]
        # As many as were sent: somebody else may have attached or removed one since.
        sent = sum(name.startswith("group_") for name in self.data)
        slots = min(max(len(self.detail.group_ids) + _FREE_SLOTS, sent), _MOST_SLOTS)
        self.slots = [f"group_{slot}" for slot in range(slots)] if self.detail.groups else []
        for place, name in enumerate(self.slots, 1):
            label = _("Choices %(place)s") % {"place": place}
            self.fields[name] = forms.ChoiceField(label=label, choices=groups, required=False)

    def full_clean(self) -> None:
        super().full_clean()
        if self.is_copy and not self.is_bound:
            self.fields["name"].widget.attrs |= {"autofocus": True, "data-selects": True}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        currency = data.get("currency", "")
        data["price_minor"] = read_typed_price(self, "price", currency)
        data["prices"] = {}
        for site in self.sites:
            price = read_typed_price(self, _price_name(site.id), currency)
            if price is not None and site.currency != currency:
                self.add_error(_price_name(site.id), error_text(Invalid(Code.PRICE_OF_ANOTHER_CURRENCY)))
            elif price is not None:
                data["prices"][site.id] = price
        chosen = [data.get(name, "") for name in self.slots]
        for place, name in enumerate(self.slots):
            if chosen[place] and chosen[place] in chosen[:place]:
                self.add_error(name, error_text(Invalid(Code.ITEM_GROUP_TWICE)))
        return data

    def shown(self, name: str, value: Raw) -> str:
        """Prices are shown with their currency."""
        if name.startswith("price") and isinstance(value, str) and value:
            item = self.detail.item
            return Money(read_price(value, item.currency), item.currency).format(self.locale)
        return super().shown(name, value)

    def draft(self) -> ItemDraft:
        """What was typed. The form must be valid."""
        data = self.cleaned_data
        return ItemDraft(
            section_id=UUID(data["section"]),
            name=data["name"],
            price_minor=data["price_minor"],
            currency=data["currency"],
            description=data["description"],
            tax_class=data["tax_class"],
            marks=data["marks"],
            allergens=data["allergens"],
            serving=serving_in(data),
            prices=data["prices"],
            group_ids=[UUID(data[name]) for name in self.slots if data[name]],
            texts=texts_in(self.tenant, data),
        )

    # -- for the template: the fields in their blocks -----------------------------------------------------------------

    def _named(self, names: Sequence[str]) -> list[BoundField]:
        return [self[name] for name in names]

    @property
    def main(self) -> list[BoundField]:
        """The fields that are always open."""
        money = ["price", "currency"] if not self["currency"].is_hidden else ["price"]
        return self._named(["name", *money, "description", "section", "tax_class"])

    @property
    def blocks(self) -> Iterator[tuple[str, list[BoundField], bool]]:
        """Blocks that can be folded: title, fields, whether it is open because something in it needs a look."""
        prices = [_price_name(site.id) for site in self.sites]
        texts = [
            name for name in self.fields if name.partition("_")[0] in ("name", "description") and "_" in name
        ]
        named = [
            (_("When it is served"), ["days", "served_from", "served_until"]),
            (_("Prices at locations"), prices),
            (_("Choices"), self.slots),
            (_("Other languages"), texts),
        ]
        for title, names in named:
            fields = self._named(names)
            if fields:
                is_open = any(field.errors or hasattr(field.field, "meanwhile") for field in fields)
                yield title, fields, is_open


def item_values(tenant: Tenant, detail: ItemDetail) -> dict[str, Raw]:
    """The values of an item's form."""
    item = detail.item
    return {
        "name": item.name,
        "price": write_price(item.price_minor, item.currency),
        "currency": item.currency,
        "description": item.description,
        "section": str(item.section_id),
        "tax_class": item.tax_class,
        "marks": list(item.marks),
        "allergens": list(item.allergens),
        **served_values(item),
        **{
            _price_name(location_id): write_price(price, item.currency)
            for location_id, price in detail.prices.items()
        },
        **{f"group_{slot}": str(group_id) for slot, group_id in enumerate(detail.group_ids)},
        **text_values(tenant, detail.texts, describes=True),
    }


def _price_name(location_id: UUID) -> str:
    return f"price_at_{location_id.hex}"


def _priced_sites(sites: Sequence[Location], detail: ItemDetail) -> list[Location]:
    """The locations that can have a price of their own. Where there is only one, the dish's price is enough."""
    able = [site for site in sites if site.currency == detail.item.currency]
    return [site for site in able if len(able) > 1 or site.id in detail.prices]


def _checkboxes(label: str, known: Sequence[str], own: Sequence[str]) -> forms.MultipleChoiceField:
    """The known codes, and the restaurant's own ones that the item has already."""
    codes = dict.fromkeys([*known, *own])
    return forms.MultipleChoiceField(
        label=label,
        choices=list(zip(codes, mark_words(codes), strict=True)),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
