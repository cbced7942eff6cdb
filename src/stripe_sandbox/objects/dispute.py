"""The Dispute object."""

from stripe_sandbox.ids import new_id
from stripe_sandbox.store import Json

DAY = 86400


def dispute_object(charge: Json, reason: str, now: int) -> Json:
    """A new dispute of the whole charge; reason `inquiry` is one that has not withdrawn money yet."""
    inquiry = reason == "inquiry"
    network = charge["payment_method_details"].get("card", {}).get("brand", "visa")
    return {
        "id": new_id("du"),
        "object": "dispute",
        "amount": charge["amount"],
        "balance_transactions": [],
        "charge": charge["id"],
        "created": now,
        "currency": charge["currency"],
        "enhanced_eligibility_types": [],
        "evidence": {},
        "evidence_details": {
            "due_by": now + 9 * DAY,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
            "submission_method": "not_submitted",
        },
        "intended_submission_method": None,
        "is_charge_refundable": inquiry,
        "livemode": charge["livemode"],
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "payment_method_details": {
            "card": {
                "brand": network,
                "case_type": "inquiry" if inquiry else "chargeback",
                "network": network,
                "network_reason_code": "10.4",
            },
            "type": "card",
        },
        "reason": "fraudulent" if inquiry else reason,
        "status": "warning_needs_response" if inquiry else "needs_response",
    }
