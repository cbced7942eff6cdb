"""The Refund object."""

from stripe_sandbox.ids import new_id
from stripe_sandbox.store import Json


def refund_object(charge: Json, amount: int, reason: str | None, metadata: dict[str, str], now: int) -> Json:
    """A refund; the fields of its status are added by the caller."""
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
