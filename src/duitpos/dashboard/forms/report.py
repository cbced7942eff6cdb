"""What a revenue report is asked for. It is sent by GET, so that the report's address can be shared."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from duitpos.dashboard.texts.reports import BY
from duitpos.domain.reporting.report import By, Period, Question
from duitpos.kit.clock import business_date, now
from duitpos.models import Location
from duitpos.web.forms import PlainForm

MOST_DAYS = 731
_YEARS = range(2000, 3000)
"""Other years overflow calendars, and nothing was sold in them."""


class Preset(StrEnum):
    """Periods that are chosen by name."""

    TODAY = "today"
    YESTERDAY = "yesterday"
    THIS_WEEK = "this_week"
    LAST_WEEK = "last_week"
    THIS_MONTH = "this_month"
    LAST_MONTH = "last_month"
    OWN = "own"


class Paid(StrEnum):
    """How the money came."""

    ONLINE = "online"
    STAFF = "staff"
    ALL = "all"
    TEST = "test"


PRESETS = {
    Preset.TODAY: _("Today"),
    Preset.YESTERDAY: _("Yesterday"),
    Preset.THIS_WEEK: _("This week"),
    Preset.LAST_WEEK: _("Last week"),
    Preset.THIS_MONTH: _("This month"),
    Preset.LAST_MONTH: _("Last month"),
    Preset.OWN: _("From … to …"),
}
PAID = {
    Paid.ONLINE: _("Online"),
    Paid.STAFF: _("Taken by staff"),
    Paid.ALL: _("Everything"),
    Paid.TEST: _("Test orders"),
}
_IS_ONLINE = {Paid.ONLINE: True, Paid.STAFF: False, Paid.ALL: None, Paid.TEST: None}


_DEFAULTS = {"paid": Paid.ONLINE.value, "period": Preset.THIS_WEEK.value, "by": By.DAY.value}


class ReportForm(PlainForm):
    """The filters of the report. Whatever is missing has its default: online, this week, by day, everywhere."""

    paid = forms.ChoiceField(label=_("Payments"), choices=list(PAID.items()), required=False)
    period = forms.ChoiceField(label=_("Period"), choices=list(PRESETS.items()), required=False)
    first = forms.DateField(
        label=_("From"),
        required=False,
        widget=forms.TextInput(attrs={"type": "date"}),
        input_formats=["%Y-%m-%d"],
    )
    last = forms.DateField(
        label=_("To"),
        required=False,
        widget=forms.TextInput(attrs={"type": "date"}),
        input_formats=["%Y-%m-%d"],
    )
    location = forms.ChoiceField(label=_("Location"), required=False)
    by = forms.ChoiceField(label=_("By"), choices=list(BY.items()), required=False)

    def __init__(self, query: Mapping[str, str], *, sites: list[Location]) -> None:
        super().__init__({**_DEFAULTS, **query})
        self._sites = {site.slug: site for site in sites}
        self.home = sites[0]
        choices = [("", _("All")), *((site.slug, site.name) for site in sites)]
        self.fields["location"].choices = choices  # type: ignore[attr-defined]
        if len(sites) == 1:
            del self.fields["location"]

    def clean(self) -> dict[str, Any]:
        """Check that own dates are there, in order, and not too many."""
        values = super().clean() or {}
        if self.errors or values.get("period") != Preset.OWN:
            return values
        first, last = values.get("first"), values.get("last")
        if first is None or last is None:
            raise ValidationError(_now("Choose both days: from and to."))
        if first.year not in _YEARS or last.year not in _YEARS:
            raise ValidationError(_now("Choose days of this century."))
        if first > last:
            raise ValidationError(_now("The period ends before it begins. Change one of the days."))
        if (last - first).days >= MOST_DAYS:
            raise ValidationError(_now("Choose at most two years at once."))
        return values

    @property
    def site(self) -> Location | None:
        """The chosen location; None for all."""
        return self._sites.get(self._value("location"))

    @property
    def preset(self) -> Preset:
        """The chosen period; this week if the form has errors."""
        return Preset(self._value("period") or Preset.THIS_WEEK)

    @property
    def paid_how(self) -> Paid:
        """The chosen payments."""
        return Paid(self._value("paid") or Paid.ONLINE)

    def question(self) -> Question:
        """What is asked; the defaults, if the form has errors."""
        site = self.site
        return Question(
            self._period(site or self.home),
            By(self._value("by") or By.DAY),
            (site.id,) if site else (),
            _IS_ONLINE[self.paid_how],
            self.paid_how == Paid.TEST,
        )

    def _value(self, name: str) -> str:
        return str(self.cleaned_data.get(name) or "") if self.is_valid() else ""

    def _period(self, site: Location) -> Period:
        if self.preset == Preset.OWN:
            return Period(self.cleaned_data["first"], self.cleaned_data["last"])
        return _preset_period(self.preset, business_date(now(), site.time_zone, site.day_closes_at))


def _preset_period(preset: Preset, today: date) -> Period:
    monday = today - timedelta(days=today.weekday())
    month = today.replace(day=1)
    month_before = (month - timedelta(days=1)).replace(day=1)
    day = timedelta(days=1)
    return {
        Preset.TODAY: Period(today, today),
        Preset.YESTERDAY: Period(today - day, today - day),
        Preset.THIS_WEEK: Period(monday, today),
        Preset.LAST_WEEK: Period(monday - 7 * day, monday - day),
        Preset.THIS_MONTH: Period(month, today),
        Preset.LAST_MONTH: Period(month_before, month - day),
    }[preset]
