"""What people read when something cannot be done: a sentence for every code of domain/errors.py, by who can meet it."""

from __future__ import annotations

from collections.abc import Mapping

from duitpos.domain.errors import Code, DomainError
from duitpos.web.sentences import Sentence, say
from duitpos.web.texts.guests import GUESTS
from duitpos.web.texts.kitchen import KITCHEN
from duitpos.web.texts.opening import OPENING
from duitpos.web.texts.staff import STAFF

NOT_IN_SENTENCES = frozenset({"locale", "problems", "reason", "resolution", "row"})
"""Facts that no sentence here holds: how money is written, the place of an error in a form, and what is said in
sentences of its own."""

SENTENCES: Mapping[Code, Sentence] = {**GUESTS, **KITCHEN, **STAFF, **OPENING}


def error_text(error: DomainError, more: Mapping[Code, Sentence] | None = None, locale: str = "") -> str:
    """What happened, what was kept, what to do. `more`: sentences of the entry point's own.

    `locale`: how money is written, unless the error says it.
    """
    sentence = SENTENCES.get(error.code) or (more or {})[error.code]
    return say(sentence, error.facts, locale)
