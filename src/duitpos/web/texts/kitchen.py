"""Errors that the kitchen can meet, beside the guests' own."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from duitpos.domain.errors import Code
from duitpos.web.sentences import Sentence

KITCHEN: Mapping[Code, Sentence] = {
    Code.NOT_AMONG_YOURS: _(
        "There is no such restaurant among yours. Ask its owner to invite you, or sign in as somebody else."
    ),
    Code.FORM_INCOMPLETE: _("This form was not complete. Go back to the board and try again."),
    Code.LOCATION_UNKNOWN_HERE: _("%(restaurant)s has no such location."),
    Code.STEP_UNKNOWN: _("An order cannot be moved there."),
    Code.ORDER_MOVED: _("This order has been moved meanwhile. Look at the board again."),
    Code.ORDER_UNKNOWN: _("There is no such order."),
    Code.ITEM_UNKNOWN: _("This item is no longer on the menu."),
    Code.STOCK_QUANTITY_WRONG: _("Say how many are left, at least 1, when stock is limited, and only then."),
    Code.HOW_LONG_UNKNOWN: _("Choose one of the times that are offered."),
    Code.PAUSE_CHANGED: _(
        "Somebody else has paused orders or started them again meanwhile. Look at it, and press again."
    ),
    Code.CALL_UNKNOWN: _("There is no such call any more."),
}
