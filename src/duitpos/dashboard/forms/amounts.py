"""Read an amount with its sign, as people type it: "1.50", "-0,50", "+ RM 1,250"."""

from __future__ import annotations

import re
from decimal import Decimal

from django import forms
from django.utils.translation import gettext as _

from duitpos.kit.money import Money, decimal_places

MOST_MINOR = 10**9
"""Minor units; no real amount of a menu is larger."""

_AMOUNT = re.compile(r"(?P<sign>[+-]?)\s*(?:[^\d\s.,+-]{1,4})?\s*(?P<sign2>[+-]?)\s*(?P<number>[\d.,]+)")
_GROUPED = re.compile(r"\d{1,3}(,\d{3})+(\.\d*)?")


def read_amount(text: str, currency: str, *, is_signed: bool = True) -> int:
    """Minor units of `currency`; 0 for an empty text. ValidationError says what to type, and with which sign."""
    typed = text.strip().replace("\u2212", "-").replace("\u2013", "-")
    if not typed:
        return 0
    found = _AMOUNT.fullmatch(typed)
    if found is None or not found["number"].isascii() or (found["sign"] and found["sign2"]):
        raise _unreadable(currency, is_signed=is_signed)
    number, places = found["number"], decimal_places(currency)
    if _GROUPED.fullmatch(number) and (places != 3 or "." in number):
        number = number.replace(",", "")
    if len(re.findall("[.,]", number)) > 1 or not re.search(r"\d", number):
        raise _unreadable(currency, is_signed=is_signed)
    whole, _point, fraction = number.replace(",", ".").partition(".")
    if len(fraction) > places:
        example = Money(150, currency)
        text = _("%(currency)s has %(places)d decimals: write it like %(example)s.")
        raise forms.ValidationError(text % {"currency": currency, "places": places, "example": example})
    minor = int(Decimal(f"{whole or 0}.{fraction or 0}").scaleb(places))
    if minor > MOST_MINOR:
        raise forms.ValidationError(_("This is too much. Write a smaller amount."))
    return -minor if "-" in (found["sign"], found["sign2"]) else minor


def write_amount(minor: int, currency: str) -> str:
    """The amount as `read_amount` reads it; empty for 0."""
    return f"{Decimal(minor).scaleb(-decimal_places(currency)):f}" if minor else ""


def _unreadable(currency: str, *, is_signed: bool) -> forms.ValidationError:
    example = {"example": write_amount(150, currency)}
    if is_signed:
        return forms.ValidationError(_("Write an amount, such as %(example)s or -%(example)s.") % example)
    return forms.ValidationError(_("Write an amount, such as %(example)s.") % example)
