"""Early fraud warnings and reviews: opened by Stripe's test cards, ended by a refund or a control call."""

from stripe_sandbox.actions.events import emit
from stripe_sandbox.objects.warnings import early_fraud_warning_object, review_object
from stripe_sandbox.sandbox import Sandbox, scope_of
from stripe_sandbox.store import Record


def warn_of_fraud(sandbox: Sandbox, charge: Record) -> Record:
    """The card's bank says that the payment is probably fraud."""
    scope = scope_of(charge)
    record = sandbox.add(
        "early_fraud_warning", scope, early_fraud_warning_object(charge.obj, sandbox.clock.now())
    )
    emit(sandbox, scope, "radar.early_fraud_warning.created", record.obj)
    return record


def open_review(sandbox: Sandbox, charge: Record) -> Record:
    """Radar puts the payment up for review."""
    scope = scope_of(charge)
    record = sandbox.add("review", scope, review_object(charge.obj, sandbox.clock.now()))
    charge.obj["review"] = record.id
    sandbox.store.save(charge)
    emit(sandbox, scope, "review.opened", record.obj)
    return record


def close_review(sandbox: Sandbox, review: str, reason: str) -> Record | None:
    """Somebody decides, or the charge is refunded. None if there is no such open review."""
    record = sandbox.store.find("review", review)
    if record is None or not record.obj["open"]:
        return None
    record.obj |= {"open": False, "closed_reason": reason, "reason": reason}
    sandbox.store.save(record)
    emit(sandbox, scope_of(record), "review.closed", record.obj)
    return record


def end_warnings(sandbox: Sandbox, charge: Record, reason: str) -> None:
    """A refund or a dispute makes the warnings and reviews of a charge pointless."""
    for record in sandbox.of("early_fraud_warning", scope_of(charge)):
        if record.obj["charge"] == charge.id and record.obj["actionable"]:
            record.obj["actionable"] = False
            sandbox.store.save(record)
            emit(sandbox, scope_of(record), "radar.early_fraud_warning.updated", record.obj)
    if charge.obj["review"]:
        close_review(sandbox, charge.obj["review"], reason)
