"""The names of a section or an item in other languages, as its form has them."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from duitpos.domain.menus.edit.lines import DESCRIPTION, checked_text
from duitpos.domain.menus.texts import Text
from duitpos.models import MenuText


def checked_texts(texts: Mapping[str, Text], most: int) -> dict[str, Text]:
    """Cleaned texts by language. Raises Invalid if one is too long; `most` is the longest name, in characters."""
    return {
        language: Text(checked_text(text.name, most), checked_text(text.description, DESCRIPTION))
        for language, text in texts.items()
    }


def texts_of(tenant_id: UUID, kind: str, subject_id: UUID) -> dict[str, Text]:
    """The translations of one row, by language: one query."""
    rows = MenuText.objects.filter(tenant_id=tenant_id, kind=kind, subject_id=subject_id)
    return {row.language: Text(row.name, row.description) for row in rows}


def store_texts(tenant_id: UUID, kind: str, subject_id: UUID, texts: Mapping[str, Text]) -> None:
    """Replace the translations into these languages, in the caller's transaction; others stay as they are."""
    mine = MenuText.objects.filter(tenant_id=tenant_id, kind=kind, subject_id=subject_id)
    empty = [language for language, text in texts.items() if not (text.name or text.description)]
    if empty:
        mine.filter(language__in=empty).delete()
    rows = [
        MenuText(
            tenant_id=tenant_id,
            kind=kind,
            subject_id=subject_id,
            language=language,
            name=text.name,
            description=text.description,
        )
        for language, text in texts.items()
        if language not in empty
    ]
    if rows:
        MenuText.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["tenant", "language", "kind", "subject_id"],
            update_fields=["name", "description"],
        )


def copy_texts(tenant_id: UUID, kind: str, copies: Mapping[UUID, UUID]) -> None:
    """Copy the translations of rows to their copies, by id, in the caller's transaction."""
    rows = MenuText.objects.filter(tenant_id=tenant_id, kind=kind, subject_id__in=list(copies))
    MenuText.objects.bulk_create(
        MenuText(
            tenant_id=tenant_id,
            kind=kind,
            subject_id=copies[row.subject_id],
            language=row.language,
            name=row.name,
            description=row.description,
        )
        for row in rows
    )
