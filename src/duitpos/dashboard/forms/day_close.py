"""The forms of day closes: the cash drawer, and which of them are mailed."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from duitpos.domain.reporting.day_close.close_day import MOST_NOTE
from duitpos.models.tenant import DayCloseMail
from duitpos.web.forms import PlainForm

_AMOUNT = {"inputmode": "decimal", "autocomplete": "off"}


class DayCloseForm(PlainForm):
    """What is in the drawer. `changes` tells whether the day is as the page showed it."""

    opening = forms.CharField(
        label=_("In the drawer at the start"),
        required=False,
        max_length=20,
        help_text=_("The change that you began with. Empty: none."),
        widget=forms.TextInput(attrs=_AMOUNT),
    )
    counted = forms.CharField(
        label=_("Counted now"),
        required=False,
        max_length=20,
        help_text=_("All cash in the drawer. Empty: it is not counted."),
        widget=forms.TextInput(attrs=_AMOUNT),
    )
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=MOST_NOTE,
        help_text=_("Such as why it differs."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    changes = forms.IntegerField(min_value=0, widget=forms.HiddenInput)


class DayCloseMailForm(PlainForm):
    """Whether owners get day closes by mail."""

    mail = forms.ChoiceField(
        label=_("Mail to the owners"),
        choices=[
            (DayCloseMail.OFF, _("Off")),
            (DayCloseMail.DAILY, _("Each day close, when the day is closed")),
            (DayCloseMail.WEEKLY, _("On Mondays, the day closes of the week")),
        ],
    )
