"""Join words into a list, as the page's language writes it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from django.utils.translation import gettext as _


def listed(words: Sequence[str]) -> str:
    """ "nuts, egg, milk"; empty for none."""
    return reduce(_and, words) if words else ""


def _and(before: str, word: str) -> str:
    return _("%(before)s, %(word)s") % {"before": before, "word": word}
