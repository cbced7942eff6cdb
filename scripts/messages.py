"""Updates the translation catalogs: run `make messages` after changing, adding or translating a sentence.

It extracts every sentence of src/duitpos, updates the .po files and compiles them. A changed sentence counts as new,
without a fuzzy translation. It uses Babel, so that no gettext programs are needed.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

SOURCE = Path(__file__).resolve().parent.parent / "src" / "duitpos"
LOCALE = SOURCE / "locale"
LANGUAGES = {"ms": "nplurals=1; plural=0;", "zh_Hans": "nplurals=1; plural=0;"}
"""Folder to plural forms, as in Django's own catalogs: it merges ours into those."""

_KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}


class OurCatalog(Catalog):
    """A catalog without dates, addresses and tool versions."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        """The headers that gettext needs."""
        return [
            ("Project-Id-Version", "DuitPOS"),
            ("Language", str(self.locale)),
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "8bit"),
            ("Plural-Forms", LANGUAGES[str(self.locale)]),
        ]

    @property
    def num_plurals(self) -> int:
        """The number of plural forms."""
        return int(LANGUAGES[str(self.locale)].partition("=")[2].partition(";")[0])


def sentences(path: Path) -> Iterator[tuple[str | tuple[str, ...], str | None]]:
    """The translatable sentences of one file: the text, or its singular and plural, and its context."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        # Django converts a template to Python code with arbitrary indentation.
        text = "\n".join(line.lstrip() for line in templatize(text, origin=str(path)).splitlines())
    found = extract("python", io.BytesIO(text.encode()), keywords=_KEYWORDS)
    for _line, message, _comments, context in found:
        yield message, context


def sources() -> Iterator[Path]:
    """Every file that may contain a sentence, in a fixed order."""
    for path in sorted(SOURCE.rglob("*")):
        if path.suffix in (".py", ".html", ".txt") and "locale" not in path.parts:
            yield path


def catalog_of(language: str) -> OurCatalog:
    """All current sentences, with the translations that the language's .po has for exactly these."""
    catalog = OurCatalog(
        locale=language, fuzzy=False, header_comment=f"# {language}: written by `make messages`."
    )
    for path in sources():
        for sentence, context in sentences(path):
            catalog.add(sentence, locations=[(path.relative_to(SOURCE).as_posix(), 0)], context=context)
    known = _known(language)
    for message in catalog:
        there = known.get(message.id, message.context) if message.id else None
        if isinstance(there, Message) and not there.fuzzy and isinstance(there.id, type(message.id)):
            message.string = there.string
    return catalog


def _known(language: str) -> Catalog:
    path = po_of(language)
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def po_of(language: str) -> Path:
    """The .po file for translators."""
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def po_text(catalog: Catalog) -> bytes:
    """The .po file's content, sorted by sentence, with file names but no line numbers."""
    out = io.BytesIO()
    write_po(out, catalog, width=110, sort_output=True, include_lineno=False)
    return out.getvalue()


def mo_bytes(catalog: Catalog) -> bytes:
    """The compiled .mo content; sentences without a translation are left out."""
    compiled = OurCatalog(locale=str(catalog.locale), fuzzy=False)
    for message in catalog:
        if message.id and _is_translated(message):
            compiled.add(message.id, message.string, context=message.context)
    out = io.BytesIO()
    write_mo(out, compiled)
    return out.getvalue()


def untranslated(catalog: Catalog) -> list[Message]:
    """Sentences without a complete translation."""
    return [message for message in catalog if message.id and not _is_translated(message)]


def _is_translated(message: Message) -> bool:
    forms = message.string if isinstance(message.string, tuple) else (message.string,)
    return bool(forms) and all(forms)


def main() -> int:
    for language in LANGUAGES:
        catalog = catalog_of(language)
        path = po_of(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(po_text(catalog))
        path.with_suffix(".mo").write_bytes(mo_bytes(catalog))
        print(f"{language}: {len(catalog)} sentences, {len(untranslated(catalog))} without a translation.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
