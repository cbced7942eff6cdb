"""Disputes: opened by Stripe's dispute cards. Answering and closing them is not built."""

from stripe_sandbox.events import emit
from stripe_sandbox.objects.ledger import balance_transaction_object, dispute_object
from stripe_sandbox.sandbox import Sandbox, scope_of
from stripe_sandbox.store import Record


def open_dispute(sandbox: Sandbox, charge: Record, reason: str) -> Record:
    """The payer's bank disputes a charge; all but an inquiry take the money back at once."""
    scope, now = scope_of(charge), sandbox.clock.now()
    obj = dispute_object(charge.obj, reason, now)
    record = sandbox.add("dispute", scope, obj)
    if reason != "inquiry":
        charge.obj["disputed"] = True
        sandbox.store.save(charge)
        money = balance_transaction_object(obj["id"], -obj["amount"], obj["currency"], "adjustment", now)
        sandbox.add("balance_transaction", scope, money)
        obj["balance_transactions"] = [money]
    emit(sandbox, scope, "charge.dispute.created", obj)
    if reason != "inquiry":
        emit(sandbox, scope, "charge.dispute.funds_withdrawn", obj)
    return record
