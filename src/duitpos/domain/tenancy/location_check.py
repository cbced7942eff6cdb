"""Check what people write about a location before it is stored."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from babel.numbers import list_currencies
from django.core.exceptions import ValidationError

from duitpos.domain.errors import Code, Conflict, Invalid
from duitpos.kit.clean_text import one_line
from duitpos.kit.clock import known_zone
from duitpos.models import Location

LONGEST_SLUG = 40
RESERVED_LOCATION_SLUGS = frozenset(
    "add all close edit hours live locations menu new none open service".split()
)
"""Words that stand, or may stand, where a location's slug stands in an address."""
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)
_ALIKE = str.maketrans({"0": "o", "1": "l", "i": "l", "5": "s", "-": None})
"""Characters that are mistaken for each other where an address is read aloud, copied by hand or printed small."""
_HEADER_LINES = 4


def check_slug(tenant_id: UUID | None, slug: str, location_id: UUID | None = None) -> None:
    """Refuse a slug that is no address, one of ours, or like that of another location. Invalid, Conflict.

    `tenant_id`: None for a restaurant that has no location yet. `location_id`: the location that gets the slug. That
    it is free is decided by the constraint.
    """
    if not _SLUG.fullmatch(slug) or len(slug) > LONGEST_SLUG:
        raise Invalid(Code.LOCATION_SLUG_WRONG, most=LONGEST_SLUG)
    if slug in RESERVED_LOCATION_SLUGS:
        raise Invalid(Code.LOCATION_SLUG_RESERVED, slug=slug)
    if tenant_id is None:
        return
    others = Location.objects.filter(tenant_id=tenant_id).exclude(slug=slug).values_list("id", "slug")
    for other_id, other in others:
        if other_id != location_id and other.translate(_ALIKE) == slug.translate(_ALIKE):
            raise Conflict(Code.LOCATION_SLUG_ALIKE, slug=slug, other=other)


def check_columns(columns: Mapping[str, Any]) -> None:
    """Refuse values that the columns of a location cannot have. Invalid."""
    if columns["currency"] not in list_currencies():
        raise Invalid(Code.CURRENCY_UNKNOWN, currency=columns["currency"])
    if known_zone(columns["time_zone"]) is None:
        raise Invalid(Code.TIME_ZONE_UNKNOWN, zone=columns["time_zone"])
    try:
        Location(**columns).clean_fields(exclude=["tenant", "slug"])
    except ValidationError as error:
        field, problems = next(iter(error.message_dict.items()))
        raise Invalid(Code.FIELD_INVALID, field=field, said=" ".join(problems)) from error


def clean_name(text: str) -> str:
    """A name on one line, of which something can be seen. Invalid."""
    name = one_line(text)
    # Marks, joiners and other formats alone draw nothing.
    if not any(unicodedata.category(char)[0] in "LNPS" for char in name):
        raise Invalid(Code.LOCATION_NAME_EMPTY)
    return name


def clean_header(text: str) -> str:
    """The lines above a receipt: no empty ones, each without control characters."""
    lines = [line for one in text.splitlines() if (line := one_line(one))]
    return "\n".join([*lines[: _HEADER_LINES - 1], " ".join(lines[_HEADER_LINES - 1 :])]).strip()
