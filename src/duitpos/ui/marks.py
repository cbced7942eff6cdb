"""Dietary marks and allergens as guests and cooks read them."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MARKS: dict[str, str | Promise] = {
    "halal": _("Halal"),
    "vegetarian": _("Vegetarian"),
    "vegan": _("Vegan"),
    "spicy": _("Spicy"),
    "gluten_free": _("Gluten free"),
    "nuts": _("nuts"),
    "peanuts": _("peanuts"),
    "egg": _("egg"),
    "milk": _("milk"),
    "fish": _("fish"),
    "shellfish": _("shellfish"),
    "soy": _("soy"),
    "gluten": _("gluten"),
    "wheat": _("wheat"),
    "sesame": _("sesame"),
    "celery": _("celery"),
}
"""Names by the code that a menu item has."""


def mark_words(codes: Iterable[str]) -> list[str]:
    """Marks as words. A restaurant's own mark is shown as it was entered."""
    return [str(MARKS.get(code, code.replace("_", " "))) for code in codes]
