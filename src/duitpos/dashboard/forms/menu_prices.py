"""The form of a bulk price change."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duitpos.dashboard.forms.menu import read_typed_difference
from duitpos.domain.menus.edit.bulk_prices import Which
from duitpos.domain.menus.edit.price_rules import PriceChange, Way
from duitpos.kit.money import Money
from duitpos.models import Location, MenuSection
from duitpos.ui.marks import mark_words
from duitpos.web.forms import PlainForm

_STEPS = (1, 5, 10, 50, 100)
"""Minor units to round to."""
_MOST_PERCENT = 1000
_RAISE, _LOWER = "up", "down"


class PricesForm(PlainForm):
    """Which prices, how they change, and how the new ones are rounded."""

    target = forms.ChoiceField(label=gettext_lazy("Prices"))
    sections = forms.MultipleChoiceField(
        label=gettext_lazy("Sections"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None ticked: all sections."),
    )
    marks = forms.MultipleChoiceField(
        label=gettext_lazy("Only dishes marked"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None ticked: with and without marks."),
    )
    direction = forms.ChoiceField(
        label=gettext_lazy("Change"),
        choices=[(_RAISE, gettext_lazy("Raise")), (_LOWER, gettext_lazy("Lower"))],
    )
    by = forms.CharField(
        label=gettext_lazy("By"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Write by how much, such as 5.")},
    )
    way = forms.ChoiceField(label=gettext_lazy("Unit"))
    step = forms.TypedChoiceField(label=gettext_lazy("Round to"), coerce=int)

    def __init__(
        self,
        data: Any = None,
        *,
        sites: Sequence[Location],
        sections: Sequence[MenuSection],
        marks: Sequence[str],
    ) -> None:
        super().__init__(data)
        self.sites = {site.slug: site for site in sites}
        currencies = list(dict.fromkeys(site.currency for site in sites))
        self.first = sites[0]
        self._choices(
            "target", [*_base_choices(currencies), *((f"at:{site.slug}", site.name) for site in sites)]
        )
        self._choices("sections", [(str(section.id), section.name) for section in sections])
        self._choices("marks", list(zip(marks, mark_words(marks), strict=True)))
        self._choices("way", [(Way.PERCENT.value, "%"), (Way.AMOUNT.value, " / ".join(currencies))])
        steps = [(str(step), self._step_words(step)) for step in _STEPS]
        self._choices("step", steps)

    @property
    def which(self) -> Which:
        """The prices to change. The form must be valid."""
        data = self.cleaned_data
        kind, _colon, name = data["target"].partition(":")
        site = self.sites[name] if kind == "at" else None
        return Which(
            currency=site.currency if site else name,
            location=site,
            sections=frozenset(UUID(section) for section in data["sections"]),
            marks=frozenset(data["marks"]),
        )

    @property
    def change(self) -> PriceChange:
        """The change. The form must be valid."""
        by: int = self.cleaned_data["amount"]
        signed = by if self.cleaned_data["direction"] == _RAISE else -by
        return PriceChange(Way(self.cleaned_data["way"]), signed, self.cleaned_data["step"])

    @property
    def query(self) -> list[tuple[str, str]]:
        """The form's values as a browser sends them, for the preview's own form. The form must be valid."""
        data = self.cleaned_data
        single = [(name, str(data[name])) for name in ("target", "direction", "by", "way", "step")]
        return [
            *single,
            *(("sections", one) for one in data["sections"]),
            *(("marks", one) for one in data["marks"]),
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if "by" in data and "way" in data and "target" in data:
            try:
                data["amount"] = self._amount(data)
            except forms.ValidationError as error:
                self.add_error("by", error)
        return data

    def _amount(self, data: dict[str, Any]) -> int:
        """Basis points or minor units."""
        if data["way"] == Way.AMOUNT:
            amount = read_typed_difference(data["by"], self.which.currency)
        else:
            amount = _basis_points(data["by"])
        if amount < 0:
            raise forms.ValidationError(_("Write it without a minus, and choose “Lower”."))
        return amount

    def _choices(self, name: str, choices: Sequence[tuple[str, Any]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = choices

    def _step_words(self, step: int) -> str:
        if step == 1:
            return _("Not rounded")
        return Money(step, self.first.currency).format(self.first.locale)


def _base_choices(currencies: Sequence[str]) -> list[tuple[str, str]]:
    if len(currencies) == 1:
        return [(f"all:{currencies[0]}", _("Everywhere"))]
    return [(f"all:{one}", _("Everywhere in %(currency)s") % {"currency": one}) for one in currencies]


def _basis_points(text: str) -> int:
    typed = text.strip().removesuffix("%").strip().replace(",", ".")
    unreadable = forms.ValidationError(_("Write a percentage with at most two decimals, such as 5 or 2.5."))
    try:
        points = Decimal(typed).scaleb(2)
    except ArithmeticError as error:
        raise unreadable from error
    if not points.is_finite() or points != points.to_integral_value():
        raise unreadable
    if points > _MOST_PERCENT * 100:
        raise forms.ValidationError(_("Write at most %(most)d %%.") % {"most": _MOST_PERCENT})
    return int(points)
