"""The forms about people who work here."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from duitpos.dashboard.texts.staff import ROLES
from duitpos.models.people import Role
from duitpos.web.forms import PlainForm

_CHOICES = [(role, ROLES[role]) for role in reversed(Role.values)]
"""The one with the fewest rights first."""


class InviteForm(PlainForm):
    """Whom to invite, and as what."""

    role = forms.ChoiceField(label=_("Role"), choices=_CHOICES)
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        required=False,
        help_text=_("Empty: you get a link to pass on, for whoever opens it first."),
        widget=forms.EmailInput(attrs={"autocapitalize": "none", "autocomplete": "off"}),
    )


class RoleForm(PlainForm):
    """Another role."""

    role = forms.ChoiceField(label=_("Role"), choices=_CHOICES)
