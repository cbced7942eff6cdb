"""What each role may do."""

from __future__ import annotations

from enum import StrEnum

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duitpos.domain.errors import Forbidden
from duitpos.models import Membership
from duitpos.models.people import Role


class Can(StrEnum):
    """Something that staff do."""

    SEE_ORDERS = "see_orders"
    WORK_ORDERS = "work_orders"  # the kitchen's moves
    CHECK_PAYMENT = "check_payment"
    CANCEL_ORDER = "cancel_order"
    REFUND = "refund"
    RESOLVE_ALERTS = "resolve_alert"
    SET_UP_PAYMENTS = "set_up_payments"
    SET_UP_TABLES = "set_up_tables"
    SEE_KITCHEN = "see_kitchen"
    SET_STOCK = "set_stock"


_KITCHEN = frozenset({Can.SEE_KITCHEN, Can.WORK_ORDERS, Can.SET_STOCK})

RIGHTS: dict[str, frozenset[Can]] = {
    Role.OWNER: frozenset(Can),
    # Keys move the restaurant's money to an account: the owner's alone.
    Role.MANAGER: frozenset(Can) - {Can.SET_UP_PAYMENTS},
    Role.CASHIER: _KITCHEN | {Can.SEE_ORDERS, Can.CHECK_PAYMENT},
    Role.KITCHEN: _KITCHEN,
}

_WORDS = {
    Can.SEE_ORDERS: gettext_lazy("see the orders"),
    Can.WORK_ORDERS: gettext_lazy("move orders on the kitchen board"),
    Can.CHECK_PAYMENT: gettext_lazy("check a payment"),
    Can.CANCEL_ORDER: gettext_lazy("cancel an order"),
    Can.REFUND: gettext_lazy("refund a payment"),
    Can.RESOLVE_ALERTS: gettext_lazy("settle what needs attention"),
    Can.SET_UP_PAYMENTS: gettext_lazy("change payment types and their keys"),
    Can.SET_UP_TABLES: gettext_lazy("change tables and their codes"),
    Can.SEE_KITCHEN: gettext_lazy("see the kitchen board"),
    Can.SET_STOCK: gettext_lazy("change what is in stock"),
}


def may(role: str, can: Can) -> bool:
    """Whether a role has that right; an unknown role has none."""
    return can in RIGHTS.get(role, frozenset())


def require(member: Membership, can: Can) -> None:
    """Forbidden unless this member may do that."""
    if not may(member.role, can):
        raise Forbidden(
            _("As %(role)s you cannot %(deed)s. Ask the owner or a manager.")
            % {"role": Role(member.role).label.lower(), "deed": _WORDS[can]}
        )
