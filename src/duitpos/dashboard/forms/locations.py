"""The forms of a location's details."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from babel.core import get_global
from babel.numbers import get_currency_name
from django import forms
from django.utils.text import slugify
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from duitpos.dashboard.forms.edited import EditedForm, Raw
from duitpos.domain.staff_actions.edit_location import LocationDetails, details_of
from duitpos.domain.tenancy.location_check import LONGEST_SLUG
from duitpos.models import Location
from duitpos.models.tenant import ServiceStyle
from duitpos.web.forms import PlainForm

_NEAR = ("MYR", "SGD", "IDR", "THB", "PHP", "VND", "BND", "USD", "EUR", "GBP", "AUD")
"""Currencies that are listed first."""
_NEAR_ZONES = (
    "Asia/Kuala_Lumpur",
    "Asia/Kuching",
    "Asia/Singapore",
    "Asia/Jakarta",
    "Asia/Bangkok",
    "Asia/Manila",
)
_OLD_NAMES = ("Etc/", "SystemV/", "US/", "Brazil/", "Canada/", "Chile/", "Mexico/")
"""Time zones under these names have another one."""

Choices = list[tuple[str, Any]]


@cache
def currencies() -> tuple[tuple[str, str], ...]:
    """The currencies that some country uses now, the near ones first."""
    in_use = {
        str(code)
        for uses in get_global("territory_currencies").values()
        for code, _start, end, is_tender in uses
        if end is None and is_tender
    }
    codes = [*_NEAR, *sorted(in_use - set(_NEAR))]
    return tuple((code, f"{code}: {get_currency_name(code, locale='en')}") for code in codes)


@cache
def time_zones() -> tuple[str, ...]:
    """The zones' names, sorted."""
    return tuple(
        sorted(name for name in available_timezones() if "/" in name and not name.startswith(_OLD_NAMES))
    )


def _zone_choices(present: str) -> Choices:
    """The near ones, and the others by continent. `present`: a stored one, which may be unknown here."""
    names = time_zones()
    others = [present] if present and present not in (*names, *_NEAR_ZONES) else []
    near = [(name, _zone_label(name)) for name in (*others, *_NEAR_ZONES)]
    groups: dict[str, list[tuple[str, str]]] = {}
    for name in names:
        if name not in _NEAR_ZONES:
            groups.setdefault(name.split("/")[0], []).append((name, _zone_label(name)))
    return [(_t("Near here"), near), *groups.items()]


def _zone_label(name: str) -> str:
    return name.replace("_", " ")


class _Details(PlainForm):
    """What both forms have."""

    name = forms.CharField(
        label=_("Name"), max_length=120, help_text=_("Guests read it, such as Bangsar or Kopi Kita Penang.")
    )
    slug = forms.CharField(
        label=_("Address of its pages"),
        max_length=LONGEST_SLUG,
        widget=forms.TextInput(
            attrs={"autocapitalize": "none", "autocomplete": "off", "spellcheck": "false"}
        ),
    )
    address = forms.CharField(label=_("Street address"), max_length=200, required=False)
    time_zone = forms.ChoiceField(label=_("Time zone"))
    day_closes_at = forms.TimeField(
        label=_("The trading day ends at"),
        input_formats=["%H:%M", "%H:%M:%S"],
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=_(
            "What is sold after midnight and before this time belongs to the day before, in reports and day closes."
        ),
    )
    currency = forms.ChoiceField(
        label=_("Currency"),
        choices=currencies,
        help_text=_("Guests see the dishes that have a price in it. It stays once an order was made here."),
    )
    service_style = forms.ChoiceField(
        label=_("How orders reach the guests"),
        choices=[
            (ServiceStyle.BROUGHT, _("We bring them to the table")),
            (ServiceStyle.COLLECTED, _("Guests collect them at the counter")),
        ],
    )
    receipt_header = forms.CharField(
        label=_("Above a receipt"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Up to four lines, such as the name of your company."),
    )
    registration_number = forms.CharField(
        label=_("Business registration number"),
        max_length=40,
        required=False,
        help_text=_("Printed on receipts, such as 202401012345."),
    )
    sst_number = forms.CharField(
        label=_("SST registration number"),
        max_length=40,
        required=False,
        help_text=_("Printed on receipts, such as W10-1808-31000001."),
    )

    def draft(self) -> LocationDetails:
        """What was typed. The form must be valid."""
        return LocationDetails(
            **{name: self.cleaned_data[name] for name in LocationDetails.__dataclass_fields__}
        )


class NewLocationForm(_Details):
    """A location that does not exist yet."""

    def __init__(self, *args: Any, like: Location | None, **kwargs: Any) -> None:
        if like is not None:
            same = ("time_zone", "currency", "receipt_header", "registration_number", "sst_number")
            initial = {name: getattr(like, name) for name in (*same, "day_closes_at", "service_style")}
            kwargs.setdefault("initial", initial)
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].choices = _zone_choices(like.time_zone if like else "")  # type: ignore[attr-defined]
        self.fields["slug"].required = False
        self.fields["slug"].help_text = _t(
            "Left empty, it is made from the name: Bukit Bintang, bukit-bintang."
        )

    def clean(self) -> dict[str, Any]:
        """Make the slug from the name unless it was typed."""
        cleaned: dict[str, Any] = super().clean() or {}
        if not cleaned.get("slug") and "slug" not in self.errors and cleaned.get("name"):
            cleaned["slug"] = slugify(cleaned["name"])[:LONGEST_SLUG].strip("-")
            if not cleaned["slug"]:
                self.add_error("slug", _t("Write one here: none can be made from this name."))
        return cleaned


class LocationForm(EditedForm, _Details):
    """A location that two people may edit at once."""

    def __init__(self, data: Any, location: Location, *, is_currency_fixed: bool) -> None:
        super().__init__(data, current=location_values(location), at=location.version)
        self.fields["time_zone"].choices = _zone_choices(location.time_zone)  # type: ignore[attr-defined]
        self.fields["slug"].help_text = _t(
            "With another one, kitchen screens have to be opened anew, and links to its menu page given out again."
            " The codes on its tables stay as they are."
        )
        currency = self.fields["currency"]
        if location.currency not in dict(currencies()):
            currency.choices = [(location.currency, location.currency), *currencies()]  # type: ignore[attr-defined]
        if is_currency_fixed:
            currency.disabled = True
            currency.help_text = _t(
                "It cannot be changed: orders were made here in it, and their receipts, refunds and reports stay in"
                " it. For another currency, add a location."
            )


def location_values(location: Location) -> dict[str, Raw]:
    """The fields' values as a browser sends them."""
    values = asdict(details_of(location))
    values["day_closes_at"] = f"{location.day_closes_at:%H:%M}"
    return {name: str(value) for name, value in values.items()}


def show_problem(form: forms.Form, field: str, text: str, fields: Iterable[str] = ()) -> None:
    """Put the sentence beside its field if the form has it, else above the form."""
    form.add_error(field if field in (fields or form.fields) else None, text)
