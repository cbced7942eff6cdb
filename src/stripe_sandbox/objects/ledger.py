"""Refund, BalanceTransaction and Dispute."""

from decimal import ROUND_HALF_UP, Decimal

from stripe_sandbox.ids import new_id
from stripe_sandbox.store import Json

DAY = 86400


def fee_of(amount: int, currency: str) -> int:
    """What Stripe keeps of a charge: 3 % and RM 1, the Malaysian card fee; other currencies 3 %."""
    share = (Decimal(amount) * 3 / 100).quantize(Decimal(1), ROUND_HALF_UP)
    return int(share) + (100 if currency == "myr" else 0)


def balance_transaction_object(
    source: str, amount: int, currency: str, kind: str, now: int, available_now: bool = False
) -> Json:
    """Money on the account's balance; `kind` is charge, refund, refund_failure or adjustment (a dispute)."""
    fee = fee_of(amount, currency) if kind == "charge" else 0
    details: list[Json] = []
    if fee:
        details.append(
            {
                "amount": fee,
                "application": None,
                "currency": currency,
                "description": "Stripe processing fees",
                "type": "stripe_fee",
            }
        )
    return {
        "id": new_id("txn"),
        "object": "balance_transaction",
        "amount": amount,
        "available_on": now if available_now else now + 7 * DAY,
        "balance_type": "payments",
        "created": now,
        "currency": currency,
        "description": None,
        "exchange_rate": None,
        "fee": fee,
        "fee_details": details,
        "net": amount - fee,
        "reporting_category": {"adjustment": "dispute"}.get(kind, kind),
        "source": source,
        "status": "available" if available_now else "pending",
        "type": kind,
    }


def refund_object(charge: Json, amount: int, reason: str | None, metadata: dict[str, str], now: int) -> Json:
    """A refund, still without its state's own fields."""
    obj: Json = {
        "id": new_id("re"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": charge["id"],
        "created": now,
        "currency": charge["currency"],
        "customer": None,
        "customer_account": None,
        "metadata": metadata,
        "payment_intent": charge["payment_intent"],
        "payment_method": charge["payment_method"],
        "reason": reason,
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "succeeded",
        "transfer_reversal": None,
    }
    kind = charge["payment_method_details"]["type"]
    if kind == "card":
        reference = "acquirer_reference_number"
        card = {"reference_status": "pending", "reference_type": reference, "type": "refund"}
        obj["destination_details"] = {"card": card, "type": "card"}
    elif kind == "grabpay":
        obj["destination_details"] = {"grabpay": {}, "type": "grabpay"}
    return obj


def dispute_object(charge: Json, reason: str, now: int) -> Json:
    """A fresh dispute of the whole charge; reason `inquiry` is a dispute that has not pulled money yet."""
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
