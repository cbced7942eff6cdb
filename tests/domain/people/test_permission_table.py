"""The permission table of the guide says what the code allows, cell by cell."""

from __future__ import annotations

from pathlib import Path

import pytest

from duitpos.domain.people.roles import Can, may

pytestmark = pytest.mark.pure

GUIDE = Path(__file__).parents[3] / "docs" / "guide" / "people.md"
ROLES = ("owner", "manager", "cashier", "kitchen")
WORDS = {
    Can.SEE_ORDERS: "See orders, and find them",
    Can.WORK_ORDERS: "Move tickets on the kitchen board",
    Can.CHECK_PAYMENT: "Check a payment, and see the payment issues",
    Can.TAKE_PAYMENT: "Take cash, a card at the terminal, or an e-wallet",
    Can.CANCEL_ORDER: "Cancel an order",
    Can.REFUND: "Refund, up to the limit that the owner sets",
    Can.SET_REFUND_LIMITS: "Set these limits",
    Can.RESOLVE_ALERTS: "Decide what needs attention",
    Can.SET_UP_PAYMENTS: "Payment types and their keys",
    Can.SET_UP_TABLES: "Tables and their codes",
    Can.SEE_KITCHEN: "See the kitchen board",
    Can.SET_STOCK: "Mark dishes as sold out",
    Can.PAUSE: "Pause orders",
    Can.ANSWER_CALLS: "Answer guests' calls",
    Can.EDIT_MENU: "Change the menu",
    Can.SEE_REPORTS: "See reports, and close a business day",
    Can.SET_UP_REPORTS: "Choose which reports are mailed",
    Can.SEE_CHANGES: "See who changed what",
    Can.SET_UP_LOCATIONS: "Add and change locations, and close one for good",
    Can.SET_HOURS: "Change opening hours and holidays",
    Can.MANAGE_PEOPLE: "Invite people, change roles, end an access",
}


def table() -> dict[str, list[str]]:
    """The cells of each row, by its words."""
    lines = GUIDE.read_text(encoding="utf-8").splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    return {row[0]: row[1:] for row in cells}


def test_every_permission_has_a_row_and_no_other_is_there() -> None:
    assert set(WORDS) == set(Can)
    assert set(table()) == {*WORDS.values(), "", "---"}
    assert table()[""] == list(ROLES)


@pytest.mark.parametrize("can", list(Can))
@pytest.mark.parametrize("role", ROLES)
def test_a_cell(can: Can, role: str) -> None:
    said = table()[WORDS[can]][ROLES.index(role)]
    assert said == ("yes" if may(role, can) else "")
