"""What cooks read on the board and that is not in a template."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.translation import gettext as _

from duitpos.domain.orders.states import PLACED, PREPARING, READY, SERVED
from duitpos.models.service_call import CallKind


class ColumnTexts(NamedTuple):
    """A column's heading, what it says when it is empty, and the button that moves a card on."""

    title: str
    empty: str
    forward: str


def column_texts(status: str) -> ColumnTexts:
    """The texts of one column."""
    columns: dict[str, ColumnTexts] = {
        PLACED: ColumnTexts(_("Placed"), _("Nothing new."), _("Start")),
        PREPARING: ColumnTexts(_("Preparing"), _("Nothing on the stove."), _("Ready")),
        READY: ColumnTexts(_("Ready"), _("Nothing to carry out."), _("Served")),
    }
    return columns[status]


def call_text(kind: str) -> str:
    """What the guests of a table ask for."""
    return {CallKind.STAFF.value: _("calls staff"), CallKind.BILL.value: _("asks for the bill")}[kind]


def moved_text(status: str, number: str) -> str:
    """What was just done to an order."""
    words: dict[str, str] = {
        PREPARING: _("%(number)s is being prepared."),
        READY: _("%(number)s is ready."),
        SERVED: _("%(number)s was served."),
    }
    return words[status] % {"number": number}
