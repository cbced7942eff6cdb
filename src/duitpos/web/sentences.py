"""From a sentence with named places to what a person reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise

from duitpos.kit.facts import money_among

Text = str | Promise
"""A whole sentence, translated when it is said. Its places are %(name)s."""


@dataclass(frozen=True, slots=True)
class ByFact:
    """One whole sentence for each value of a fact, which the sentence itself need not name."""

    fact: str
    texts: Mapping[str, Text]


Sentence = Text | ByFact


def say(sentence: Sentence, facts: Mapping[str, object], locale: str = "") -> str:
    """The sentence with its facts filled in. Money is written as `locale` does, or as the fact "locale" says."""
    if isinstance(sentence, ByFact):
        sentence = sentence.texts[str(facts[sentence.fact])]
    written = locale or str(facts.get("locale") or "en_MY")
    shown = {}
    for name, value in facts.items():
        amount = money_among(value)
        shown[name] = value if amount is None else amount.format(written)
    return str(
        sentence % shown
    )  # a lazy text is translated here; one with a plural picks its form by its fact
