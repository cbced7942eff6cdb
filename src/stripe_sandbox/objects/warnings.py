"""The EarlyFraudWarning and the Review object."""

from stripe_sandbox.ids import new_id
from stripe_sandbox.store import Json


def early_fraud_warning_object(charge: Json, now: int) -> Json:
    """A warning that the card's bank sends; `actionable` until the charge is refunded or disputed."""
    return {
        "id": new_id("issfr"),
        "object": "radar.early_fraud_warning",
        "actionable": True,
        "charge": charge["id"],
        "created": now,
        "fraud_type": "unauthorized_use_of_card",
        "livemode": charge["livemode"],
        "payment_intent": charge["payment_intent"],
    }


def review_object(charge: Json, now: int) -> Json:
    """An open review, as a rule of Radar opens it."""
    return {
        "id": new_id("prv"),
        "object": "review",
        "billing_zip": None,
        "charge": charge["id"],
        "closed_reason": None,
        "created": now,
        "ip_address": "203.0.113.7",
        "ip_address_location": None,
        "livemode": charge["livemode"],
        "open": True,
        "opened_reason": "rule",
        "payment_intent": charge["payment_intent"],
        "reason": "rule",
        "session": None,
    }
