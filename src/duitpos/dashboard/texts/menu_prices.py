"""What the bulk price change says."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from duitpos.domain.menus.edit.bulk_prices import Applied
from duitpos.domain.menus.edit.price_rules import Effect
from duitpos.ui.words import Meaning
from duitpos.web.sentences import Text

_NAMED = 10
"""Dishes that a message names."""

EFFECTS: Mapping[Effect, tuple[Meaning, Text]] = {
    Effect.UNCHANGED: (Meaning.QUIET, gettext_lazy("Stays the same")),
    Effect.FREE: (Meaning.ALERT, gettext_lazy("Becomes free")),
    Effect.NEGATIVE: (Meaning.FAILED, gettext_lazy("Below zero: not changed")),
    Effect.TOO_HIGH: (Meaning.FAILED, gettext_lazy("Too high: not changed")),
}
"""What becomes of a price that does not simply change."""


def changed_text(result: Applied) -> str:
    """How many prices were written."""
    return ngettext(
        "%(count)d price changed. Guests see it now.",
        "%(count)d prices changed. Guests see them now.",
        result.changed,
    ) % {"count": result.changed}


def meanwhile_text(result: Applied) -> str:
    """Which prices were not written, because somebody else had changed them."""
    names = ", ".join(result.meanwhile[:_NAMED])
    if len(result.meanwhile) > _NAMED:
        names += " …"
    return _(
        "Somebody changed these prices after the preview, so they stay as they are: %(names)s."
        " Look at them, and make a new preview if they shall change too."
    ) % {"names": names}
