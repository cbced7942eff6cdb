"""Disputes: opened by Stripe's dispute test cards, decided by a control call."""

from stripe_sandbox.actions.balance import add_movement
from stripe_sandbox.actions.events import emit
from stripe_sandbox.objects.dispute import dispute_object
from stripe_sandbox.sandbox import Sandbox, scope_of
from stripe_sandbox.store import Record


def open_dispute(sandbox: Sandbox, charge: Record, reason: str) -> Record:
    """The payer's bank disputes a charge; all but an inquiry withdraw the money at once."""
    scope, now = scope_of(charge), sandbox.clock.now()
    obj = dispute_object(charge.obj, reason, now)
    record = sandbox.add("dispute", scope, obj)
    if reason != "inquiry":
        charge.obj["disputed"] = True
        sandbox.store.save(charge)
        money = add_movement(sandbox, scope, obj["id"], -obj["amount"], obj["currency"], "adjustment")
        obj["balance_transactions"] = [money]
    emit(sandbox, scope, "charge.dispute.created", obj)
    if reason != "inquiry":
        emit(sandbox, scope, "charge.dispute.funds_withdrawn", obj)
    return record


def decide_dispute(sandbox: Sandbox, dispute: str, status: str) -> Record | None:
    """The bank decides; `won` returns the money. None if there is no such open dispute."""
    record = sandbox.store.find("dispute", dispute)
    if record is None or record.obj["status"] in ("won", "lost", "warning_closed"):
        return None
    scope, obj = scope_of(record), record.obj
    before = obj["status"]
    obj["status"] = status
    if status == "won" and obj["balance_transactions"]:
        money = add_movement(sandbox, scope, obj["id"], obj["amount"], obj["currency"], "adjustment")
        obj["balance_transactions"] = [*obj["balance_transactions"], money]
        emit(sandbox, scope, "charge.dispute.funds_reinstated", obj)
    sandbox.store.save(record)
    over = status in ("won", "lost", "warning_closed")
    emit(
        sandbox,
        scope,
        "charge.dispute.closed" if over else "charge.dispute.updated",
        obj,
        previous={"status": before},
    )
    return record
