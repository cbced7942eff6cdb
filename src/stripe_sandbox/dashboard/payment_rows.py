"""The rows of the Payments tab: every attempt to pay."""

from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.store import Json, Record


def payment_rows(sandbox: Sandbox) -> list[Json]:
    """Every attempt to pay, newest first: charges, and PaymentIntents whose attempt made none."""
    rows = [(record.seq, _charge_row(record)) for record in sandbox.store.all("charge")]
    for record in sandbox.store.all("payment_intent"):
        error = record.obj["last_payment_error"]
        if record.obj["status"] in ("requires_action", "requires_payment_method", "canceled") and not (
            error and "charge" in error
        ):
            rows.append((record.seq, _intent_row(record, error)))
    return [row for _, row in sorted(rows, key=lambda pair: -pair[0])]


def _charge_row(record: Record) -> Json:
    obj = record.obj
    reason = ""
    if obj["status"] == "failed":
        outcome = obj["outcome"] or {}
        reason = f"{obj['failure_message']} ({outcome.get('reason') or obj['failure_code']})"
    return {
        "id": record.id,
        "intent": obj["payment_intent"],
        "session": record.extra["session"],
        "created": obj["created"],
        "amount": obj["amount"],
        "refunded": obj["amount_refunded"],
        "currency": obj["currency"],
        "status": obj["status"],
        "disputed": obj["disputed"],
        "method": obj["payment_method_details"]["type"],
        "last4": obj["payment_method_details"].get("card", {}).get("last4", ""),
        "email": obj["billing_details"]["email"],
        "reason": reason,
        "account": record.account,
        "refundable": obj["status"] == "succeeded" and obj["amount_refunded"] < obj["amount"],
    }


def _intent_row(record: Record, error: Json | None) -> Json:
    method = (error or {}).get("payment_method", {})
    return {
        "id": record.id,
        "intent": record.id,
        "session": record.extra["session"],
        "created": record.obj["created"],
        "amount": record.obj["amount"],
        "refunded": 0,
        "currency": record.obj["currency"],
        "status": record.obj["status"],
        "disputed": False,
        "method": method.get("type", ""),
        "last4": method.get("card", {}).get("last4", ""),
        "email": method.get("billing_details", {}).get("email") or "",
        "reason": f"{error['message']} ({error['code']})" if error else "",
        "account": record.account,
        "refundable": False,
    }
