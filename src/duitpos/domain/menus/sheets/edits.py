"""What an import does: one edit for each row of the menu that it adds or changes."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from duitpos.domain.menus.sheets.columns import RowType
from duitpos.domain.menus.sheets.problems import Problem
from duitpos.domain.menus.sheets.read import Table
from duitpos.domain.menus.sheets.state import MenuState


class Effect(StrEnum):
    """What happens to a row of the menu."""

    NEW = "new"
    CHANGED = "changed"
    ARCHIVED = "archived"
    BROUGHT_BACK = "brought_back"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Change:
    """One cell's text before and after."""

    column: str
    before: str
    after: str


@dataclass(slots=True)
class Edit:
    """A row of the file with the row of the menu that it is about."""

    row: int
    row_type: RowType
    id: UUID
    existing: Any
    """The model's row, or None for a new one."""
    name: str = ""
    changes: list[Change] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    """New values by field of the model; `archived` is a bool for archived_at."""
    prices: dict[UUID, int | None] = field(default_factory=dict)
    """By location; None removes the price of its own."""
    texts: dict[str, dict[str, str]] = field(default_factory=dict)
    """New name and description by language."""
    groups: list[UUID] | None = None
    """The item's groups, in order; None leaves them."""

    @property
    def effect(self) -> Effect:
        """What the preview calls it."""
        if self.existing is None:
            return Effect.NEW
        if not self.is_change:
            return Effect.UNCHANGED
        if "archived" in self.values:
            return Effect.ARCHIVED if self.values["archived"] else Effect.BROUGHT_BACK
        return Effect.CHANGED

    @property
    def is_change(self) -> bool:
        """Whether anything is written."""
        return self.existing is None or bool(
            self.values or self.prices or self.texts or self.groups is not None
        )

    def value(self, name: str, otherwise: Any = None) -> Any:
        """A field's value after the import."""
        return self.values.get(name, getattr(self.existing, name, otherwise))

    def is_archived(self) -> bool:
        """Whether the row is off the menu after the import."""
        before = getattr(self.existing, "archived_at", None) is not None
        return bool(self.values.get("archived", before))


@dataclass(frozen=True)
class Plan:
    """An import of `table` into the menu `state`. It can be applied if it has no problems."""

    state: MenuState
    table: Table
    edits: list[Edit]
    problems: list[Problem]

    @property
    def changed(self) -> list[Edit]:
        """The edits that write something, in the order of the file."""
        return [edit for edit in self.edits if edit.is_change]

    def count(self, effect: Effect) -> int:
        """How many rows of the menu this happens to."""
        return sum(edit.effect == effect for edit in self.edits)
