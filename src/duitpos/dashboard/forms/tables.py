"""The form for a new table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from duitpos.models import Location
from duitpos.web.forms import PlainForm


class TableForm(PlainForm):
    """A table's location, area and name."""

    name = forms.CharField(
        label=_("Name"),
        max_length=40,
        help_text=_("What staff call it and guests read, such as 7 or Garden 3."),
    )
    area = forms.CharField(
        label=_("Area"),
        max_length=60,
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
        self.order_fields(["location", "name", "area"])

    @property
    def site(self) -> Location:
        """The chosen location. The form must be valid."""
        return self.sites[self.cleaned_data["location"]]
