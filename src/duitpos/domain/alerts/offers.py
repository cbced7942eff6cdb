"""The actions that staff can take on each alert; the first one is recommended."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from duitpos.kit.facts import Facts
from duitpos.models.alert import AlertKind as A


class Action(StrEnum):
    """The actions of resolve_alert.py."""

    REFUND = "refund"
    SERVE = "serve"
    LINK = "link"
    PUT_BACK = "put_back"
    DONE = "done"


ACTIONS: Mapping[str, tuple[Action, ...]] = {
    A.AMOUNT_DIFFERS: (Action.SERVE, Action.REFUND),
    A.MODE_DIFFERS: (Action.SERVE, Action.REFUND),
    A.ORDER_CANCELED: (Action.REFUND, Action.SERVE),
    A.DUPLICATE_PAYMENT: (Action.REFUND, Action.DONE),
    A.LATE_MONEY: (Action.REFUND, Action.DONE),
    A.LATE_FOOD: (Action.SERVE, Action.REFUND),
    A.STOCK_BACK: (Action.PUT_BACK, Action.DONE),
    A.PAID_WHILE_CLOSED: (Action.REFUND, Action.DONE),
    A.SOLD_OUT_AFTER_PAYMENT: (Action.REFUND, Action.DONE),
    A.REFUND_DUE: (Action.REFUND, Action.DONE),
    A.REFUND_FAILED: (Action.REFUND, Action.DONE),
    # The page of the refund has the form; this says that it was for no dish.
    A.REFUND_LINES: (Action.DONE,),
    A.UNKNOWN_PAYMENT: (Action.REFUND, Action.LINK),
    A.NO_PAYMENT_REQUIRED: (Action.DONE,),
    A.STILL_PROCESSING: (Action.DONE,),
    A.NOT_AT_PROCESSOR: (Action.DONE,),
    A.KEY_REFUSED: (Action.DONE,),
    A.EVENT_FAILED: (Action.DONE,),
    A.DISPUTE: (Action.DONE,),
    A.SWEEP_FAILED: (Action.DONE,),
    A.WEBHOOK_DOWN: (Action.DONE,),
    A.ACCOUNT_RESTRICTED: (Action.DONE,),
    A.START_REFUSED: (Action.DONE,),
    A.KEY_REUSED: (Action.DONE,),
    A.FRAUD_WARNING: (Action.REFUND, Action.DONE),
    A.PAYMENT_REVIEW: (Action.DONE, Action.REFUND),
    A.REPORT_NOT_SENT: (Action.DONE,),
}


def actions_of(kind: str, facts: Facts) -> tuple[Action, ...]:
    """What staff can do about an alert. While a bank only asks, a refund ends it before money is taken."""
    if kind == A.DISPUTE and facts.get("state") == "inquiry":
        return (Action.REFUND, Action.DONE)
    return ACTIONS[kind]


def actions_without_refund(kind: str) -> tuple[Action, ...]:
    """The kind's actions when the processor cannot refund the money: staff give it back another way, then say so."""
    rest = tuple(action for action in ACTIONS[kind] if action != Action.REFUND)
    return rest if Action.DONE in rest else (*rest, Action.DONE)
