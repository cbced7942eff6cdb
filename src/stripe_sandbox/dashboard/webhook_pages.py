"""Developers > Webhooks: the endpoints, and the page of one with its event deliveries."""

from starlette.responses import Response

from stripe_sandbox.actions.events import make_event
from stripe_sandbox.actions.webhook_endpoints import roll_secret, update_endpoint
from stripe_sandbox.dashboard.context import Context, Routes, mine
from stripe_sandbox.dashboard.event_types import event_groups
from stripe_sandbox.dashboard.payment_pages import paged
from stripe_sandbox.errors import ControlError
from stripe_sandbox.params.webhook_endpoints import UpdateEndpoint
from stripe_sandbox.sandbox import Sandbox, scope_of
from stripe_sandbox.store import Json, Record

SECRET_EXPIRIES = {"0": "now", "3600": "in 1 hour", "86400": "in 24 hours"}
TEST_EVENT = "checkout.session.completed"


def deliveries_of(sandbox: Sandbox, endpoint: Record) -> list[Record]:
    """The deliveries to an endpoint, newest first."""
    return [record for record in sandbox.store.newest("delivery") if record.extra["endpoint"] == endpoint.id]


def endpoint_row(sandbox: Sandbox, endpoint: Record) -> Json:
    """An endpoint with the share of its attempts that failed, in percent; None without attempts."""
    attempts = [a for record in deliveries_of(sandbox, endpoint) for a in record.extra["attempts"]]
    failed = sum(not 200 <= (attempt["status"] or 0) < 300 for attempt in attempts)
    return {
        **endpoint.obj,
        "attempts": len(attempts),
        "error_rate": round(100 * failed / len(attempts)) if attempts else None,
    }


def show_endpoints(context: Context) -> Response:
    rows = [endpoint_row(context.sandbox, record) for record in mine(context, "endpoint")]
    return context.page("webhooks", "webhooks", "Webhooks", rows=rows)


def show_endpoint(context: Context) -> Response:
    endpoint = context.find("endpoint", context.part("id"))
    now = context.sandbox.clock.now()
    secrets = [s for s in endpoint.extra["secrets"] if s["until"] is None or s["until"] > now]
    account = context.sandbox.accounts.get(endpoint.account)
    return context.page(
        "webhook",
        "webhooks",
        "Webhook endpoint",
        row=endpoint_row(context.sandbox, endpoint),
        version=endpoint.extra.get("api_version") or account.extra["api_version"],
        secrets=secrets,
        expiries=SECRET_EXPIRIES,
        test_event=TEST_EVENT,
        groups=event_groups(),
        **paged(context, deliveries_of(context.sandbox, endpoint)),
    )


def show_delivery(context: Context) -> Response:
    delivery = context.find("delivery", context.part("id"))
    event = context.sandbox.store.find("event", delivery.extra["event"])
    return context.page(
        "delivery", "webhooks", "Event delivery", row=delivery.extra, id=delivery.id, event=event
    )


def roll(context: Context) -> Response:
    endpoint = context.find("endpoint", context.part("id"))
    seconds = context.text("expires")
    if seconds not in SECRET_EXPIRIES:
        raise ControlError("choose when the old secret expires")
    roll_secret(context.sandbox, endpoint, None, int(seconds))
    return context.go(f"/webhooks/{endpoint.id}", "secret-rolled")


def switch(context: Context) -> Response:
    """Disable an enabled endpoint, and the other way round."""
    endpoint = context.find("endpoint", context.part("id"))
    disabled = "true" if context.text("to") == "disabled" else "false"
    update_endpoint(context.sandbox, endpoint, UpdateEndpoint.model_validate({"disabled": disabled}))
    return context.go(f"/webhooks/{endpoint.id}", "endpoint-saved")


def ask_delete(context: Context) -> Response:
    endpoint = context.find("endpoint", context.part("id"))
    return context.page("webhook_delete", "webhooks", "Delete endpoint", row=endpoint.obj)


def delete(context: Context) -> Response:
    context.sandbox.store.remove(context.find("endpoint", context.part("id")))
    return context.go("/webhooks", "endpoint-deleted")


def send_test(context: Context) -> Response:
    """Send an event with an invented object to this endpoint, whatever is ticked."""
    endpoint = context.find("endpoint", context.part("id"))
    if endpoint.obj["status"] != "enabled":
        raise ControlError("the endpoint is disabled; enable it first")
    event_type, scope = context.text("type") or TEST_EVENT, scope_of(endpoint)
    obj = context.sample(context.sandbox, event_type, scope)
    event = make_event(context.sandbox, scope, event_type, obj)
    context.sandbox.deliveries.resend(event, endpoint.id)
    return context.go(f"/webhooks/{endpoint.id}", "test-sent")


def resend(context: Context) -> Response:
    """Try a delivery again, now."""
    delivery = context.find("delivery", context.part("id"))
    context.sandbox.deliveries.retry(delivery)
    return context.go(f"/deliveries/{delivery.id}", "resent")


ROUTES: Routes = {
    ("GET", "/webhooks"): show_endpoints,
    # The page's address before it had the name of Stripe's.
    ("GET", "/endpoints"): show_endpoints,
    ("GET", "/webhooks/{id}"): show_endpoint,
    ("POST", "/webhooks/{id}/roll"): roll,
    ("POST", "/webhooks/{id}/status"): switch,
    ("GET", "/webhooks/{id}/delete"): ask_delete,
    ("POST", "/webhooks/{id}/delete"): delete,
    ("POST", "/webhooks/{id}/test"): send_test,
    ("GET", "/deliveries/{id}"): show_delivery,
    ("POST", "/deliveries/{id}/retry"): resend,
}
