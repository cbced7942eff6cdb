"""What each Alert says, and what staff can do about it; the first offer is the one to take when in doubt."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from duitpos.models.alert import AlertKind as A


class Action(StrEnum):
    """What resolve_alert.py can do."""

    REFUND = "refund"
    SERVE = "serve"
    LINK = "link"
    PUT_BACK = "put_back"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Offer:
    """A button. `confirm` says what will happen; empty needs no question."""

    action: Action
    label: str | Promise
    is_first: bool
    confirm: str | Promise = ""


@dataclass(frozen=True, slots=True)
class Words:
    """A kind in plain words: what happened, and what it means."""

    title: str | Promise
    text: str | Promise
    actions: tuple[Action, ...]


LABELS: dict[Action, tuple[str | Promise, str | Promise]] = {
    Action.REFUND: (_("Refund all"), _("The whole payment goes back to the guest's card.")),
    Action.SERVE: (_("Serve it"), _("The order goes to the kitchen board, and the money stays.")),
    Action.LINK: (_("Link to an order"), _("The money is booked on the order whose number you give.")),
    Action.PUT_BACK: (_("Put back in stock"), _("Guests can order these dishes again.")),
    Action.DONE: (_("Mark as done"), ""),
}

WORDS: dict[str, Words] = {
    A.AMOUNT_DIFFERS: Words(
        _("Paid amount differs"),
        _("The money that arrived is not what was asked for. The order is not in the kitchen."),
        (Action.SERVE, Action.REFUND),
    ),
    A.MODE_DIFFERS: Words(
        _("Test and live money mixed up"),
        _(
            "The payment was made in another mode than the order, or with test money once you take real payments."
            " The order is not in the kitchen."
        ),
        (Action.SERVE, Action.REFUND),
    ),
    A.ORDER_CANCELED: Words(
        _("Paid after the order was canceled"),
        _("The guest was told that it is being refunded or served."),
        (Action.REFUND, Action.SERVE),
    ),
    A.DUPLICATE_PAYMENT: Words(
        _("Paid twice"),
        _(
            "This order was paid by another payment already. The guest was told that this one is being refunded."
        ),
        (Action.REFUND, Action.DONE),
    ),
    A.LATE_MONEY: Words(
        _("Paid late"),
        _(
            "The payment had ended, then the money came. The order is in the kitchen: is the guest still here?"
        ),
        (Action.REFUND, Action.DONE),
    ),
    A.LATE_FOOD: Words(
        _("Paid late: cook it?"),
        _(
            "The guest paid for this longer ago than your limit for cooking without asking. The order is not in the"
            " kitchen. The guest was told that you will confirm."
        ),
        (Action.SERVE, Action.REFUND),
    ),
    A.STOCK_BACK: Words(
        _("Canceled while it was being cooked"),
        _("Dishes of limited stock were taken for it. Can they still be sold?"),
        (Action.PUT_BACK, Action.DONE),
    ),
    A.PAID_WHILE_CLOSED: Words(
        _("Paid while closed or paused"),
        _("The order is in the kitchen. The guest was told that you will confirm."),
        (Action.REFUND, Action.DONE),
    ),
    A.SOLD_OUT_AFTER_PAYMENT: Words(
        _("Sold out after payment"),
        _("Something in this paid order is sold out. The guest was told that you will confirm."),
        (Action.REFUND, Action.DONE),
    ),
    A.REFUND_DUE: Words(
        _("Refund due"),
        _("A paid order was canceled and the money is still here."),
        (Action.REFUND, Action.DONE),
    ),
    A.REFUND_FAILED: Words(
        _("Refund has not arrived"),
        _("The money has not gone back to the guest. What the processor says stands below."),
        (Action.REFUND, Action.DONE),
    ),
    A.UNKNOWN_PAYMENT: Words(
        _("Money without an order"),
        _("This payment carries our mark, but there is no order for it here, as after restoring a backup."),
        (Action.REFUND, Action.LINK),
    ),
    A.NO_PAYMENT_REQUIRED: Words(
        _("Completed without payment"),
        _(
            "The processor says that nothing had to be paid, although the order costs something."
            " It is not in the kitchen."
        ),
        (Action.DONE,),
    ),
    A.STILL_PROCESSING: Words(
        _("Payment on its way for 15 days"),
        _("The bank has neither confirmed nor refused it. Ask the processor."),
        (Action.DONE,),
    ),
    A.NOT_AT_PROCESSOR: Words(
        _("Payment not found at the processor"),
        _("The processor does not know this payment. Was a key of another account pasted?"),
        (Action.DONE,),
    ),
    A.KEY_REFUSED: Words(
        _("The processor refuses our key"),
        _(
            "Nobody can pay online with it, and open payments cannot be checked."
            " Paste a working key of the same account under Payment Types."
        ),
        (Action.DONE,),
    ),
    A.EVENT_FAILED: Words(
        _("A notice could not be handled"),
        _("It is tried again by itself. If this stays, tell whoever runs the software."),
        (Action.DONE,),
    ),
    A.DISPUTE: Words(
        _("A guest's bank disputes a payment"),
        _(
            "Answer or accept it at the processor, not here. Do not pay the money out another way:"
            " where the bank has taken it, the guest has it already."
        ),
        (Action.DONE,),
    ),
    A.SWEEP_FAILED: Words(
        _("The periodic check does not get through"),
        _(
            "Lost notices, refunds and receipts of this restaurant may wait until this is mended. It is tried again by"
            " itself; tell whoever runs the software."
        ),
        (Action.DONE,),
    ),
    A.START_REFUSED: Words(
        _("The processor refuses to start payments"),
        _(
            "Guests who press Pay are sent to the counter. What the processor says stands below: mend it there."
            " After a few refusals guests are not offered this way to pay; it is tried again by itself."
        ),
        (Action.DONE,),
    ),
    A.KEY_REUSED: Words(
        _("A payment could not be started"),
        _(
            "This is a fault of the software, not of the guest, who can pay again."
            " Tell whoever runs the software."
        ),
        (Action.DONE,),
    ),
}


def offers(kind: str) -> tuple[Offer, ...]:
    """The buttons of a kind, the recommended one first."""
    return tuple(
        Offer(action, LABELS[action][0], is_first=position == 0, confirm=LABELS[action][1])
        for position, action in enumerate(WORDS[kind].actions)
    )
