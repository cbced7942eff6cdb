"""The form of a modifier group: its rule, its choices as rows, and what somebody else changed meanwhile."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duitpos.dashboard.forms.menu import other_languages, read_typed_difference
from duitpos.dashboard.texts.menu_groups import group_problem, meanwhile_text
from duitpos.domain.errors import Code, Gone
from duitpos.domain.menus.edit.group_queries import SavedGroup
from duitpos.domain.menus.edit.group_rules import (
    MAX_CHOICES,
    MAX_KEPT,
    NAME_LENGTH,
    ChoiceEdit,
    GroupEdit,
    GroupProblem,
    GroupRefused,
)
from duitpos.domain.menus.edit.prices import write_difference
from duitpos.models import Tenant
from duitpos.web.forms import PlainForm

NEW_ROWS, MORE_ROWS = 4, 3
"""Empty rows of a new group, and those that the button adds."""
MOST_ROWS = MAX_KEPT + NEW_ROWS
_TICKED = "on"

Row = dict[str, str]
"""A row's values as the browser sends them."""

_GROUP_FIELD = {
    GroupProblem.NAME_WRONG: "name",
    GroupProblem.RANGE_WRONG: "max_choices",
    GroupProblem.MIN_ABOVE_MAX: "max_choices",
    GroupProblem.TOO_FEW_CHOICES: "min_choices",
}
_CHOICE_FIELD = {
    GroupProblem.CHOICE_NAME_WRONG: "name",
    GroupProblem.CHOICE_TWICE: "name",
    GroupProblem.DELTA_WRONG: "price",
    GroupProblem.DEFAULT_COSTS: "is_default",
}


class _Named(PlainForm):
    """A form with a name in several languages, and notes about what somebody else changed meanwhile."""

    name = forms.CharField(max_length=NAME_LENGTH, widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def __init__(self, *args: Any, languages: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.codes = [code for code, _name in languages]
        for code, label in languages:
            self.fields[f"name_{code}"] = forms.CharField(
                label=label,
                max_length=NAME_LENGTH,
                required=False,
                widget=forms.TextInput(attrs={"autocomplete": "off", "lang": code}),
            )

    @property
    def names(self) -> dict[str, str]:
        """The translations. The form must be valid."""
        return {code: self.cleaned_data[f"name_{code}"] for code in self.codes}

    @property
    def translations(self) -> list[forms.BoundField]:
        """The fields of the translations."""
        return [self[f"name_{code}"] for code in self.codes]

    @property
    def has_open_translations(self) -> bool:
        """Whether a translation has something that the person must see."""
        return any(one.errors or hasattr(one.field, "meanwhile") for one in self.translations)

    def note(self, name: str, text: str) -> None:
        """Say beside a field what somebody else did to it."""
        self.fields[name].meanwhile = text  # type: ignore[attr-defined]


class GroupForm(_Named):
    """The group itself. `seen` is the whole group as this person last saw it, at `version`."""

    field_order = ("name", "min_choices", "max_choices")
    min_choices = forms.IntegerField(
        label=gettext_lazy("At least"),
        min_value=0,
        max_value=MAX_CHOICES,
        help_text=gettext_lazy("0: the guest may take none."),
    )
    max_choices = forms.IntegerField(label=gettext_lazy("At most"), min_value=1, max_value=MAX_CHOICES)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name")
        self.fields["name"].help_text = _("What guests read above the choices, such as Milk or Extras.")
        self.fields["name"].error_messages["required"] = _("Write the group's name, such as Milk.")


class ChoiceForm(_Named):
    """One choice. A row with nothing typed in it is left out."""

    field_order = ("name", "price")
    id = forms.UUIDField(widget=forms.HiddenInput, required=False)
    order = forms.IntegerField(widget=forms.HiddenInput, required=False)
    price = forms.CharField(
        label=gettext_lazy("Price"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "text", "autocomplete": "off", "placeholder": "+0"}),
    )
    is_default = forms.BooleanField(label=gettext_lazy("Chosen at first"), required=False)
    is_archived = forms.BooleanField(label=gettext_lazy("Archived"), required=False)

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency
        self.added = ""
        self.is_moved = self.is_first_new = False
        self.fields["name"].label = _("Choice")
        self.fields["name"].error_messages["required"] = _("Write the choice's name, or archive it.")

    def _focus(self) -> None:
        super()._focus()
        if self.is_first_new:
            self.fields["name"].widget.attrs["autofocus"] = True

    def clean_price(self) -> int:
        """The price difference in minor units."""
        return read_typed_difference(self.cleaned_data["price"], self.currency)

    def as_edit(self) -> ChoiceEdit:
        """The choice as the domain takes it. The form must be valid."""
        data = self.cleaned_data
        return ChoiceEdit(
            id=data["id"],
            name=data["name"],
            price_delta_minor=data["price"],
            is_default=data["is_default"],
            is_archived=data["is_archived"],
            names=self.names,
        )


@dataclass
class _Raw:
    """Everything in the form as strings: of the group, and of each row in its order."""

    group: Row
    rows: list[Row]

    def json(self) -> str:
        return json.dumps([self.group, self.rows])


class GroupEditor:
    """The forms of one page. Without `data` they show the saved group, or a new one."""

    def __init__(
        self, tenant: Tenant, currency: str, saved: SavedGroup | None = None, data: QueryDict | None = None
    ) -> None:
        self.languages, self.currency = other_languages(tenant), currency
        self._names = [f"name_{code}" for code, _name in self.languages]
        self._saved = saved
        self._is_cut = False
        if data is None:
            raw = self._raw_of(saved.edit) if saved else _Raw({"min_choices": "0", "max_choices": "1"}, [])
            self._show(self._with_version(raw), more=0 if saved and raw.rows else NEW_ROWS)
        else:
            self.raw = self._posted(data)
            self._bind()

    # -- what the person did ------------------------------------------------------------------------------------

    def do(self, what: str) -> bool:
        """Move a row or add empty ones, when such a button was pressed. Nothing is checked or saved then."""
        verb, _dash, number = what.partition("-")
        at = next((at for at, row in enumerate(self.raw.rows) if row["n"] == number), None)
        if verb == "more":
            self._show(self.raw, more=MORE_ROWS)
        elif verb in ("up", "down") and at is not None:
            to = min(max(at + (-1 if verb == "up" else 1), 0), len(self.raw.rows) - 1)
            self.raw.rows.insert(to, self.raw.rows.pop(at))
            self._show(self.raw)
            self.choices[to].is_moved = True
        else:
            return False
        return True

    def is_valid(self) -> bool:
        """Whether every field can be read; the domain has the rules."""
        if self._is_cut:
            self.form.add_error(None, group_problem(GroupProblem.TOO_MANY_CHOICES, MAX_CHOICES))
        if any("id" in choice.errors for choice in self._filled):
            raise Gone(Code.MODIFIER_UNKNOWN)
        return all([self.form.is_valid(), *(choice.is_valid() for choice in self._filled)])

    @property
    def edit(self) -> GroupEdit:
        """The group as the domain takes it. The forms must be valid."""
        data = self.form.cleaned_data
        return GroupEdit(
            name=data["name"],
            min_choices=data["min_choices"],
            max_choices=data["max_choices"],
            names=self.form.names,
            choices=tuple(choice.as_edit() for choice in self._filled),
        )

    @property
    def version(self) -> int:
        """The version that this person saw. The form must be valid."""
        return self.form.cleaned_data["version"] or 0

    def refuse(self, error: GroupRefused) -> None:
        """Show each problem beside its field."""
        filled = self._filled
        for found in error.found:
            text = group_problem(found.problem, found.count)
            if found.at is None or found.at >= len(filled):
                self.form.add_error(_GROUP_FIELD.get(found.problem), text)
            else:
                choice = filled[found.at]
                choice.add_error(_CHOICE_FIELD.get(found.problem, choice.translations[0].name), text)

    def merge(self, current: SavedGroup) -> None:
        """After another person's save: keep what was typed, and say beside it what the other one changed.

        Where nothing was typed, the other's value is taken. The next save is over the other's version.
        """
        self._saved = current
        seen, theirs, mine = self._seen(), self._raw_of(current.edit), self.raw
        notes = [("", name, text) for name, text in _merged(mine.group, seen.group, theirs.group)]
        known = {row["id"]: row for row in seen.rows}
        rows = {row["id"]: row for row in mine.rows if row["id"]}
        added = []
        for row in theirs.rows:
            if row["id"] in rows:
                was = known.get(row["id"], row)
                notes += [(row["id"], name, text) for name, text in _merged(rows[row["id"]], was, row)]
            elif row["id"] not in known:
                added.append(row["id"])
                mine.rows.append(row)
        self.raw = self._with_version(mine)
        self._bind()
        forms_by_id: dict[str, _Named] = {row["id"]: form for row, form in self._pairs() if row["id"]}
        for row_id, name, text in notes:
            (forms_by_id[row_id] if row_id else self.form).note(name, text)
        for choice_id in added:
            form = forms_by_id[choice_id]
            if isinstance(form, ChoiceForm):
                form.added = _("Somebody added this choice meanwhile.")

    # -- from and to strings -------------------------------------------------------------------------------------

    def _raw_of(self, edit: GroupEdit) -> _Raw:
        group = {
            "name": edit.name,
            "min_choices": str(edit.min_choices),
            "max_choices": str(edit.max_choices),
            **self._names_of(edit.names),
        }
        return _Raw(group, [self._row_of(choice) for choice in edit.choices])

    def _row_of(self, choice: ChoiceEdit) -> Row:
        return {
            "id": str(choice.id or ""),
            "name": choice.name,
            "price": write_difference(choice.price_delta_minor, self.currency),
            "is_default": _TICKED if choice.is_default else "",
            "is_archived": _TICKED if choice.is_archived else "",
            **self._names_of(choice.names),
        }

    def _names_of(self, names: Mapping[str, str]) -> Row:
        return {f"name_{code}": names.get(code, "") for code, _name in self.languages}

    def _with_version(self, raw: _Raw) -> _Raw:
        if self._saved is not None:
            seen = self._raw_of(self._saved.edit).json()
            raw.group |= {"version": str(self._saved.version), "seen": seen}
        return raw

    def _posted(self, data: QueryDict) -> _Raw:
        posted = data.get("rows", "")
        count = int(posted) if posted.isascii() and posted.isdecimal() and len(posted) < 9 else 0
        self._is_cut = count > MOST_ROWS + MORE_ROWS
        rows = []
        for number in range(min(count, MOST_ROWS + MORE_ROWS)):
            fields = ("id", "order", "name", "price", "is_default", "is_archived", *self._names)
            row = {name: str(data.get(f"c{number}-{name}", "")) for name in fields}
            rows.append(row | {"n": str(number)})
        rows.sort(key=lambda row: _order_of(row["order"]))
        names = ("name", "min_choices", "max_choices", "version", "seen", *self._names)
        return _Raw({name: str(data.get(name, "")) for name in names}, rows)

    def _seen(self) -> _Raw:
        """The group as this person saw it; what cannot be read counts as seen."""
        try:
            group, rows = json.loads(self.raw.group["seen"])
            return _Raw(
                {str(name): str(value) for name, value in group.items()},
                [{"id": "", **{str(name): str(value) for name, value in row.items()}} for row in rows],
            )
        except (ValueError, TypeError, AttributeError):
            return _Raw({}, [])

    # -- the forms --------------------------------------------------------------------------------------------------

    def _bind(self) -> None:
        """Forms that check what was typed."""
        self.form = GroupForm(self.raw.group, languages=self.languages)
        self.choices = [self._choice(at, row, _is_filled(row)) for at, row in enumerate(self.raw.rows)]

    def _choice(self, at: int, row: Row, is_bound: bool) -> ChoiceForm:
        values = row | {"order": str(at)}
        data = {f"c{at}-{name}": value for name, value in values.items() if value}
        return ChoiceForm(
            data if is_bound else None,
            initial=None if is_bound else values,
            prefix=f"c{at}",
            languages=self.languages,
            currency=self.currency,
            use_required_attribute=False,
        )

    def _show(self, raw: _Raw, more: int = 0) -> None:
        """Forms that only show these values, with some empty rows below."""
        blank = dict.fromkeys(("id", "name", "price", "is_default", "is_archived", *self._names), "")
        room = max(MOST_ROWS - len(raw.rows), 0)
        first = len(raw.rows)
        self.raw = _Raw(raw.group, [*raw.rows, *(dict(blank) for _ in range(min(more, room)))])
        self.form = GroupForm(initial=raw.group, languages=self.languages)
        self.choices = [self._choice(at, row, is_bound=False) for at, row in enumerate(self.raw.rows)]
        if raw.rows and more and first < len(self.choices):
            self.choices[first].is_first_new = True

    @property
    def _filled(self) -> list[ChoiceForm]:
        return [choice for row, choice in self._pairs() if _is_filled(row)]

    def _pairs(self) -> Iterable[tuple[Row, ChoiceForm]]:
        return zip(self.raw.rows, self.choices, strict=True)


def _merged(mine: Row, seen: Row, theirs: Row) -> list[tuple[str, str]]:
    """Take the other's values where nothing was typed; a note for each value that differs from what was typed."""
    notes = []
    for name, value in theirs.items():
        typed = mine.get(name, "").strip()
        if name == "id" or value in (seen.get(name, value), typed):
            continue
        notes.append((name, meanwhile_text(name, value)))
        if typed == seen.get(name):
            mine[name] = value
    return notes


def _is_filled(row: Row) -> bool:
    return any(value.strip() for name, value in row.items() if name not in ("n", "order", "is_default"))


def _order_of(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else MOST_ROWS
