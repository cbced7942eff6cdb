"""What a revenue report asks, and what it answers. Amounts are whole minor units of the report's currency."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID


class By(StrEnum):
    """What the rows of a report are."""

    DAY = "day"
    HOUR = "hour"
    WEEKDAY = "weekday"
    LOCATION = "location"
    CHANNEL = "channel"
    PAYMENT_TYPE = "payment_type"
    METHOD = "method"
    ITEM = "item"
    SECTION = "section"
    MODIFIER = "modifier"
    TABLE = "table"
    STAFF = "staff"
    TAX = "tax"


@dataclass(frozen=True, slots=True)
class Period:
    """Business dates from `first` to `last`, both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many business dates it has."""
        return (self.last - self.first).days + 1

    @property
    def before(self) -> Period:
        """The period of the same length that ends the day before it."""
        return Period(self.first - timedelta(days=self.days), self.first - timedelta(days=1))

    @property
    def same_weekdays(self) -> Period:
        """The newest earlier period that begins on the same weekday and does not overlap."""
        back = timedelta(weeks=-(-self.days // 7))
        return Period(self.first - back, self.last - back)


MOST_DAYS = 92
"""Days of a period whose payment types are told day by day: a quarter."""


@dataclass(frozen=True, slots=True)
class Question:
    """One report. Without `locations`, all of the restaurant. Test orders are never mixed with real ones."""

    period: Period
    by: By
    locations: tuple[UUID, ...] = ()
    is_online: bool | None = None
    """True: paid through a payment processor. False: taken by staff. None: both."""
    is_test: bool = False
    """Test orders instead of real ones."""


@dataclass(frozen=True, slots=True)
class Sums:
    """What was earned. Money out is negative.

    A payment that counts for an order is split as the order was priced:
    `sales + discounts + service_charge + tax_added + rounding`. Other money, such as a duplicate, is `unmatched`.
    """

    orders: int = 0
    guests: int = 0
    """Phones that ordered, each once a business day."""
    quantity: int = 0
    sales: int = 0
    """Dishes at their prices, before discounts."""
    discounts: int = 0
    service_charge: int = 0
    tax_added: int = 0
    """Tax on top of the prices."""
    tax_included: int = 0
    """Tax inside the prices: for information, part of `sales`."""
    rounding: int = 0
    unmatched: int = 0
    refunds: int = 0
    """Refunds that were made, less those that a bank sent back."""
    refunded_quantity: int = 0
    """Dishes that were given back; those of a refund that a bank sent back are taken off again."""
    refunded_sales: int = 0
    """The part of `refunds` that is dishes at their prices."""
    refunded_service_charge: int = 0
    refunded_tax: int = 0
    """The tax of refunded dishes and their service charge, on top of the prices or inside them."""
    refunded_tax_included: int = 0
    """The part of `refunded_tax` that is inside the prices: it adds nothing to `refunds`."""
    refunded_other: int = 0
    """Refunds of money that nobody gave dishes for: an amount, a second payment, a rounding."""
    disputes: int = 0
    """Taken by guests' banks, less what they gave back; with the disputes' fees."""
    fees: int = 0
    """What payment processors charged for payments and refunds."""

    def __add__(self, other: Sums) -> Sums:
        """Add column by column."""
        return Sums(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))

    def __sub__(self, other: Sums) -> Sums:
        """Subtract column by column."""
        return Sums(*(getattr(self, one.name) - getattr(other, one.name) for one in fields(self)))

    @property
    def gross(self) -> int:
        """All money that came in: the ledger's payments."""
        return (
            self.sales
            + self.discounts
            + self.service_charge
            + self.tax_added
            + self.rounding
            + self.unmatched
        )

    @property
    def refunded_tax_added(self) -> int:
        """The refunded tax on top of the prices, so that the parts of `refunds` add up to it."""
        return self.refunded_tax - self.refunded_tax_included

    @property
    def net(self) -> int:
        """Gross less refunds and disputes."""
        return self.gross + self.refunds + self.disputes

    @property
    def net_after_fees(self) -> int:
        """What is left after the processors' fees."""
        return self.net + self.fees

    @property
    def average_order(self) -> int:
        """Of paid orders, without unmatched money; rounded half up. 0 without orders."""
        paid = self.gross - self.unmatched
        return (2 * paid + self.orders) // (2 * self.orders) if self.orders else 0


@dataclass(frozen=True, slots=True)
class Row:
    """One value of what the report is by."""

    key: str
    """A date, an hour 00 to 23, a weekday 1 (Monday) to 7, a row's id, or a code."""
    name: str
    """As the restaurant calls it; empty where `key` says it."""
    sums: Sums


@dataclass(frozen=True, slots=True)
class Report:
    """An answer, in one currency. Rows by day, location and payment type sum to `total`; others may not cover it."""

    question: Question
    currency: str
    total: Sums
    rows: tuple[Row, ...]
    rows_before: tuple[Row, ...]
    """By day only: the days of `Period.before`, so that they can be compared one by one."""
    before: Sums
    """Of `Period.before`."""
    same_weekdays: Sums
    heat: Mapping[tuple[int, int], int]
    """Net by weekday (1 to 7) and hour (0 to 23): when orders were paid and refunds were made."""
    by_day: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """By payment type only, and at most MOST_DAYS: the net of each row's key on every day of the period."""


def empty_report(question: Question, currency: str) -> Report:
    """The answer where nothing was sold."""
    return Report(question, currency, Sums(), (), (), Sums(), Sums(), {})
