"""The dietary marks and allergens that have a name in every language (ui/marks.py).

A restaurant may write others, which are shown as they are written.
"""

from __future__ import annotations

DIETS = ("halal", "vegetarian", "vegan", "spicy", "gluten_free")
ALLERGENS = (
    "nuts",
    "peanuts",
    "egg",
    "milk",
    "fish",
    "shellfish",
    "soy",
    "gluten",
    "wheat",
    "sesame",
    "celery",
)
KNOWN = frozenset((*DIETS, *ALLERGENS))
