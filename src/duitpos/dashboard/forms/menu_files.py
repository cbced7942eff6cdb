"""The form for a menu file."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from duitpos.web.forms import PlainForm


class MenuFileForm(PlainForm):
    """A file to import."""

    file = forms.FileField(
        label=_("File"),
        allow_empty_file=True,
        help_text=_("CSV or Excel workbook (.xlsx), at most 5 MB and 10,000 rows."),
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx"}),
        error_messages={"required": _("Choose a file.")},
    )
