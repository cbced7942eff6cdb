"""Parameters of list calls: pages and filters."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from stripe_sandbox.params.fields import Bool, Currency, Expandable, Int, Params, Text, Texts, read_integer


class Range(Params):
    gt: Int | None = None
    gte: Int | None = None
    lt: Int | None = None
    lte: Int | None = None

    def holds(self, value: int) -> bool:
        return not (
            (self.gt is not None and value <= self.gt)
            or (self.gte is not None and value < self.gte)
            or (self.lt is not None and value >= self.lt)
            or (self.lte is not None and value > self.lte)
        )


def _range(value: Any) -> Any:
    # `created=1795456800` means exactly then.
    if not isinstance(value, str):
        return value
    read_integer(value)
    return {"gte": value, "lte": value}


Created = Annotated[Range, BeforeValidator(_range)]


class Page(Expandable):
    ending_before: Text | None = None
    limit: Int = 10
    starting_after: Text | None = None


class CustomerDetails(Params):
    email: Text


class ListSessions(Page):
    created: Created | None = None
    customer: Text | None = None
    customer_account: Text | None = None
    customer_details: CustomerDetails | None = None
    payment_intent: Text | None = None
    payment_link: Text | None = None
    status: Literal["complete", "expired", "open"] | None = None
    subscription: Text | None = None


class ListPaymentIntents(Page):
    created: Created | None = None
    customer: Text | None = None
    customer_account: Text | None = None


class ListCharges(Page):
    created: Created | None = None
    customer: Text | None = None
    payment_intent: Text | None = None
    transfer_group: Text | None = None


class ListRefunds(Page):
    charge: Text | None = None
    created: Created | None = None
    payment_intent: Text | None = None


class ListDisputes(ListRefunds):
    pass


class ListBalanceTransactions(Page):
    created: Created | None = None
    currency: Currency | None = None
    payout: Text | None = None
    source: Text | None = None
    type: Text | None = None


class ListEvents(Page):
    created: Created | None = None
    delivery_success: Bool | None = None
    type: Text | None = None
    types: Texts | None = None


def _instant(value: Any) -> int:
    """`/v2` writes times as RFC 3339, not as epoch seconds."""
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise PydanticCustomError("timestamp", "Invalid timestamp: {value}", {"value": str(value)})
    return int(moment.astimezone(UTC).timestamp())


Instant = Annotated[int, BeforeValidator(_instant)]


class InstantRange(Range):
    gt: Instant | None = None
    gte: Instant | None = None
    lt: Instant | None = None
    lte: Instant | None = None


class ListCoreEvents(Params):
    """`page` is the token in `next_page_url`; callers follow that URL and make no token of their own."""

    created: InstantRange | None = None
    limit: Int = 20
    object_id: Text | None = None
    page: Text | None = None
    types: Texts | None = None
