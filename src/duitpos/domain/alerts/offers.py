"""The actions that staff can take on each alert; the first one is recommended."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from duitpos.kit.facts import Facts
from duitpos.models.alert import AlertKind as A
from duitpos.models.alert import PolicyAction


class Action(StrEnum):
    """The actions of resolve_alert.py."""

    REFUND = "refund"
    SERVE = "serve"
    REFUND_DISHES = "refund_dishes"
    LINK = "link"
    PUT_BACK = "put_back"
    HOLD = "hold"
    DONE = "done"


ACTIONS: Mapping[str, tuple[Action, ...]] = {
    A.AMOUNT_DIFFERS: (Action.SERVE, Action.REFUND),
    A.MODE_DIFFERS: (Action.SERVE, Action.REFUND),
    A.ORDER_CANCELED: (Action.REFUND, Action.SERVE, Action.DONE),
    A.DUPLICATE_PAYMENT: (Action.REFUND, Action.DONE),
    A.LATE_MONEY: (Action.REFUND, Action.DONE),
    A.LATE_FOOD: (Action.SERVE, Action.REFUND),
    A.STOCK_BACK: (Action.PUT_BACK, Action.DONE),
    A.PAID_WHILE_CLOSED: (Action.REFUND, Action.DONE),
    A.SOLD_OUT_AFTER_PAYMENT: (Action.REFUND, Action.REFUND_DISHES, Action.DONE),
    A.REFUND_DUE: (Action.REFUND, Action.DONE),
    A.REFUND_FAILED: (Action.REFUND, Action.DONE),
    # The page of the refund has the form; this says that it was for no dish.
    A.REFUND_LINES: (Action.DONE,),
    A.UNKNOWN_PAYMENT: (Action.REFUND, Action.LINK, Action.DONE),
    A.NO_PAYMENT_REQUIRED: (Action.DONE,),
    A.STILL_PROCESSING: (Action.DONE,),
    A.NOT_AT_PROCESSOR: (Action.DONE,),
    A.KEY_REFUSED: (Action.DONE,),
    A.EVENT_FAILED: (Action.DONE,),
    A.DISPUTE: (Action.DONE,),
    A.SWEEP_FAILED: (Action.DONE,),
    A.WEBHOOK_DOWN: (Action.DONE,),
    A.ACCOUNT_RESTRICTED: (Action.DONE,),
    A.DOUBLE_ORDER: (Action.REFUND, Action.DONE),
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


IN_KITCHEN = (A.LATE_MONEY, A.PAID_WHILE_CLOSED, A.SOLD_OUT_AFTER_PAYMENT)
"""Alerts of an order that is in the kitchen: to have done with them is to serve it."""
PARTLY = (*IN_KITCHEN, A.LATE_FOOD, A.DOUBLE_ORDER, A.REFUND_DUE)
"""Alerts where some of the dishes may be refunded, on the payment's own page."""

POLICIES: Mapping[str, tuple[PolicyAction, ...]] = {
    A.SOLD_OUT_AFTER_PAYMENT: (PolicyAction.REFUND_DISHES, PolicyAction.REFUND),
    A.PAID_WHILE_CLOSED: (PolicyAction.REFUND,),
    A.LATE_FOOD: (PolicyAction.REFUND,),
    A.LATE_MONEY: (PolicyAction.REFUND,),
    A.ORDER_CANCELED: (PolicyAction.REFUND,),
    A.REFUND_DUE: (PolicyAction.REFUND,),
    A.DUPLICATE_PAYMENT: (PolicyAction.REFUND,),
}
"""What the owner may let happen by itself when nobody decides in time (AlertPolicy)."""


def actions_without_refund(kind: str) -> tuple[Action, ...]:
    """The kind's actions when the processor cannot refund the money: staff give it back another way, then say so."""
    refunds = (Action.REFUND, Action.REFUND_DISHES)
    rest = tuple(action for action in ACTIONS[kind] if action not in refunds)
    return rest if Action.DONE in rest else (*rest, Action.DONE)
