"""Developers > Events and Logs."""

from starlette.responses import Response

from stripe_sandbox.api.expand import api_object
from stripe_sandbox.dashboard.context import Context, Routes, mine
from stripe_sandbox.dashboard.payment_pages import paged
from stripe_sandbox.errors import ControlError


def show_events(context: Context) -> Response:
    wanted = context.query("type")
    rows = [event for event in mine(context, "event") if wanted in event.obj["type"]]
    pending = {event.id: context.sandbox.deliveries.pending(event.id) for event in rows}
    return context.page(
        "events", "events", "Events", wanted=wanted, pending=pending, **paged(context, rows, type=wanted)
    )


def show_event(context: Context) -> Response:
    event = context.find("event", context.part("id"))
    return context.page(
        "event",
        "events",
        "Event",
        row=api_object(context.sandbox, event),
        deliveries=context.sandbox.deliveries.of_event(event.id)[::-1],
    )


def resend(context: Context) -> Response:
    event = context.find("event", context.part("id"))
    context.sandbox.deliveries.resend(event, None)
    return context.go(f"/events/{event.id}", "resent")


def show_logs(context: Context) -> Response:
    """API requests of the account, and those with a key that nobody has."""
    accounts = (context.scope.account, None)
    rows = [entry for entry in context.api.log.since(0) if entry["account"] in accounts]
    if context.query("status") == "failed":
        rows = [entry for entry in rows if not 200 <= entry["status"] < 300]
    return context.page(
        "logs",
        "logs",
        "Logs",
        failed=context.query("status") == "failed",
        **paged(context, rows[::-1], status=context.query("status")),
    )


def show_log(context: Context) -> Response:
    for entry in context.api.log.since(0):
        if str(entry["seq"]) == context.part("seq"):
            return context.page("log", "logs", "API request", row=entry)
    raise ControlError("this request is not in the log any more", 404)


ROUTES: Routes = {
    ("GET", "/events"): show_events,
    ("GET", "/events/{id}"): show_event,
    ("POST", "/events/{id}/resend"): resend,
    ("GET", "/logs"): show_logs,
    # The page's address before it had the name of Stripe's.
    ("GET", "/requests"): show_logs,
    ("GET", "/logs/{seq}"): show_log,
}
