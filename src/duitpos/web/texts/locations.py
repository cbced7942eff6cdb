"""Errors about a location and its hours, in the words of the people who set it up."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from duitpos.domain.errors import Code
from duitpos.web.sentences import Sentence

LOCATIONS: Mapping[Code, Sentence] = {
    Code.LOCATION_SLUG_TAKEN: _("%(restaurant)s already has a location “%(slug)s”."),
    Code.LOCATION_SLUG_WRONG: _(
        "Use small letters from a to z and digits, with single hyphens between them, such as bukit-bintang;"
        " at most %(most)s characters."
    ),
    Code.LOCATION_SLUG_RESERVED: _("“%(slug)s” is the address of one of our own pages: choose another."),
    Code.LOCATION_SLUG_ALIKE: _(
        "“%(slug)s” looks too much like “%(other)s”, another location's address: choose one that cannot be mistaken."
    ),
    Code.LOCATION_NAME_EMPTY: _("Write a name that can be read."),
    Code.LOCATION_CHANGED: _(
        "Somebody else changed this location meanwhile. It is shown as it is now: change it again."
    ),
    Code.CURRENCY_UNKNOWN: _("“%(currency)s” is not a currency: use a code such as MYR."),
    Code.CURRENCY_IN_USE: _(
        "Orders were made here in %(currency)s, and their receipts, refunds and reports stay in it."
        " For another currency, add a new location and close this one."
    ),
    Code.TIME_ZONE_UNKNOWN: _("“%(zone)s” is not a time zone: use a name such as Asia/Kuala_Lumpur."),
    Code.FIELD_INVALID: _("%(field)s: %(said)s"),
}
