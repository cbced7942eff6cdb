"""The board as the page shows it: columns of cards, with their age and possible moves."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from duitpos.domain.orders.board import MOST_TICKETS, Board, BoardTicket
from duitpos.domain.orders.do_not_make import TO_MAKE
from duitpos.domain.orders.states import PLACED, PREPARING, READY, SERVED
from duitpos.kit.clock import now
from duitpos.kitchen.texts import column_texts, moved_text
from duitpos.models import Order, OrderLine

WAITING_MINUTES = 5
LATE_MINUTES = 10
"""Ages from which a ticket is coloured; the colour always comes with the number."""
MOST_LARGE = 6
"""More tickets than these are not whole in sight at 1280 x 800 in large type."""


@dataclass(frozen=True, slots=True)
class CardLine:
    """A line of a ticket. `not_to_make`: how many of it were refunded before they were made."""

    line: OrderLine
    not_to_make: int

    @property
    def left(self) -> int:
        """How many are to be made."""
        return self.line.quantity - self.not_to_make

    @property
    def choices(self) -> list[str]:
        """What differs from the dish as the owner makes it: a default is not printed."""
        return [choice["name"] for choice in self.line.modifiers if not choice.get("is_default")]


@dataclass(frozen=True, slots=True)
class Card:
    """A ticket. `age`: fresh, waiting or late."""

    order: Order
    table_name: str
    lines: list[CardLine]
    unread: list[UUID]
    """Refunded lines that the kitchen has not read not to make."""
    is_refunded: bool
    is_unpaid: bool
    is_canceled: bool
    """Stays until a cook takes note of it."""
    minutes: int
    age: str


@dataclass(frozen=True, slots=True)
class Column:
    """One order status. `forward` and `back` are the neighbouring statuses, empty if there is none."""

    status: str
    title: str
    empty: str
    forward: str
    forward_label: str
    back: str
    cards: list[Card] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many tickets are open; one that was canceled is not."""
        return sum(not card.is_canceled for card in self.cards)


@dataclass(frozen=True, slots=True)
class Moved:
    """The last move, so that it can be undone."""

    order: Order
    back: str
    words: str


@dataclass(frozen=True, slots=True)
class BoardView:
    """Everything that the template needs."""

    version: str
    at: datetime
    columns: list[Column]
    served: list[Card]
    is_full: bool
    all_day: list[tuple[str, int]]
    """How many of each dish are still to be made, over all open tickets; most first."""

    @property
    def is_dense(self) -> bool:
        """Whether there are so many tickets that they are drawn smaller, so that more of them are whole in sight."""
        return sum(len(column.cards) for column in self.columns) > MOST_LARGE

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to cook or to serve."""
        return not any(column.cards for column in self.columns)


def board_view(board: Board) -> BoardView:
    """Make columns of cards."""
    at = now()
    columns = _columns()
    for column in columns:
        column.cards.extend(_card(ticket, at) for ticket in board.columns[column.status])
    served = [_card(ticket, at) for ticket in board.recently_served]
    count = len(served) + sum(len(column.cards) for column in columns)
    return BoardView(board.version, at, columns, served, count >= MOST_TICKETS, _all_day(columns))


def moved_of(board: Board, order_id: UUID | None) -> Moved | None:
    """The undo for an order that was just moved; None if it is not on this board or cannot go back."""
    tickets = [ticket for column in board.columns.values() for ticket in column] + board.recently_served
    order = next((ticket.order for ticket in tickets if ticket.order.id == order_id), None)
    backs: dict[str, str] = {PREPARING: PLACED, READY: PREPARING, SERVED: READY}
    if order is None or order.status not in backs:
        return None
    return Moved(order, backs[order.status], moved_text(order.status, order.label))


def _all_day(columns: list[Column]) -> list[tuple[str, int]]:
    """Counts by the dish that is made: what a line was swapped for, without what was refunded."""
    counts: Counter[str] = Counter()
    cards = (card for column in columns if column.status in TO_MAKE for card in column.cards)
    for card in cards:
        if card.is_refunded or card.is_canceled:
            continue
        for row in card.lines:
            swap = getattr(row.line, "swap", None)
            counts[swap.name if swap else row.line.name] += swap.quantity if swap else row.left
    return [(name, many) for name, many in counts.most_common() if many > 0]


def _columns() -> list[Column]:
    steps = ((PLACED, PREPARING, ""), (PREPARING, READY, PLACED), (READY, SERVED, PREPARING))
    columns = []
    for status, forward, back in steps:
        texts = column_texts(status)
        columns.append(Column(status, texts.title, texts.empty, forward, texts.forward, back))
    return columns


def _card(ticket: BoardTicket, at: datetime) -> Card:
    placed = ticket.order.placed_at or at
    minutes = max(0, (at - placed) // timedelta(minutes=1))
    age = "late" if minutes >= LATE_MINUTES else "waiting" if minutes >= WAITING_MINUTES else "fresh"
    refunded = ticket.not_to_make
    lines = [CardLine(line, refunded.quantities.get(line.id, 0)) for line in ticket.lines]
    return Card(
        ticket.order,
        ticket.table_name,
        lines,
        refunded.unread,
        ticket.is_refunded,
        ticket.is_unpaid,
        ticket.is_canceled,
        minutes,
        age,
    )
