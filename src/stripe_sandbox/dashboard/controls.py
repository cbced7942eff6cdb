"""Sandbox controls: what Stripe's dashboard does not have. Held deliveries, faults, open sessions, the clock."""

from pydantic import ValidationError
from starlette.responses import Response

from stripe_sandbox.actions import payments, sessions
from stripe_sandbox.api.faults import Fault
from stripe_sandbox.dashboard.context import Context, Routes, mine
from stripe_sandbox.delivery.rules import Rule
from stripe_sandbox.errors import ControlError

LONGEST_STEP = 400 * 86400


def show_controls(context: Context) -> Response:
    sandbox = context.sandbox
    waiting = [r for r in mine(context, "session") if r.obj["status"] == "open" or r.extra.get("delayed")]
    return context.page(
        "controls",
        "controls",
        "Sandbox controls",
        offset=sandbox.clock.offset,
        faults=context.api.faults.all(),
        rules=sandbox.deliveries.rules.all(),
        held=sum(r.extra["state"] == "held" for r in sandbox.store.all("delivery")),
        sessions=waiting[:20],
        count=len(waiting),
    )


def expire(context: Context) -> Response:
    sessions.expire_session(context.sandbox, context.find("session", context.part("id")))
    return context.go("/controls", "done")


def result(context: Context) -> Response:
    """End a delayed payment: `succeed` or `fail`."""
    session = context.find("session", context.part("id"))
    wanted = context.text("result") or "succeed"
    if wanted not in ("succeed", "fail") or not payments.finish_delayed(context.sandbox, session.id, wanted):
        raise ControlError("no delayed payment is waiting on this session")
    return context.go("/controls", "done")


def release(context: Context) -> Response:
    context.sandbox.deliveries.release("fifo", None, None)
    return context.go("/controls", "done")


def plan_rule(context: Context) -> Response:
    """Hold, drop, repeat or delay the next delivery."""
    count = None if context.text("count") == "all" else 1
    context.sandbox.deliveries.rules.plan(
        Rule.model_validate({"action": context.text("action"), "count": count})
    )
    return context.go("/controls", "done")


def plan_fault(context: Context) -> Response:
    """Make the next matching API call fail."""
    facts = {name: context.text(name) for name in ("fault", "method", "path") if context.text(name)}
    try:
        fault = Fault.model_validate(facts)
    except ValidationError as error:
        raise ControlError("; ".join(str(part["msg"]) for part in error.errors())) from error
    context.api.faults.plan(fault)
    return context.go("/controls", "done")


def clear(context: Context) -> Response:
    context.api.faults.clear()
    context.sandbox.deliveries.rules.clear()
    return context.go("/controls", "done")


def clock(context: Context) -> Response:
    """Move the clock forward by a number of seconds."""
    seconds = context.text("advance")
    if not (seconds.isascii() and seconds.isdigit()) or int(seconds) > LONGEST_STEP:
        raise ControlError("how many seconds?")
    context.sandbox.timers.advance_to(context.sandbox.clock.exact() + int(seconds))
    return context.go("/controls", "done")


ROUTES: Routes = {
    ("GET", "/controls"): show_controls,
    ("GET", "/faults"): show_controls,
    ("POST", "/sessions/{id}/expire"): expire,
    ("POST", "/sessions/{id}/result"): result,
    ("POST", "/deliveries/release"): release,
    ("POST", "/rules"): plan_rule,
    ("POST", "/faults"): plan_fault,
    ("POST", "/faults/clear"): clear,
    ("POST", "/clock"): clock,
}
