"""Errors that guests can meet: translated into every language that guests choose from."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from duitpos.domain.errors import Code
from duitpos.web.sentences import Sentence

GUESTS: Mapping[Code, Sentence] = {
    Code.RESTAURANT_UNKNOWN: _(
        "There is no restaurant at this address. Check the link, or scan the code on your table again."
    ),
    Code.TABLE_CODE_UNKNOWN: _(
        "This code is no longer valid: ask the staff, or scan the code on your table again."
    ),
    Code.GUEST_ORDER_UNKNOWN: _("There is no such order. Scan the code on your table to begin."),
    Code.CART_UNREADABLE: _(
        "This cart cannot be read. Nothing was ordered: go back to the menu and choose again."
    ),
    Code.CART_TOO_LONG: _("A cart holds at most %(most)d lines: send it in two orders."),
    Code.NOTE_TOO_LONG: _("A note has at most %(most)d characters."),
    Code.QUANTITY_OUT_OF_RANGE: _("Order between 1 and %(most)d of a dish."),
    Code.FORM_UNREADABLE: _(
        "This form cannot be read. Nothing was ordered: go back to the menu and try again."
    ),
    Code.FORM_OF_ANOTHER_SITE: _(
        "Another website sent this, so nothing was ordered and nothing was changed."
        " To order, scan the code on your table."
    ),
    Code.LOCATION_CLOSED: _("This restaurant is not taking orders right now. Your cart is kept."),
    Code.ONLINE_PAYMENT_UNAVAILABLE: _(
        "Online payment is not available here. Please order at the counter; your cart is kept."
    ),
    Code.NOTHING_TO_PAY: _("There is nothing to pay for this order. Please order it at the counter."),
    Code.BELOW_MINIMUM: _(
        "Online payment starts at %(amount)s. Add something, or order at the counter. Your cart is kept."
    ),
    Code.PAYMENT_TYPE_SWITCHED_OFF: _(
        "That way to pay was just switched off. Please choose another; your cart is kept."
    ),
    Code.GUEST_EMAIL_MISSING: _(
        "Please enter your e-mail address: %(processor)s does not work without it. Your cart is kept."
    ),
    Code.GUEST_EMAIL_MALFORMED: _(
        "This is not a complete e-mail address. Please correct it; your cart is kept."
    ),
    Code.GUEST_NAME_MISSING: _(
        "Please enter your name: %(processor)s does not work without it. Your cart is kept."
    ),
    Code.ANOTHER_CART_PAID: _(
        "You began to pay for another order on this phone, so this one was not started."
        " Your cart is kept: press Pay again to order this instead."
    ),
    Code.PAYMENT_CLOSED: _("This payment was just closed. Your cart is kept: please press Pay again."),
    Code.CHOICE_OVER: _(
        "The restaurant or another phone has decided meanwhile. Your order's page says what happens."
    ),
    Code.SWAP_GONE: _("That dish was just sold. Nothing was changed: please choose another one."),
    Code.ORDER_CANCELED_MEANWHILE: _(
        "This order was canceled meanwhile. Nothing was charged, and your cart is kept."
    ),
    Code.START_REFUSED: _(
        "Online payment does not work here at the moment."
        " You have not been charged and your cart is kept: please order at the counter, or try again later."
    ),
    Code.PROCESSOR_NO_ANSWER: _(
        "The payment service does not answer at the moment."
        " You have not been charged and your cart is kept: please try again in a minute."
    ),
    Code.PROCESSOR_FULL: _(
        "Many guests are paying at this moment. You have not been charged and your cart is kept:"
        " please press Pay again in a few seconds."
    ),
    Code.PHONE_STARTED_TOO_MANY: _(
        "Too many orders were started here, unpaid."
        " Wait ten minutes, or order at the counter. Your cart is kept."
    ),
    Code.TABLE_STARTED_TOO_MANY: _(
        "Very many orders were started at this table."
        " Wait ten minutes, or order at the counter. Your cart is kept."
    ),
    Code.UNKNOWN_PHONES_STARTED_TOO_MANY: _(
        "Many orders were started at this table by phones that we have not seen before."
        " Scan the code on your table once more, look at the menu, and press Pay again. Your cart is kept."
    ),
    Code.TABLE_HAS_TOO_MANY_UNPAID: _(
        "Several orders of this table wait to be paid at the counter. Please pay them first, or pay online."
        " Your cart is kept."
    ),
    Code.SOLD_OUT_MEANWHILE: _(
        "Something in your order just sold out, so it was not sent. Please look at it again. Your cart is kept."
    ),
    Code.CALLED_TOO_OFTEN: _(
        "Our staff were called very often from here. Please wait a few minutes, or speak to them directly."
    ),
    Code.NOT_ADOPTED: _(
        "This database belongs to %(stored)s, but DuitPOS runs here as %(here)s. Until the operator runs"
        " `duitpos adopt`, nothing is asked of a payment processor."
    ),
}
