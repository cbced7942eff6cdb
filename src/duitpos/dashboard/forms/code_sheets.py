"""The form for printed codes: which tables, how they are laid out, and what is written on them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from duitpos.dashboard.texts.code_sheets import LANGUAGES, LAYOUTS
from duitpos.kit.code_sheet import Layout
from duitpos.models import Location, Table
from duitpos.web.forms import PlainForm


class CodesForm(PlainForm):
    """Sent by GET, so that an address makes the same file again."""

    location = forms.ChoiceField(label=_("Location"), required=False)
    area = forms.ChoiceField(label=_("Area"), required=False)
    layout = forms.ChoiceField(
        label=_("Print as"), choices=list(LAYOUTS.items()), required=False, initial=Layout.SHEET
    )
    languages = forms.MultipleChoiceField(
        label=_("Languages of the short line"),
        choices=list(LANGUAGES.items()),
        required=False,
        initial=["en"],
        widget=forms.CheckboxSelectMultiple,
    )
    notice = forms.BooleanField(label=_("With a line about service charge and tax"), required=False)
    part = forms.IntegerField(required=False, min_value=1, max_value=999, widget=forms.HiddenInput)

    def __init__(self, *args: Any, sites: Sequence[Location], tables: Sequence[Table], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        every = [("", _("All"))]
        areas = sorted({table.area for table in tables if table.area})
        self.fields["location"].choices = [*every, *((site.slug, site.name) for site in sites)]  # type: ignore[attr-defined]
        self.fields["area"].choices = [*every, *((area, area) for area in areas)]  # type: ignore[attr-defined]
        if len(sites) < 2:
            self.fields["location"].widget = forms.HiddenInput()
        if not areas:
            self.fields["area"].widget = forms.HiddenInput()

    def chosen(self, tables: Sequence[Table]) -> list[Table]:
        """The tables that are meant. The form must be valid."""
        location, area = self.cleaned_data["location"], self.cleaned_data["area"]
        return [
            table for table in tables if location in ("", table.location.slug) and area in ("", table.area)
        ]
