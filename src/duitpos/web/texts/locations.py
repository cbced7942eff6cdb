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
    Code.HOURS_UNREADABLE: _(
        "“%(typed)s” cannot be read as hours. Write them like 08:00-15:00, 18:00-02:00; closed; or 24 hours."
    ),
    Code.HOURS_SAME_TIME: _("“%(typed)s” begins and ends at the same time. For all day, write 24 hours."),
    Code.HOURS_TOO_MANY: _("Write at most %(most)s spans for a day."),
    Code.HOURS_OVERLAP: _("%(first)s and %(second)s overlap. Write one span, or let the later begin later."),
    Code.HOURS_INTO_NEXT_DAY: _(
        "The day before is open %(first)s, which goes on into this day's %(second)s. Let one of them end or begin"
        " at another time."
    ),
    Code.HOURS_NEVER: _(
        "Write hours for one day at least. To take no orders for a while, pause the location; for good, close it."
    ),
    Code.DAY_ENDS_WHILE_OPEN: _(
        "It is open %(hours)s, and the trading day ends at %(ends)s: one evening would be on two days in reports."
        " Let the trading day end after closing, or change the hours."
    ),
    Code.SPECIAL_DAY_TWICE: _("%(day)s is there twice. Write all its hours in one row."),
    Code.SPECIAL_DAY_FAR: _("%(day)s is over, or more than three years away."),
    Code.SPECIAL_DAYS_TOO_MANY: _("At most %(most)s days that differ can be kept."),
    Code.FIELD_INVALID: _("%(field)s: %(said)s"),
}
