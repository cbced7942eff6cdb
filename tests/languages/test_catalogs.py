"""Every sentence for guests and kitchen staff is translated, and the compiled catalogs match their sources."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatch

import pytest
from babel.messages.catalog import Catalog, Message
from django.utils import translation

from duitpos.web.language import GUEST, KITCHEN
from scripts.messages import LANGUAGES, SOURCE, catalog_of, mo_bytes, po_of, po_text, sentences, sources

pytestmark = pytest.mark.pure

GUEST_FILES = (
    "guest/*",
    "web/*",
    "ui/marks.py",
    "ui/lists.py",
    "ui/when.py",
    "ui/templates/[0-9]*.html",
    "ui/templates/ui/error.html",
    "ui/templates/ui/languages.html",
    "jobs/*",
)
NOT_FOR_GUESTS = (
    "jobs/staff_texts.py",
    "web/texts/kitchen.py",
    "web/texts/locations.py",
    "web/texts/opening.py",
    "web/texts/staff.py",
    "web/day_close/sheet.py",
    "web/texts/menu_files.py",
)
KITCHEN_FILES = ("kitchen/*", "web/texts/kitchen.py")

_PLACE = re.compile(r"%\(\w+\)[sd]|%%|\{\w+\}|</?\w+>")


def asked_of(language: str) -> Iterator[tuple[str, str | tuple[str, ...], str | None]]:
    """The file, sentence and context of every required translation in a language."""
    of_the_kitchen = KITCHEN_FILES if translation.to_language(language) in KITCHEN else ()
    for path in sources():
        name = path.relative_to(SOURCE).as_posix()
        is_guests = any(fnmatch(name, pattern) for pattern in GUEST_FILES) and name not in NOT_FOR_GUESTS
        if is_guests or any(fnmatch(name, pattern) for pattern in of_the_kitchen):
            for sentence, context in sentences(path):
                yield name, sentence, context


def missing(language: str, catalog: Catalog) -> list[str]:
    """Sentences without a translation, or whose translation has another number of forms or other placeholders."""
    found = []
    for name, sentence, context in asked_of(language):
        message = catalog.get(sentence, context)
        if not isinstance(message, Message) or _forms(message, catalog.num_plurals) is None:
            found.append(f"{name}: not translated: {sentence!r}")
        elif any(
            _placeholders(form) != _placeholders(_last(message.id))
            for form in _forms(message, catalog.num_plurals) or ()
        ):
            found.append(f"{name}: other values in the translation of {sentence!r}")
    return found


def _forms(message: Message, plurals: int) -> tuple[str, ...] | None:
    """The translation; None when it is missing, fuzzy, or has another number of forms than the language."""
    forms = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
    wanted = plurals if isinstance(message.id, (tuple, list)) else 1
    is_complete = len(forms) == wanted and all(forms) and not message.fuzzy
    return tuple(str(form) for form in forms) if is_complete else None


def _last(sentence: str | tuple[str, ...] | list[str]) -> str:
    return sentence if isinstance(sentence, str) else sentence[-1]


def _placeholders(text: str) -> set[str]:
    return set(_PLACE.findall(text))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_required_sentence_is_translated(language: str) -> None:
    assert missing(language, catalog_of(language)) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_files_match_make_messages(language: str) -> None:
    """If this fails, run `make messages`."""
    catalog = catalog_of(language)
    assert po_of(language).read_bytes() == po_text(catalog)
    assert po_of(language).with_suffix(".mo").read_bytes() == mo_bytes(catalog)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_missing_or_fuzzy_translation_is_found(language: str) -> None:
    catalog = catalog_of(language)
    for break_it in (_remove, _mark_as_fuzzy, _remove_a_placeholder):
        broken = catalog_of(language)
        message = broken.get("You pay %(amount)s there, and are brought back here.")
        assert isinstance(message, Message)
        break_it(message)
        assert len(missing(language, broken)) == 1, break_it.__name__
    assert missing(language, catalog) == []


def _remove(message: Message) -> None:
    message.string = ""


def _mark_as_fuzzy(message: Message) -> None:
    message.flags.add("fuzzy")


def _remove_a_placeholder(message: Message) -> None:
    message.string = "RM 5"


@pytest.mark.parametrize(
    "language, receipt, items",
    [("en", "Receipt", "2 items"), ("ms", "Resit", "2 item"), ("zh-hans", "收据", "2 件")],
)
def test_django_uses_the_compiled_catalogs(language: str, receipt: str, items: str) -> None:
    assert language in GUEST
    with translation.override(language):
        assert translation.gettext("Receipt") == receipt
        assert translation.ngettext("%(count)d item", "%(count)d items", 2) % {"count": 2} == items
