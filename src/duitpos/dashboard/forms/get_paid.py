"""The forms of the set-up page and of going live: a processor's keys, and what verifies its deliveries."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from duitpos.dashboard.forms.payment_types import credential_input
from duitpos.domain.processor_accounts.view import FieldView
from duitpos.web.forms import PlainForm


class KeysForm(PlainForm):
    """Credentials to paste. What was pasted is never sent back, not even after an error."""

    def __init__(self, views: Iterable[FieldView], data: Any = None, *, prefix: str) -> None:
        super().__init__(data, prefix=prefix)
        self.names = []
        for view in views:
            self.names.append(view.field.name)
            field = credential_input(view)
            field.required = True
            if view.masked:
                field.help_text = _("Saved: %(masked)s. What you paste replaces it.") % {
                    "masked": view.masked
                }
            self.fields[view.field.name] = field

    @property
    def values(self) -> dict[str, str]:
        """The pasted credentials. The form must be valid."""
        return {name: self.cleaned_data[name] for name in self.names}


class LiveKeysForm(KeysForm):
    """Live keys. With `asks_other`, also whether another account is meant."""

    def __init__(self, views: Iterable[FieldView], data: Any = None, *, asks_other: bool = False) -> None:
        super().__init__(views, data, prefix="live")
        for name in self.names:
            # The general hint names the beginnings of test keys first.
            self.fields[name].help_text = ""
        if asks_other:
            self.ask_other()

    def ask_other(self) -> None:
        """Add the box that confirms another account."""
        self.fields["is_other_meant"] = forms.BooleanField(
            label=_("I mean this other account"), required=False
        )


class ChooseTypeForm(PlainForm):
    """An existing payment type, or none for a new one."""

    type = forms.UUIDField(required=False)
