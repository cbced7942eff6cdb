"""Answers of list calls: filters, limits and cursors."""

from collections.abc import Callable, Sequence

from stripe_sandbox.api.expand import expanded
from stripe_sandbox.errors import invalid, missing_object
from stripe_sandbox.params.lists import CustomerDetails, Page, Range
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.store import Json, Record

# Filters that compare the property of the same name.
_SAME_NAME = (
    "customer", "customer_account", "payment_intent", "payment_link", "status", "subscription", "charge",
    "transfer_group", "currency", "source", "type", "payout",
)  # fmt: skip


def matches(obj: Json, params: Page) -> bool:
    """Whether an object passes the filters that compare its own properties."""
    for name in _SAME_NAME:
        wanted = getattr(params, name, None)
        if wanted is not None and obj.get(name) != wanted:
            return False
    created: Range | None = getattr(params, "created", None)
    if created is not None and not created.holds(obj["created"]):
        return False
    details: CustomerDetails | None = getattr(params, "customer_details", None)
    if details is not None:
        return bool((obj.get("customer_details") or {}).get("email") == details.email)
    return True


def page_of(
    sandbox: Sandbox,
    records: Sequence[Record],
    keep: Callable[[Record], bool],
    params: Page,
    url: str,
    noun: str,
) -> Json:
    """One page of the records to keep, which come newest first. Raises StripeError 400 for a bad limit or cursor.

    The cursor is a position among all records, because its object may no longer pass the filters.
    """
    place = _place([record.id for record in records], params, noun)
    found = [record for record in records if keep(record)]
    if place is not None:
        seq = records[place].seq
        newer = sum(record.seq > seq for record in found)
        start, end = _window(len(found), params, newer, newer + keep(records[place]))
    else:
        start, end = _window(len(found), params)
    paths = _inner(params.expand)
    data = [expanded(sandbox, record, paths) for record in found[start:end]]
    more = start > 0 if params.ending_before else end < len(found)
    return {"object": "list", "data": data, "has_more": more, "url": url}


def page_of_items(items: list[Json], params: Page, url: str) -> Json:
    """The same for line items, which are not stored as records."""
    place = _place([item["id"] for item in items], params, "item")
    start, end = _window(len(items), params, place or 0, 0 if place is None else place + 1)
    more = start > 0 if params.ending_before else end < len(items)
    return {"object": "list", "data": items[start:end], "has_more": more, "url": url}


def _place(ids: list[str], params: Page, noun: str) -> int | None:
    """Where the cursor's object is; None without a cursor."""
    if not 1 <= params.limit <= 100:
        raise invalid(
            f"Invalid integer: {params.limit}. Must be from 1 to 100.", "limit", "parameter_invalid_integer"
        )
    if params.starting_after and params.ending_before:
        raise invalid("You can only use one of starting_after or ending_before.", "ending_before")
    cursor = params.starting_after or params.ending_before
    if cursor is None:
        return None
    if cursor not in ids:
        param = "starting_after" if params.starting_after else "ending_before"
        raise missing_object(noun, cursor, param, status=400)
    return ids.index(cursor)


def _window(count: int, params: Page, newer: int = 0, past: int = 0) -> tuple[int, int]:
    """Start and end of the page; `newer` items come before the cursor, `past` includes the cursor."""
    if params.ending_before:
        return max(0, newer - params.limit), newer
    return past, min(count, past + params.limit)


def _inner(paths: list[str]) -> list[str]:
    """`data.payment_intent` → `payment_intent`: on a list every path starts at its data."""
    for path in paths:
        if not path.startswith("data."):
            raise invalid(
                f"This property cannot be expanded ({path}). You may want to try data.{path}.", "expand"
            )
    return [path[5:] for path in paths]
