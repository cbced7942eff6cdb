"""Each role's permissions, repeated here, so that nobody extends one by accident."""

from __future__ import annotations

import pytest

from duitpos.domain.errors import Forbidden
from duitpos.domain.people.roles import Can, may, require
from duitpos.models import Membership
from duitpos.models.people import Role

pytestmark = pytest.mark.pure

RIGHTS = {
    #                      owner  manager cashier kitchen
    Can.SEE_ORDERS: (True, True, True, False),
    Can.WORK_ORDERS: (True, True, True, True),
    Can.CHECK_PAYMENT: (True, True, True, False),
    Can.TAKE_PAYMENT: (True, True, True, False),
    Can.CANCEL_ORDER: (True, True, False, False),
    Can.REFUND: (True, True, True, False),
    Can.SET_REFUND_LIMITS: (True, False, False, False),
    Can.RESOLVE_ALERTS: (True, True, False, False),
    Can.SET_UP_PAYMENTS: (True, False, False, False),
    Can.SET_UP_TABLES: (True, True, False, False),
    Can.SET_UP_LOCATIONS: (True, False, False, False),
    Can.SET_HOURS: (True, True, False, False),
    Can.SEE_KITCHEN: (True, True, True, True),
    Can.SET_STOCK: (True, True, True, True),
    Can.PAUSE: (True, True, True, True),
    Can.ANSWER_CALLS: (True, True, True, True),
    Can.EDIT_MENU: (True, True, False, False),
    Can.SEE_REPORTS: (True, True, False, False),
    Can.SET_UP_REPORTS: (True, False, False, False),
    Can.SEE_CHANGES: (True, True, False, False),
    Can.MANAGE_PEOPLE: (True, False, False, False),
}
CASES = [(role, can, row[at]) for can, row in RIGHTS.items() for at, role in enumerate(Role)]


def test_every_permission_and_role_is_here() -> None:
    assert set(RIGHTS) == set(Can)
    assert [role.value for role in Role] == ["owner", "manager", "cashier", "kitchen"]


@pytest.mark.parametrize("role, can, allowed", CASES)
def test_a_role(role: Role, can: Can, allowed: bool) -> None:
    assert may(role, can) is allowed
    assert may(role.value, can) is allowed
    member = Membership(role=role.value)
    if allowed:
        require(member, can)
    else:
        with pytest.raises(Forbidden, match=f"role_may_not can={can.value}"):
            require(member, can)


def test_an_unknown_role_has_no_permissions() -> None:
    assert not any(may("chef", can) for can in Can)
