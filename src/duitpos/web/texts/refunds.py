"""A refund in words for its guest: the order's page, the receipt and the mail say the same."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from duitpos.domain.orders.guest_refunds import GuestRefund, RefundView
from duitpos.web.sentences import Text

_TEXTS: Mapping[RefundView, Text] = {
    RefundView.UNDER_WAY: _("%(amount)s is being refunded."),
    RefundView.DONE: _("%(amount)s was refunded."),
    RefundView.NOT_MADE: _(
        "A refund of %(amount)s did not go through. The restaurant knows and has to try again: please ask our staff."
    ),
    RefundView.CAME_BACK: _(
        "Your bank sent a refund of %(amount)s back. The restaurant knows and has to give it to you another way:"
        " please ask our staff."
    ),
}


def guest_refund_text(seen: GuestRefund, locale: str) -> str:
    """What became of a refund."""
    return str(_TEXTS[seen.view]) % {"amount": seen.refund.amount.format(locale)}


def dish_texts(seen: GuestRefund) -> list[str]:
    """The refunded dishes, as the guest read their names: "2 × Laksa"."""
    return [f"{quantity} × {line.guest_name or line.name}" for quantity, line in seen.dishes]
