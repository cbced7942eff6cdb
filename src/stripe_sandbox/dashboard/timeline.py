"""The timeline of a payment, from the events about it."""

from stripe_sandbox.dashboard.payments import related
from stripe_sandbox.money import display
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.store import Json, Record

_SENTENCES = {
    "payment_intent.created": "Payment started",
    "payment_intent.requires_action": "3D Secure or bank authentication requested",
    "payment_intent.processing": "Payment is processing",
    "payment_intent.succeeded": "Payment succeeded",
    "payment_intent.canceled": "Payment canceled",
    "checkout.session.completed": "Checkout session completed",
    "checkout.session.expired": "Checkout session expired",
    "checkout.session.async_payment_succeeded": "Delayed payment arrived",
    "checkout.session.async_payment_failed": "Delayed payment failed",
    "charge.dispute.created": "Dispute opened",
    "charge.dispute.closed": "Dispute closed",
}

_GOOD = ("payment_intent.succeeded", "checkout.session.async_payment_succeeded")
_BAD = ("payment_intent.payment_failed", "refund.failed", "charge.dispute.created")


def events_of(sandbox: Sandbox, intent: Record) -> list[Record]:
    """Every event about a payment, its session, charges, refunds and disputes, newest first."""
    ids = {intent.id, intent.extra.get("session")}
    for kind in ("charge", "refund", "dispute"):
        ids |= {record.id for record in related(sandbox, intent, kind)}
    return [event for event in sandbox.store.newest("event") if event.obj["data"]["object"].get("id") in ids]


def timeline(events: list[Record]) -> list[Json]:
    """What happened, newest first: a sentence, its time and its event."""
    rows = []
    for event in events:
        sentence = _sentence(event.obj["type"], event.obj["data"]["object"])
        if sentence:
            kind = "ok" if event.obj["type"] in _GOOD else "bad" if event.obj["type"] in _BAD else "wait"
            rows.append({"sentence": sentence, "at": event.created, "event": event.id, "kind": kind})
    return rows


def _sentence(event_type: str, obj: Json) -> str:
    if event_type == "payment_intent.payment_failed":
        return f"Payment failed: {(obj['last_payment_error'] or {}).get('message', '')}"
    if event_type in ("refund.created", "refund.failed", "refund.updated"):
        words = {"refund.created": "created", "refund.failed": "failed"}.get(event_type, obj["status"])
        return f"Refund of {display(obj['amount'], obj['currency'])} {words}"
    return _SENTENCES.get(event_type, "")
