"""Amounts on the wire are strings in ringgit, such as "31.85"; inside they are whole sen."""

from __future__ import annotations

import re

from .errors import Refusal

_FORM = re.compile(r"\d{1,9}\.\d\d")


def to_sen(amount: object) -> int:
    """Whole sen of a text such as "31.85". Refusal AMOUNT_INVALID for anything else, numbers included."""
    if not isinstance(amount, str) or _FORM.fullmatch(amount) is None:
        raise Refusal(422, "AMOUNT_INVALID")
    return int(amount.replace(".", ""))


def from_sen(sen: int) -> str:
    """The text of an amount that is not negative."""
    return f"{sen // 100}.{sen % 100:02}"
