"""The first word of a restaurant's address, made from its name."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 40
"""Characters of a slug (models.Tenant)."""


def slug_of(name: str) -> str:
    """A slug from a name: "Kopi Kita & Co." gives "kopi-kita-co". Empty for a name without a Latin letter or digit."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST].strip("-")
