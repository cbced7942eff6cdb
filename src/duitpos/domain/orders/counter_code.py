"""The short code by which staff find an order that waits to be paid at the counter and has no number yet."""

from __future__ import annotations

from uuid import UUID

_SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""No sign that is read as another one: 0 and O, 1, I and L."""
_LENGTH = 4


def counter_code(order_id: UUID) -> str:
    """Four signs made from the order's id: 923,521 codes, so that two of one evening rarely share one."""
    # The last 64 bits are random but for two fixed ones at their start; the first are the time.
    left, signs = order_id.int & (2**60 - 1), ""
    for _position in range(_LENGTH):
        left, sign = divmod(left, len(_SIGNS))
        signs += _SIGNS[sign]
    return signs


def is_counter_code(text: str) -> bool:
    """Whether a search text can be such a code."""
    return len(text) == _LENGTH and all(sign in _SIGNS for sign in text.upper())
