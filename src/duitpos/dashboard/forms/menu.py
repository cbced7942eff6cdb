"""Forms of the menu editor: sections, and adding a dish."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duitpos.dashboard.forms.edited import EditedForm, Raw
from duitpos.dashboard.texts.errors import error_text
from duitpos.domain.errors import Invalid
from duitpos.domain.menus.edit.lines import DESCRIPTION, ITEM_NAME, SECTION_NAME, checked_name
from duitpos.domain.menus.edit.prices import read_difference, read_price
from duitpos.domain.menus.edit.sections import SectionDraft
from duitpos.domain.menus.serving import Serving
from duitpos.domain.menus.texts import Text
from duitpos.kit.clean_text import one_line
from duitpos.models import MenuSection, Tenant
from duitpos.models.menu import EVERY_DAY, Served
from duitpos.web.forms import PlainForm


class LineField(forms.CharField):
    """One line, cleaned as the domain cleans it."""

    def to_python(self, value: Any) -> str:
        return one_line(str(value or ""))


class NameField(LineField):
    """A name that has at least one visible character."""

    def clean(self, value: Any) -> str:
        name: str = super().clean(value)
        try:
            return checked_name(name, self.max_length or ITEM_NAME)
        except Invalid as error:
            raise forms.ValidationError(error_text(error)) from error


def price_field(label: str, *, is_required: bool = True) -> forms.CharField:
    """A price as people type it. `read_typed_price` reads it, since that needs the currency."""
    attrs = {"inputmode": "decimal", "autocomplete": "off"}
    return forms.CharField(
        label=label,
        max_length=40,
        required=is_required,
        widget=forms.TextInput(attrs=attrs),
        error_messages={"required": gettext_lazy("Write the price, 0 if it is free.")},
    )


def read_typed_price(form: PlainForm, name: str, currency: str) -> int | None:
    """The price in a field, in minor units; None if it is empty or wrong, and the error is then beside it."""
    typed = form.cleaned_data.get(name)
    if not typed or not currency:
        return None
    try:
        return read_price(typed, currency)
    except Invalid as error:
        form.add_error(name, error_text(error))
        return None


def read_typed_difference(typed: str, currency: str) -> int:
    """An amount with its sign, in minor units; 0 for an empty text. ValidationError."""
    try:
        return read_difference(typed, currency)
    except Invalid as error:
        raise forms.ValidationError(error_text(error)) from error


class NewSectionForm(PlainForm):
    """Add a section: its name."""

    section = NameField(
        label=gettext_lazy("Name of the new section"),
        max_length=SECTION_NAME,
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": gettext_lazy("Add a section")}),
        error_messages={"required": gettext_lazy("Write the section's name, such as Drinks.")},
    )


class NewItemForm(PlainForm):
    """Add a dish: name and price only, to type a whole menu quickly. `key` keeps the ids of several forms apart."""

    name = NameField(
        label=gettext_lazy("Name of the new dish"),
        max_length=ITEM_NAME,
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": gettext_lazy("Add a dish")}),
        error_messages={"required": gettext_lazy("Write the name of the dish.")},
    )
    price = price_field(gettext_lazy("Price"))  # type: ignore[arg-type]

    def __init__(
        self, *args: Any, key: str, currencies: Sequence[str], has_focus: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, auto_id=f"new_{key}_%s", **kwargs)
        self.currencies, self.has_focus = currencies, has_focus
        self.fields["price"].widget.attrs["placeholder"] = _("Price")
        if len(currencies) > 1:
            choices = [(one, one) for one in currencies]
            self.fields["currency"] = forms.ChoiceField(label=_("Currency"), choices=choices)

    def full_clean(self) -> None:
        super().full_clean()
        if self.has_focus and not self.is_bound:
            self.fields["name"].widget.attrs["autofocus"] = True

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        data["currency"] = data.get("currency") or self.currencies[0]
        data["price_minor"] = read_typed_price(self, "price", data["currency"])
        return data


# -- fields that sections and items have --------------------------------------------------------------------------


def served_fields() -> dict[str, forms.Field]:
    """The days and the time of day."""
    return {
        "days": forms.MultipleChoiceField(
            label=_("Days"),
            choices=[(str(day), WEEKDAYS[day]) for day in range(7)],
            widget=forms.CheckboxSelectMultiple,
            error_messages={"required": _("Choose at least one day. To take it off the menu, archive it.")},
        ),
        "served_from": _time_field(_("From")),
        "served_until": _time_field(
            _("Until"), _("Empty: all day. An end before the start is on the next day.")
        ),
    }


def _time_field(label: str, help_text: str = "") -> forms.TimeField:
    widget = forms.TimeInput(format="%H:%M", attrs={"type": "time"})
    return forms.TimeField(label=label, help_text=help_text, required=False, widget=widget)


def served_values(row: Served) -> dict[str, Raw]:
    """The values of `served_fields`."""
    return {
        "days": [str(day) for day in range(7) if row.days >> day & 1],
        "served_from": f"{row.served_from:%H:%M}" if row.served_from else "",
        "served_until": f"{row.served_until:%H:%M}" if row.served_until else "",
    }


def serving_in(data: Mapping[str, Any]) -> Serving:
    """What was chosen in `served_fields`."""
    days = sum(1 << int(day) for day in data["days"])
    return Serving(days & EVERY_DAY, data["served_from"], data["served_until"])


def other_languages(tenant: Tenant) -> list[tuple[str, str]]:
    """The languages other than the menu's own: code and name."""
    return [(code, name) for code, name in settings.LANGUAGES if code != tenant.menu_language]


def text_fields(tenant: Tenant, most: int, *, describes: bool) -> dict[str, forms.Field]:
    """A name, and a description if it `describes`, in each other language."""
    fields: dict[str, forms.Field] = {}
    for code, language in other_languages(tenant):
        attrs = {"lang": code}
        fields[f"name_{code}"] = LineField(
            label=_("Name in %(language)s") % {"language": language},
            max_length=most,
            required=False,
            widget=forms.TextInput(attrs=attrs),
        )
        if describes:
            fields[f"description_{code}"] = LineField(
                label=_("Description in %(language)s") % {"language": language},
                max_length=DESCRIPTION,
                required=False,
                widget=forms.Textarea(attrs={**attrs, "rows": 2}),
            )
    return fields


def text_values(tenant: Tenant, texts: Mapping[str, Text], *, describes: bool) -> dict[str, Raw]:
    """The values of `text_fields`."""
    values: dict[str, Raw] = {}
    for code, _language in other_languages(tenant):
        text = texts.get(code, Text(""))
        values[f"name_{code}"] = text.name
        if describes:
            values[f"description_{code}"] = text.description
    return values


def texts_in(tenant: Tenant, data: Mapping[str, Any]) -> dict[str, Text]:
    """What was typed in `text_fields`."""
    return {
        code: Text(data[f"name_{code}"], data.get(f"description_{code}", ""))
        for code, _language in other_languages(tenant)
    }


class SectionForm(EditedForm):
    """Edit a section: its name, when it is served, its name in other languages."""

    name = NameField(
        label=gettext_lazy("Name"),
        max_length=SECTION_NAME,
        error_messages={"required": gettext_lazy("Write the section's name, such as Drinks.")},
    )

    def __init__(self, data: Any, tenant: Tenant, section: MenuSection, texts: Mapping[str, Text]) -> None:
        current = section_values(tenant, section, texts)
        super().__init__(data, current=current, at=section.version, auto_id=f"s_{section.id.hex}_%s")
        self.tenant = tenant
        self.fields.update(served_fields())
        self.fields.update(text_fields(tenant, SECTION_NAME, describes=False))

    def draft(self) -> SectionDraft:
        """What was typed. The form must be valid."""
        data = self.cleaned_data
        return SectionDraft(data["name"], serving_in(data), texts_in(self.tenant, data))


def section_values(tenant: Tenant, section: MenuSection, texts: Mapping[str, Text]) -> dict[str, Raw]:
    """The values of a section's form."""
    return {
        "name": section.name,
        **served_values(section),
        **text_values(tenant, texts, describes=False),
    }
