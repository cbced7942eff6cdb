"""The form of a location's weekly hours and of the days that differ."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from duitpos.dashboard.forms.edited import EditedForm, Raw
from duitpos.dashboard.texts.errors import error_text
from duitpos.domain.errors import Code, Invalid
from duitpos.domain.staff_actions.set_hours import coming_days
from duitpos.domain.tenancy.week import (
    LONGEST_NAME,
    MOST_SPECIAL,
    Spans,
    SpecialDay,
    Week,
    parse_spans,
    spans_text,
    week_of,
)
from duitpos.kit.clean_text import one_line
from duitpos.models import Location

_EMPTY_ROWS = 3
_LONGEST = 100
"""Characters of a day's hours."""
DAY_LABELS = (
    _("Monday"),
    _("Tuesday"),
    _("Wednesday"),
    _("Thursday"),
    _("Friday"),
    _("Saturday"),
    _("Sunday"),
)
_SPECIAL = "special"
_OF_A_SPECIAL_DAY = {Code.SPECIAL_DAY_TWICE, Code.SPECIAL_DAY_FAR}


class HoursForm(EditedForm):
    """A text for each weekday, and rows of dates with their hours."""

    same = forms.BooleanField(label=_("The same on every day as on Monday"), required=False)

    def __init__(self, data: Any, location: Location) -> None:
        current = hours_values(location)
        super().__init__(data, current=current, at=location.hours_version)
        for number, label in enumerate(DAY_LABELS):
            field = forms.CharField(label=label, required=False, max_length=_LONGEST)
            field.widget.attrs |= {"autocomplete": "off", "placeholder": _t("closed")}
            self.fields[f"day_{number}"] = field
        self.order_fields(["day_0", "same"])
        self.others_added = False
        self._add_rows(_rows(data) if data is not None else len(json.loads(str(current[_SPECIAL]))))

    def _add_rows(self, filled: int) -> None:
        self.rows = min(filled + _EMPTY_ROWS, MOST_SPECIAL + _EMPTY_ROWS)
        stored = json.loads(str(self.initial[_SPECIAL]))
        for row in range(self.rows):
            values = stored[row] if row < len(stored) else ["", "", ""]
            shown = ("hours", _LONGEST, values[1]), ("name", LONGEST_NAME, values[2])
            self.fields[f"{_SPECIAL}_{row}_date"] = forms.DateField(
                label=_("Date"),
                required=False,
                initial=values[0],
                widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
                input_formats=["%Y-%m-%d"],
            )
            for name, most, initial in shown:
                label = _("Hours") if name == "hours" else _("What it is")
                field = forms.CharField(label=label, required=False, max_length=most, initial=initial)
                field.widget.attrs["autocomplete"] = "off"
                if name == "hours":
                    field.widget.attrs["placeholder"] = _t("closed")
                self.fields[f"{_SPECIAL}_{row}_{name}"] = field

    @property
    def day_fields(self) -> list[forms.BoundField]:
        """The weekdays' fields."""
        return [self[f"day_{number}"] for number in range(7)]

    @property
    def special_rows(self) -> Iterator[list[forms.BoundField]]:
        """Date, hours and name of each row."""
        for row in range(self.rows):
            yield [self[f"{_SPECIAL}_{row}_{name}"] for name in ("date", "hours", "name")]

    def clean(self) -> dict[str, Any]:
        """Add `week` and `special`, unless something cannot be read."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("same"):
            days = [self._spans("day_0")] * 7
        else:
            days = [self._spans(f"day_{number}") for number in range(7)]
        cleaned["week"], self.special_at = cast(Week, tuple(days)), []
        special = []
        for row in range(self.rows):
            one = self._special_day(row)
            if one is not None:
                special.append(one)
                self.special_at.append(row)
        cleaned["special"] = special
        return cleaned

    def _spans(self, name: str) -> Spans:
        try:
            return parse_spans(self.cleaned_data.get(name) or "")
        except Invalid as error:
            self.add_error(name, error_text(error))
            return ()

    def _special_day(self, row: int) -> SpecialDay | None:
        day: date | None = self.cleaned_data.get(f"{_SPECIAL}_{row}_date")
        hours, name = (self.cleaned_data.get(f"{_SPECIAL}_{row}_{part}") or "" for part in ("hours", "name"))
        if day is None:
            if (hours or name) and f"{_SPECIAL}_{row}_date" not in self.errors:
                self.add_error(f"{_SPECIAL}_{row}_date", _t("Choose its date."))
            return None
        return SpecialDay(day, self._spans(f"{_SPECIAL}_{row}_hours"), one_line(name))

    def show(self, error: Invalid) -> None:
        """Put what the domain refused beside its day."""
        row = error.facts.get("row")
        name = None
        if isinstance(row, int):
            is_special = error.code in _OF_A_SPECIAL_DAY
            name = f"{_SPECIAL}_{self.special_at[row]}_date" if is_special else f"day_{row}"
        if self.cleaned_data.get("same") and name and name.startswith("day_"):
            name = "day_0"
        self.add_error(name, error_text(error))

    def merge(self, current: Mapping[str, Raw], at: int) -> bool:
        """As for any form; days that somebody else added or changed are added as rows below the typed ones."""
        theirs, seen = json.loads(str(current[_SPECIAL])), json.loads(str(self._seen().get(_SPECIAL, "[]")))
        differs = super().merge(current, at)
        typed = {one.day.isoformat() for one in self.cleaned_data["special"]}
        added = [one for one in theirs if one not in seen and one[0] not in typed]
        if theirs == seen or not self._differ(theirs, seen):
            return differs
        data = cast(QueryDict, self.data)
        first = max([-1, *self.special_at]) + 1
        for row, values in enumerate(added, first):
            for part, value in zip(("date", "hours", "name"), values, strict=True):
                data[f"{_SPECIAL}_{row}_{part}"] = value
        self._add_rows(first + len(added))
        self.others_added = True
        return True

    def _differ(self, theirs: list[list[str]], seen: list[list[str]]) -> bool:
        """Whether somebody else's days differ from what was typed."""
        mine = [
            [one.day.isoformat(), spans_text(one.spans), one.name] for one in self.cleaned_data["special"]
        ]
        return theirs != seen and sorted(mine) != theirs


def _rows(data: Any) -> int:
    """How many rows were sent, without the empty ones at the end."""
    found = [-1]
    for name in data:
        parts = name.split("_")
        is_row = parts[0] == _SPECIAL and len(parts) == 3 and parts[1].isascii() and parts[1].isdecimal()
        if is_row and data[name].strip():
            found.append(int(parts[1][:4]))
    return min(max(found) + 1, MOST_SPECIAL + _EMPTY_ROWS)


def hours_values(location: Location) -> dict[str, Raw]:
    """The fields' values as a browser sends them, and the days that differ as JSON."""
    days: dict[str, Raw] = {
        f"day_{number}": spans_text(spans) for number, spans in enumerate(week_of(location))
    }
    special = [[one.day.isoformat(), spans_text(one.spans), one.name] for one in coming_days(location)]
    return {**days, _SPECIAL: json.dumps(special)}
