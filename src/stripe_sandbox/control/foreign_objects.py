"""Plausible objects that no session here made, for events that a shop must not act on."""

from stripe_sandbox.accounts import Scope
from stripe_sandbox.errors import ControlError
from stripe_sandbox.ids import new_id, session_id
from stripe_sandbox.objects.cards import Card, CardEntry
from stripe_sandbox.objects.charge import authorized_outcome, charge_object
from stripe_sandbox.objects.dispute import dispute_object
from stripe_sandbox.objects.payment_intent import intent_object
from stripe_sandbox.objects.payment_method import Payer, method_object
from stripe_sandbox.objects.refund import refund_object
from stripe_sandbox.objects.session import customer_details, session_object
from stripe_sandbox.objects.warnings import early_fraud_warning_object, review_object
from stripe_sandbox.params.sessions import CreateSession
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.store import Json

AMOUNT = 4200


def foreign_object(sandbox: Sandbox, event_type: str, scope: Scope) -> Json:
    """An object of the kind that events of this type carry; it is kept nowhere. Raises ControlError."""
    now, live = sandbox.clock.now(), scope.livemode
    params = CreateSession(mode="payment", success_url="https://elsewhere.example/thanks")
    session = session_object(session_id(live), params, AMOUNT, "myr", ["card"], live, now)
    payer = Payer("stranger@example.com", "A. Stranger", "MY", "card", _entry())
    intent, method = intent_object(session, {}, now), method_object(payer, live, now)
    charge = charge_object(intent, method, payer, "ELSEWHERE", False, now)
    charge |= {"status": "succeeded", "paid": True, "captured": True, "amount_captured": AMOUNT}
    charge["outcome"] = authorized_outcome(payer)
    intent |= {"status": "succeeded", "latest_charge": charge["id"], "amount_received": AMOUNT}
    intent["payment_method"] = method["id"]
    if event_type.startswith("checkout.session."):
        return _session_after(session, event_type, intent["id"])
    if event_type.startswith("payment_intent."):
        return intent
    if event_type.startswith(("refund.", "charge.refund.")):
        return refund_object(charge, AMOUNT, None, {}, now) | {"balance_transaction": new_id("txn")}
    if event_type.startswith("radar.early_fraud_warning."):
        return early_fraud_warning_object(charge, now)
    if event_type.startswith("review."):
        return review_object(charge, now) | {"open": event_type == "review.opened"}
    if event_type.startswith("charge.dispute."):
        return dispute_object(charge, "fraudulent", now)
    if event_type.startswith("charge."):
        return charge
    raise ControlError(f"no foreign object is known for {event_type}; give object")


def _entry() -> CardEntry:
    return CardEntry("4242424242424242", 12, 2034, Card(), "visa")


def _session_after(session: Json, event_type: str, intent: str) -> Json:
    if event_type.endswith("expired"):
        return session | {"status": "expired"}
    paid = "unpaid" if event_type.endswith("failed") else "paid"
    details = customer_details("stranger@example.com", "A. Stranger", "MY")
    return session | {
        "status": "complete", "payment_status": paid, "payment_intent": intent, "customer_details": details,
    }  # fmt: skip
