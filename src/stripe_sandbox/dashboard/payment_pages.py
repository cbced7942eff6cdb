"""Payments: the lists (payments, refunds, disputes, checkout sessions) and the page of one payment."""

from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from stripe_sandbox.dashboard.context import Context, Routes, mine
from stripe_sandbox.dashboard.payments import (
    FILTERS,
    STATUSES,
    balance_rows,
    matches,
    payment_row,
    payment_rows,
    related,
)
from stripe_sandbox.dashboard.timeline import events_of, timeline
from stripe_sandbox.store import Json

PAGE = 20


def paged(context: Context, rows: list[Any], **kept: str) -> Json:
    """The rows of the page asked for, with the addresses of those before and after it."""
    asked = context.query("page")
    last = max(1, -(-len(rows) // PAGE))
    number = min(int(asked), last) if asked.isdecimal() and len(asked) < 9 and int(asked) else 1

    def address(place: int) -> str:
        return "?" + urlencode({**{name: text for name, text in kept.items() if text}, "page": place})

    return {
        "rows": rows[(number - 1) * PAGE : number * PAGE],
        "count": len(rows),
        "first": (number - 1) * PAGE + 1,
        "previous": address(number - 1) if number > 1 else "",
        "next": address(number + 1) if number < last else "",
    }


def show_payments(context: Context) -> Response:
    wanted = context.query("status") if context.query("status") in FILTERS else ""
    rows = payment_rows(context.sandbox, context.scope)
    counts = {name: sum(matches(row, name) for row in rows) for name in FILTERS}
    shown = paged(context, [row for row in rows if matches(row, wanted)], status=wanted)
    return context.page(
        "payments",
        "payments",
        "Payments",
        tab="payments",
        filters=FILTERS,
        wanted=wanted,
        counts=counts,
        statuses=STATUSES,
        **shown,
    )


def show_payment(context: Context) -> Response:
    """One payment, by the id of its PaymentIntent."""
    sandbox = context.sandbox
    intent = context.find("payment_intent", context.part("id"))
    events = events_of(sandbox, intent)
    row = payment_row(sandbox, intent)
    charges = [record.obj for record in related(sandbox, intent, "charge")]
    balance = balance_rows(sandbox, intent)
    return context.page(
        "payment",
        "payments",
        "Payment",
        row=row,
        statuses=STATUSES,
        charges=charges[::-1],
        charge=next((c for c in charges if c["id"] == row["charge"]), None),
        refunds=[r.obj for r in related(sandbox, intent, "refund")],
        disputes=[d.obj for d in related(sandbox, intent, "dispute")],
        balance=balance,
        fee=sum(item["fee"] for item in balance),
        net=sum(item["net"] for item in balance),
        metadata=intent.obj["metadata"],
        timeline=timeline(events),
        events=events,
    )


def _listed(kind: str, tab: str, title: str) -> Any:
    def show(context: Context) -> Response:
        rows = [{**record.obj, "delayed": record.extra.get("delayed")} for record in mine(context, kind)]
        return context.page(tab, "payments", title, tab=tab, statuses=STATUSES, **paged(context, rows))

    return show


ROUTES: Routes = {
    ("GET", "/payments"): show_payments,
    ("GET", "/payments/{id}"): show_payment,
    ("GET", "/refunds"): _listed("refund", "refunds", "Refunds"),
    ("GET", "/disputes"): _listed("dispute", "disputes", "Disputes"),
    ("GET", "/sessions"): _listed("session", "sessions", "Checkout sessions"),
}
