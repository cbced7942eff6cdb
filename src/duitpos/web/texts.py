"""What people read when something cannot be done: a sentence for every code of domain/errors.py.

GUESTS is translated completely; STAFF is met on staff's pages only.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from duitpos.domain.errors import Code, DomainError
from duitpos.domain.people.roles import Can
from duitpos.web.sentences import ByFact, Sentence, say

NOT_IN_SENTENCES = frozenset({"locale", "problems", "reason", "resolution"})
"""Facts that no sentence here holds: how money is written, and what is said in sentences of its own."""

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
    Code.LOCATION_CLOSED: _("This restaurant is not taking orders right now. Your cart is kept."),
    Code.ONLINE_PAYMENT_UNAVAILABLE: _(
        "Online payment is not available here. Please order at the counter; your cart is kept."
    ),
    Code.NOTHING_TO_PAY: _("There is nothing to pay for this order. Please order it at the counter."),
    Code.BELOW_MINIMUM: _(
        "Online payment starts at %(minimum)s. Add something, or order at the counter. Your cart is kept."
    ),
    Code.PAYMENT_TYPE_SWITCHED_OFF: _(
        "That way to pay was just switched off. Please choose another; your cart is kept."
    ),
    Code.ANOTHER_CART_PAID: _(
        "You began to pay for another order on this phone, so this one was not started."
        " Your cart is kept: press Pay again to order this instead."
    ),
    Code.PAYMENT_CLOSED: _("This payment was just closed. Your cart is kept: please press Pay again."),
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
    Code.STRANGERS_STARTED_TOO_MANY: _(
        "Many orders were started at this table by phones that we have not seen before."
        " Scan the code on your table once more, look at the menu, and press Pay again. Your cart is kept."
    ),
    Code.NOT_ADOPTED: _(
        "This database belongs to %(stored)s, but DuitPOS runs here as %(here)s. Until the operator runs"
        " `duitpos adopt`, nothing is asked of a payment processor."
    ),
}

STAFF: Mapping[Code, Sentence] = {
    Code.SIGN_IN_UNAVAILABLE: _(
        "Nobody can sign in right now. Ask whoever runs this site: it was written to the log."
    ),
    Code.NOT_AMONG_YOURS: _(
        "There is no such restaurant among yours. Ask its owner to invite you, or sign in as somebody else."
    ),
    Code.ROLE_MAY_NOT: ByFact(
        "can",
        {
            Can.SEE_ORDERS: _("With your role you cannot see the orders. Ask the owner or a manager."),
            Can.WORK_ORDERS: _(
                "With your role you cannot move orders on the kitchen board. Ask the owner or a manager."
            ),
            Can.CHECK_PAYMENT: _("With your role you cannot check a payment. Ask the owner or a manager."),
            Can.CANCEL_ORDER: _("With your role you cannot cancel an order. Ask the owner or a manager."),
            Can.REFUND: _("With your role you cannot refund a payment. Ask the owner or a manager."),
            Can.RESOLVE_ALERTS: _(
                "With your role you cannot settle what needs attention. Ask the owner or a manager."
            ),
            Can.SET_UP_PAYMENTS: _(
                "With your role you cannot change payment types and their keys. Ask the owner."
            ),
            Can.SET_UP_TABLES: _(
                "With your role you cannot change tables and their codes. Ask the owner or a manager."
            ),
            Can.SEE_KITCHEN: _(
                "With your role you cannot see the kitchen board. Ask the owner or a manager."
            ),
            Can.SET_STOCK: _(
                "With your role you cannot change what is in stock. Ask the owner or a manager."
            ),
        },
    ),
    Code.FORM_INCOMPLETE: _("This form was not complete. Go back to the board and try again."),
    Code.LOCATION_UNKNOWN: _("There is no such location."),
    Code.LOCATION_UNKNOWN_HERE: _("%(restaurant)s has no such location."),
    Code.STEP_UNKNOWN: _("An order cannot be moved there."),
    Code.ORDER_MOVED: _("This order stands elsewhere by now. Look at the board again."),
    Code.STOCK_STATUS_UNKNOWN: _("Choose in stock, limited or out of stock."),
    Code.STOCK_QUANTITY_WRONG: _("Say how many are left, at least 1, when stock is limited, and only then."),
    Code.ITEM_UNKNOWN: _("This item is no longer on the menu."),
    Code.TABLE_UNKNOWN: _("There is no such table."),
    Code.TABLE_NAME_WRONG: _("A table needs a name of at most 40 characters; its area has at most 60."),
    Code.TABLE_NAME_TAKEN: _("%(location)s already has a table “%(name)s”."),
    Code.ORDER_UNKNOWN: _("There is no such order."),
    Code.PAYMENT_UNKNOWN: _("There is no such payment."),
    Code.REASON_MISSING: _("Say why it is canceled: the guest may ask."),
    Code.GUEST_IS_PAYING: _("The guest is paying for this order at this moment. Look at it again."),
    Code.GUEST_HAS_PAID: _("The guest has just paid. Look at the order again."),
    Code.BANK_IS_PROCESSING: _(
        "The payment is being processed by the guest's bank, so the order was not canceled."
        " Cancel it once the bank has answered."
    ),
    Code.CANCEL_UNSURE: _(
        "The processor cannot be asked whether this order is being paid, so it was not canceled."
        " Try again soon."
    ),
    Code.ORDER_NOT_CANCELABLE: _("This order can no longer be canceled. Look at it again."),
    Code.CHECK_NOT_ANSWERED: _("The processor does not tell how this payment stands. Nothing was changed."),
    Code.NOTHING_TO_REFUND: _("Nothing to refund: no money has arrived for this payment."),
    Code.MONEY_DISPUTED: _(
        "The guest's bank has taken this money back in a dispute, so there is nothing here to refund."
        " Do not pay it out another way: answer the dispute at the processor, or accept it there."
    ),
    Code.REFUND_UNDER_WAY: _("Somebody else is refunding this payment right now. Reload the page to see it."),
    Code.ALERT_UNKNOWN: _("Somebody has taken care of this already, or it never was."),
    Code.ALERT_RESOLVED: _("Somebody has taken care of this already."),
    Code.ALERT_JUST_RESOLVED: _("Somebody has taken care of this already. Look at the order again."),
    Code.ACTION_NOT_OFFERED: _("This cannot be done about it."),
    Code.NO_PAYMENT_TO_REFUND: _("There is no payment to refund."),
    Code.NO_ORDER_TO_SERVE: _("There is no order to serve."),
    Code.NO_ORDER_TO_PUT_BACK: _("There is no order whose dishes could be put back."),
    Code.NO_ORDER_TO_LINK: _("Give the order that this money is for."),
    Code.MONEY_ON_ITS_WAY_BACK: _(
        "This money is on its way back to the guest, so the order cannot be served for it."
    ),
    Code.MONEY_LINKED_ALREADY: _("This money is linked to an order already, or it is on its way back."),
    Code.ORDER_IN_KITCHEN: _("This order is in the kitchen already."),
    Code.TYPE_UNKNOWN: _("There is no such payment type any more."),
    Code.TYPE_KIND_UNKNOWN: _("A payment is taken online or at the counter."),
    Code.TYPE_CODE_WRONG: _("Code: up to 20 letters, digits, - and _, such as STRIPE."),
    Code.TYPE_NAME_WRONG: _("Name: up to 60 characters, as guests and staff shall read it."),
    Code.TYPE_CODE_TAKEN: _("There is a payment type with the code %(code)s already."),
    Code.TYPE_HAS_PAYMENTS: _(
        "“%(name)s” cannot be deleted: %(count)s payments were made with it, and reports and refunds need it."
        " Make it inactive instead: then nobody can choose it."
    ),
    Code.TYPE_HAS_HISTORY: _(
        "“%(name)s” cannot be deleted: its account has a history, and reports and refunds need it."
        " Make it inactive instead: then nobody can choose it."
    ),
    Code.TYPE_NEEDS_NO_PROCESSOR: _("“%(type)s” is taken at the counter: it needs no processor."),
    Code.PROCESSOR_UNKNOWN: _("There is no such processor."),
    Code.ACCOUNT_UNKNOWN: _("There is no such processor account any more."),
    Code.ACCOUNT_CHANGED: _(
        "Somebody else changed this account at the same moment. Look at it, and save again."
    ),
    Code.KEY_OF_ANOTHER_ACCOUNT: _(
        "This entry is kept for %(old)s, and the key belongs to another account."
        " Paste it into the one in use."
    ),
    Code.KEY_REFUSED: _("Nothing was saved."),
    Code.CREDENTIALS_WRONG: _("What was pasted cannot be a key. Nothing was saved."),
}


def error_text(error: DomainError, more: Mapping[Code, Sentence] | None = None) -> str:
    """What happened, what was kept, what to do. `more`: sentences of the entry point's own."""
    sentences = {**GUESTS, **STAFF, **(more or {})}
    return say(sentences[error.code], error.facts)
