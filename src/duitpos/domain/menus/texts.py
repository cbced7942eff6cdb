"""Translations of the menu: reading and writing them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import F

from duitpos.domain.menus.changed import menus_changed
from duitpos.kit.transact import transact
from duitpos.models import MenuItem, MenuSection, MenuText, Modifier, ModifierGroup, Tenant
from duitpos.models.menu import TextKind


@dataclass(frozen=True, slots=True)
class Text:
    """A name and a description in one language. For an empty one the restaurant's own text is shown."""

    name: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class Translated:
    """A translation of one row of the menu. `kind` is one of models.menu.TextKind; `subject_id` is the row's id."""

    kind: str
    subject_id: UUID
    text: Text


_NONE = Text("")


class MenuTexts:
    """The translations in one language, by row id."""

    def __init__(self, texts: Mapping[UUID, Text]) -> None:
        self._texts = texts

    def name(self, subject_id: UUID) -> str:
        """The name; empty when there is no translation."""
        return self._texts.get(subject_id, _NONE).name

    def description(self, subject_id: UUID) -> str:
        """The description; empty when there is no translation."""
        return self._texts.get(subject_id, _NONE).description


def texts_in(tenant: Tenant, language: str) -> MenuTexts:
    """The menu's translations in a language: one query, or none for the menu's own language."""
    if language in ("", tenant.menu_language):
        return MenuTexts({})
    rows = MenuText.objects.filter(tenant=tenant, language=language)
    values = rows.values_list("subject_id", "name", "description")
    return MenuTexts({subject_id: Text(name, description) for subject_id, name, description in values})


def translate_menu(tenant: Tenant, language: str, texts: Iterable[Translated]) -> None:
    """Insert or update translations of the menu in a language; guests see them at once."""
    rows = [
        MenuText(
            tenant=tenant,
            language=language,
            kind=one.kind,
            subject_id=one.subject_id,
            name=one.text.name,
            description=one.text.description,
        )
        for one in texts
    ]

    def work() -> None:
        MenuText.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["tenant", "language", "kind", "subject_id"],
            update_fields=["name", "description"],
        )
        _raise_versions(tenant, rows)
        menus_changed(tenant.id)

    transact(work)


def _raise_versions(tenant: Tenant, texts: Iterable[MenuText]) -> None:
    """So that an editor who has one of these rows open is told. A modifier is edited with its group."""
    by_kind: dict[str, list[UUID]] = defaultdict(list)
    for text in texts:
        by_kind[text.kind].append(text.subject_id)
    modifiers = Modifier.objects.filter(tenant=tenant, id__in=by_kind[TextKind.MODIFIER])
    by_kind[TextKind.GROUP] += modifiers.values_list("group_id", flat=True)
    # As an import has them: in the same order, so that the two do not deadlock.
    sections, items, groups = (by_kind[kind] for kind in (TextKind.SECTION, TextKind.ITEM, TextKind.GROUP))
    MenuSection.objects.filter(tenant=tenant, id__in=sections).update(version=F("version") + 1)
    MenuItem.objects.filter(tenant=tenant, id__in=items).update(version=F("version") + 1)
    ModifierGroup.objects.filter(tenant=tenant, id__in=groups).update(version=F("version") + 1)
