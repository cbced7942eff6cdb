"""The forms for new tables and for one that exists."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from duitpos.dashboard.texts.errors import error_text
from duitpos.domain.errors import Invalid
from duitpos.domain.tables.create import LONGEST_AREA
from duitpos.domain.tables.edit import TableFacts
from duitpos.domain.tables.names import LONGEST, names_of
from duitpos.models import Location
from duitpos.web.forms import PlainForm


class _AtALocation(PlainForm):
    """A form with a location, which is not asked for where there is only one."""

    area = forms.CharField(
        label=_("Area"),
        max_length=LONGEST_AREA,
        required=False,
        help_text=_("Such as Terrace, where it helps to find it."),
    )

    def __init__(self, *args: Any, sites: Sequence[Location], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sites = {site.slug: site for site in sites}
        is_only_one = len(sites) == 1
        self.fields["location"] = forms.ChoiceField(
            label=_("Location"),
            choices=[(site.slug, site.name) for site in sites],
            widget=forms.HiddenInput if is_only_one else forms.Select,
            initial=sites[0].slug if is_only_one else None,
        )
        self.order_fields(["location", "names", "name", "area"])

    @property
    def site(self) -> Location:
        """The chosen location. The form must be valid."""
        return self.sites[self.cleaned_data["location"]]


class NewTablesForm(_AtALocation):
    """New tables: one name, several, or ranges of them."""

    names = forms.CharField(
        label=_("Name, or several"),
        max_length=2000,
        help_text=_(
            "What staff call it and guests read, such as 7. Several at once: T1-T40, Garden 1-12, Bar."
        ),
    )

    def clean_names(self) -> list[str]:
        """Each name."""
        try:
            return names_of(self.cleaned_data["names"])
        except Invalid as error:
            raise forms.ValidationError(error_text(error)) from error


class TableForm(_AtALocation):
    """One table. `seen` is what the person saw of it."""

    name = forms.CharField(
        label=_("Name"),
        max_length=LONGEST,
        help_text=_("What staff call it and guests read, such as 7 or Garden 3."),
    )
    seen = forms.CharField(widget=forms.HiddenInput)

    def clean_seen(self) -> TableFacts:
        """The facts that were shown."""
        try:
            name, area, location = json.loads(self.cleaned_data["seen"])
            return TableFacts(str(name), str(area), UUID(location))
        except (ValueError, TypeError, AttributeError) as error:
            raise forms.ValidationError(_("This page cannot be read: open it again.")) from error


def initial_of(facts: TableFacts, sites: Sequence[Location]) -> dict[str, str]:
    """The form's values for a table as it is."""
    slug = next(site.slug for site in sites if site.id == facts.location_id)
    seen = json.dumps([facts.name, facts.area, str(facts.location_id)])
    return {"name": facts.name, "area": facts.area, "location": slug, "seen": seen}
