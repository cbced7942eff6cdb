"""Forms for rows that two people may edit at the same time."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _

from duitpos.web.forms import PlainForm

Raw = str | list[str]
"""A field's value as a browser sends it."""


class EditedForm(PlainForm):
    """Keeps the version and the values that the person saw, to tell what somebody else changed since.

    A field that was changed meanwhile has the sentence about it as `field.meanwhile`.
    """

    version = forms.CharField(widget=forms.HiddenInput, required=False)
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, current: Mapping[str, Raw], at: int, **kwargs: Any) -> None:
        initial = {**current, "version": at, "seen": json.dumps(current)}
        super().__init__(*args, initial=initial, **kwargs)

    @property
    def read_at(self) -> int:
        """The version that the person saw; 0, which no row has, if it was not sent as a number."""
        version: str = self.cleaned_data.get("version", "")
        return int(version) if version.isascii() and version.isdecimal() and len(version) < 10 else 0

    def shown(self, name: str, value: Raw) -> str:
        """The value of a field as people read it; empty if there is none."""
        field = self.fields[name]
        values = value if isinstance(value, list) else [value]
        if isinstance(field, forms.ChoiceField):
            # A ChoiceField always has pairs here; Django's stubs also know choices by group and by call.
            pairs = cast("Iterable[tuple[object, object]]", field.choices)
            labels = {str(key): str(label) for key, label in pairs if key}
            values = [labels.get(one, one) for one in values]
        return ", ".join(one for one in values if one)

    def merge(self, current: Mapping[str, Raw], at: int) -> bool:
        """After another person's save: whether it changed one of these fields to something else than was typed.

        What was typed stays. Fields in which nothing was typed take the other's values. The next save is for the
        version `at`, so it is over the other's values.
        """
        seen, data = self._seen(), cast(QueryDict, self.data).copy()
        differs = False
        for name, theirs in current.items():
            mine = self._typed(name)
            if name not in self.fields or theirs in (seen.get(name), mine):
                continue
            differs = True
            shown = self.shown(name, theirs)
            text = (
                _("Somebody changed this to “%(value)s” meanwhile.")
                if shown
                else _("Somebody emptied this meanwhile.")
            )
            self.fields[name].meanwhile = text % {"value": shown}  # type: ignore[attr-defined]
            if mine == seen.get(name):
                data.setlist(name, theirs if isinstance(theirs, list) else [theirs])
        data["version"], data["seen"] = str(at), json.dumps(current)
        self.data = data
        return differs

    def _typed(self, name: str) -> Raw:
        if name not in self.fields:
            return ""
        value = self.fields[name].widget.value_from_datadict(self.data, self.files, name)
        return value if isinstance(value, list) else (value or "").strip()

    def _seen(self) -> dict[str, Raw]:
        try:
            seen = json.loads(self.data.get("seen", ""))
        except ValueError:
            return {}
        return seen if isinstance(seen, dict) else {}
