"""What a guest who says they paid remembers, and the filters of the declined cards."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from duitpos.domain.orders.search_terms import LONGEST
from duitpos.domain.payment_issues.find import Question
from duitpos.kit.clock import display_zone
from duitpos.models import Location
from duitpos.web.forms import PlainForm

_YEARS = range(2000, 3000)
"""Other years overflow calendars, and no payment is in them."""


class FindForm(PlainForm):
    """The search. It is sent by GET, so that the answer's address can be shared with a colleague."""

    q = forms.CharField(
        label=_("What the guest knows"),
        max_length=LONGEST,
        required=False,
        help_text=_(
            "Amount, last four digits, e-mail, table, order number or an id. Several: put a comma and a space between."
        ),
        widget=forms.TextInput(
            attrs={"type": "search", "enterkeyhint": "search", "placeholder": "RM 31.85, 4242"}
        ),
        error_messages={"max_length": _("Paste less: at most %(limit_value)s characters.")},
    )
    about = forms.CharField(
        label=_("About when"),
        required=False,
        help_text=_(
            "An hour before to half an hour after is searched. Empty: the last 90 days; an id, a link or a receipt"
            " number is found however old it is."
        ),
        widget=forms.TextInput(attrs={"type": "datetime-local"}),
    )
    location = forms.ChoiceField(label=_("Location"), required=False)

    def __init__(self, *args: Any, sites: list[Location], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._sites = {site.slug: site for site in sites}
        self._home = sites[0]
        if len(sites) > 1:
            choices = [("", _("All")), *((site.slug, site.name) for site in sites)]
            self.fields["location"].choices = choices  # type: ignore[attr-defined]
        else:
            del self.fields["location"]

    def clean_q(self) -> str:
        """PostgreSQL refuses text with a zero byte; Django's field has refused it before."""
        return str(self.cleaned_data["q"])

    def clean_about(self) -> datetime | None:
        """A local time, in the zone of the chosen location or of the first one."""
        text = self.cleaned_data["about"].strip()
        if not text:
            return None
        try:
            naive = datetime.fromisoformat(text[:30]).replace(tzinfo=None)
        except ValueError:
            naive = None
        if naive is None or naive.year not in _YEARS:
            raise ValidationError(_now("Enter a date and a time, such as 2026-11-27 19:30."))
        site = self._sites.get(self.data.get("location", ""), self._home)
        return naive.replace(tzinfo=display_zone(site.time_zone))

    def question(self) -> Question:
        """What is asked for; of a form with errors, nothing."""
        if not self.is_valid():
            return Question()
        site = self._sites.get(self.cleaned_data.get("location", ""))
        return Question(self.cleaned_data["q"], self.cleaned_data["about"], site.id if site else None)


def read_day(query: QueryDict) -> date | None:
    """The day of a query string; None for today, and for one that is no day."""
    try:
        day = parse_date(query.get("day", ""))
    except ValueError:
        return None
    return day if day is not None and day.year in _YEARS else None


def read_sites(query: QueryDict, sites: list[Location]) -> list[Location]:
    """The location of a query string, or all."""
    wanted = [site for site in sites if site.slug == query.get("location", "")]
    return wanted or sites
