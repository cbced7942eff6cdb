"""A modifier group as somebody edits it, and its rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from duitpos.domain.errors import Code, Invalid
from duitpos.domain.menus.edit.prices import HIGHEST_DIFFERENCE_MINOR
from duitpos.kit.clean_text import one_line

MAX_CHOICES = 50
"""Offered choices of a group: a cart's line holds as many."""
MAX_KEPT = 100
"""All choices of a group, with the archived ones."""
NAME_LENGTH = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceEdit:
    """A choice. `id` is None for a new one; `names` are its names in other languages, by language."""

    id: UUID | None = None
    name: str
    price_delta_minor: int = 0
    is_default: bool = False
    is_archived: bool = False
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupEdit:
    """A group with its choices in their order."""

    name: str
    min_choices: int = 0
    max_choices: int = 1
    choices: tuple[ChoiceEdit, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def offered(self) -> tuple[ChoiceEdit, ...]:
        """The choices that are not archived."""
        return tuple(choice for choice in self.choices if not choice.is_archived)


class GroupProblem(StrEnum):
    """Why a group cannot be saved."""

    NAME_WRONG = "name_wrong"
    TRANSLATION_LONG = "translation_long"
    RANGE_WRONG = "range_wrong"
    MIN_ABOVE_MAX = "min_above_max"
    TOO_FEW_CHOICES = "too_few_choices"
    TOO_MANY_CHOICES = "too_many_choices"
    TOO_MANY_DEFAULTS = "too_many_defaults"
    CHOICE_NAME_WRONG = "choice_name_wrong"
    CHOICE_TWICE = "choice_twice"
    DELTA_WRONG = "delta_wrong"
    DEFAULT_COSTS = "default_costs"


@dataclass(frozen=True, slots=True)
class Found:
    """A problem, of the choice at that place or, for None, of the group. `count` is the number it is about."""

    problem: GroupProblem
    at: int | None = None
    count: int = 0


class GroupRefused(Invalid):
    """Nothing was saved, because of these problems."""

    def __init__(self, found: Sequence[Found]) -> None:
        super().__init__(Code.GROUP_WRONG, problems=[one.problem.value for one in found])
        self.found = tuple(found)


def cleaned(edit: GroupEdit) -> GroupEdit:
    """The same with its names on one line."""
    return GroupEdit(
        name=one_line(edit.name),
        min_choices=edit.min_choices,
        max_choices=edit.max_choices,
        names=_lines(edit.names),
        choices=tuple(
            ChoiceEdit(
                id=choice.id,
                name=one_line(choice.name),
                price_delta_minor=choice.price_delta_minor,
                is_default=choice.is_default,
                is_archived=choice.is_archived,
                names=_lines(choice.names),
            )
            for choice in edit.choices
        ),
    )


def check(edit: GroupEdit) -> None:
    """Raise GroupRefused with everything that is wrong."""
    found = [*_of_group(edit), *_of_choices(edit)]
    if found:
        raise GroupRefused(found)


def _lines(names: Mapping[str, str]) -> dict[str, str]:
    return {language: one_line(name) for language, name in names.items()}


def _of_group(edit: GroupEdit) -> Iterator[Found]:
    offered = len(edit.offered)
    if not 1 <= len(edit.name) <= NAME_LENGTH:
        yield Found(GroupProblem.NAME_WRONG, count=NAME_LENGTH)
    if any(len(name) > NAME_LENGTH for name in edit.names.values()):
        yield Found(GroupProblem.TRANSLATION_LONG, count=NAME_LENGTH)
    if edit.min_choices < 0 or not 1 <= edit.max_choices <= MAX_CHOICES:
        yield Found(GroupProblem.RANGE_WRONG, count=MAX_CHOICES)
    elif edit.min_choices > edit.max_choices:
        yield Found(GroupProblem.MIN_ABOVE_MAX)
    elif offered < edit.min_choices:
        # With too few choices, no dish that has the group could be ordered.
        yield Found(GroupProblem.TOO_FEW_CHOICES, count=offered)
    if offered > MAX_CHOICES or len(edit.choices) > MAX_KEPT:
        yield Found(GroupProblem.TOO_MANY_CHOICES, count=MAX_CHOICES)
    defaults = sum(choice.is_default for choice in edit.offered)
    if defaults > max(edit.max_choices, 1):
        yield Found(GroupProblem.TOO_MANY_DEFAULTS, count=defaults)


def _of_choices(edit: GroupEdit) -> Iterator[Found]:
    names = Counter(choice.name.casefold() for choice in edit.offered)
    for at, choice in enumerate(edit.choices):
        if not 1 <= len(choice.name) <= NAME_LENGTH:
            yield Found(GroupProblem.CHOICE_NAME_WRONG, at, NAME_LENGTH)
        elif not choice.is_archived and names[choice.name.casefold()] > 1:
            yield Found(GroupProblem.CHOICE_TWICE, at)
        if any(len(name) > NAME_LENGTH for name in choice.names.values()):
            yield Found(GroupProblem.TRANSLATION_LONG, at, NAME_LENGTH)
        if abs(choice.price_delta_minor) > HIGHEST_DIFFERENCE_MINOR:
            yield Found(GroupProblem.DELTA_WRONG, at)
        if choice.is_default and choice.price_delta_minor > 0:
            # Nothing that costs is chosen for a guest.
            yield Found(GroupProblem.DEFAULT_COSTS, at)
