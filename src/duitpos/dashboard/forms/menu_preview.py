"""Choose which menu to look at: its location, its language, and the time or the size of its letters."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from duitpos.kit.clock import display_zone
from duitpos.models import Location, Tenant
from duitpos.web.forms import PlainForm

_YEARS = range(2000, 3000)
"""Other years overflow the calendar."""


class MenuForm(PlainForm):
    """A location and a language."""

    def __init__(self, data: Any = None, *, tenant: Tenant, sites: Sequence[Location]) -> None:
        super().__init__(data)
        self.sites = {site.slug: site for site in sites}
        self.fields["location"] = forms.ChoiceField(
            label=_("Location"),
            choices=[(site.slug, site.name) for site in sites],
            widget=forms.HiddenInput if len(sites) == 1 else forms.Select,
            initial=sites[0].slug,
        )
        self.fields["language"] = forms.ChoiceField(
            label=_("Language"), choices=settings.LANGUAGES, initial=tenant.menu_language
        )
        self.order_fields(["location", "language"])

    @property
    def site(self) -> Location:
        """The chosen location, or the first. A bound form must be valid."""
        chosen = self.cleaned_data["location"] if self.is_bound else self.fields["location"].initial
        return self.sites[chosen]


class PreviewForm(MenuForm):
    """When the guest looks at it, in the location's local time. Empty: now."""

    day = forms.DateField(
        label=_("Day"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    clock = forms.TimeField(
        label=_("Time"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )

    def clean_day(self) -> Any:
        """A day that calendars can calculate with."""
        day = self.cleaned_data["day"]
        if day is not None and day.year not in _YEARS:
            raise forms.ValidationError(_("Choose a day of this century."))
        return day

    def at(self, now: datetime) -> datetime | None:
        """The chosen instant, with the day and the time of `now` where one is empty. A bound form must be valid."""
        day, clock = self.cleaned_data.get("day"), self.cleaned_data.get("clock")
        if day is None and clock is None:
            return None
        local = now.astimezone(display_zone(self.site.time_zone))
        return datetime.combine(day or local.date(), clock or local.time(), local.tzinfo)


class PrintForm(MenuForm):
    """How large the letters are, and whether to leave out what is sold out."""

    size = forms.ChoiceField(
        label=_("Letters"),
        choices=[("normal", _("Normal, two columns")), ("large", _("Large, 18 points"))],
        help_text=_("Keep some in large letters for guests who need them."),
    )
    sold_out = forms.BooleanField(label=_("Also print what is sold out now"), required=False)
