"""What each role may do."""

from __future__ import annotations

from enum import StrEnum

from duitpos.domain.errors import Code, Forbidden
from duitpos.models import Membership
from duitpos.models.people import Role


class Can(StrEnum):
    """A right of staff."""

    SEE_ORDERS = "see_orders"
    WORK_ORDERS = "work_orders"  # the kitchen's transitions
    CHECK_PAYMENT = "check_payment"
    TAKE_PAYMENT = "take_payment"  # cash, the terminal's slip: say that the money is here
    CANCEL_ORDER = "cancel_order"
    REFUND = "refund"  # up to the limit of refund_limits.py
    SET_REFUND_LIMITS = "set_refund_limits"
    RESOLVE_ALERTS = "resolve_alert"
    SET_UP_PAYMENTS = "set_up_payments"
    SET_UP_TABLES = "set_up_tables"
    SET_UP_LOCATIONS = "set_up_locations"  # open, edit and close a location
    SET_HOURS = "set_hours"  # weekly hours and holidays of a location
    SEE_KITCHEN = "see_kitchen"
    SET_STOCK = "set_stock"
    PAUSE = "pause"  # stop taking orders at a location, and start again
    ANSWER_CALLS = "answer_calls"  # of guests who call staff or ask for the bill
    EDIT_MENU = "edit_menu"
    SEE_REPORTS = "see_reports"  # and close a business day
    SET_UP_REPORTS = "set_up_reports"  # which reports are mailed
    SEE_CHANGES = "see_changes"  # the audit log
    MANAGE_PEOPLE = "manage_people"  # invite, change roles, end an access


_KITCHEN = frozenset({Can.SEE_KITCHEN, Can.WORK_ORDERS, Can.SET_STOCK, Can.PAUSE, Can.ANSWER_CALLS})

RIGHTS: dict[str, frozenset[Can]] = {
    Role.OWNER: frozenset(Can),
    # Only the owner, since the keys decide which account receives the restaurant's money.
    Role.MANAGER: frozenset(Can)
    - {
        Can.SET_UP_PAYMENTS,
        Can.SET_REFUND_LIMITS,
        Can.SET_UP_REPORTS,
        Can.MANAGE_PEOPLE,
        Can.SET_UP_LOCATIONS,
    },
    # A cashier refunds nothing until the owner sets a limit.
    Role.CASHIER: _KITCHEN | {Can.SEE_ORDERS, Can.CHECK_PAYMENT, Can.TAKE_PAYMENT, Can.REFUND},
    Role.KITCHEN: _KITCHEN,
}


def may(role: str, can: Can) -> bool:
    """Whether a role has that right; an unknown role has none."""
    return can in RIGHTS.get(role, frozenset())


def require(member: Membership, can: Can) -> None:
    """Forbidden unless this member has that right."""
    if not may(member.role, can):
        raise Forbidden(Code.ROLE_MAY_NOT, can=can.value)
