"""The payments of an account, one for each PaymentIntent, as the list and the payment's page show them."""

from stripe_sandbox.accounts import Scope
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.store import Json, Record

STATUSES = {
    "succeeded": "Succeeded",
    "partly_refunded": "Partial refund",
    "refunded": "Refunded",
    "disputed": "Disputed",
    "failed": "Failed",
    "processing": "Processing",
    "incomplete": "Incomplete",
    "canceled": "Canceled",
}

FILTERS = {
    "": "All",
    "succeeded": "Succeeded",
    "refunded": "Refunded",
    "disputed": "Disputed",
    "failed": "Failed",
    "processing": "Processing",
    "incomplete": "Incomplete",
    "canceled": "Canceled",
}


def payment_rows(sandbox: Sandbox, scope: Scope) -> list[Json]:
    """Every payment, newest first."""
    return [payment_row(sandbox, intent) for intent in sandbox.of("payment_intent", scope)]


def payment_row(sandbox: Sandbox, intent: Record) -> Json:
    """One payment; amounts in minor units, `status` is a key of STATUSES."""
    obj = intent.obj
    error = obj["last_payment_error"] or {}
    charge = sandbox.store.find("charge", obj["latest_charge"] or error.get("charge", ""))
    session = sandbox.store.find("session", intent.extra.get("session") or "")
    details = (session.obj["customer_details"] if session else None) or {}
    method = charge.obj["payment_method_details"] if charge else error.get("payment_method") or {}
    return {
        "id": intent.id,
        "charge": charge.id if charge else "",
        "session": session.id if session else "",
        "created": intent.created,
        "amount": obj["amount"],
        "refunded": charge.obj["amount_refunded"] if charge else 0,
        "currency": obj["currency"],
        "status": _status(obj, charge.obj if charge else None),
        "reason": _reason(error, charge.obj if charge else None),
        "method": method.get("type", ""),
        "last4": method.get("card", {}).get("last4", ""),
        "brand": method.get("card", {}).get("brand", ""),
        "description": obj["description"] or (session.obj["client_reference_id"] if session else "") or "",
        "email": details.get("email") or _email(charge, error),
        "refundable": _refundable(charge.obj if charge else None),
    }


def _email(charge: Record | None, error: Json) -> str:
    billing = (
        charge.obj["billing_details"] if charge else error.get("payment_method", {}).get("billing_details")
    )
    return (billing or {}).get("email") or ""


def _status(intent: Json, charge: Json | None) -> str:
    if intent["status"] == "succeeded" and charge is not None:
        if charge["disputed"]:
            return "disputed"
        if charge["refunded"]:
            return "refunded"
        return "partly_refunded" if charge["amount_refunded"] else "succeeded"
    if intent["status"] in ("succeeded", "processing", "canceled"):
        return str(intent["status"])
    return "failed" if intent["last_payment_error"] else "incomplete"


def _reason(error: Json, charge: Json | None) -> str:
    """Why the last try failed: Stripe's sentence and its code."""
    if not error:
        return ""
    outcome = (charge or {}).get("outcome") or {}
    return f"{error['message']} ({outcome.get('reason') or error.get('decline_code') or error['code']})"


def _refundable(charge: Json | None) -> bool:
    return bool(
        charge
        and charge["status"] == "succeeded"
        and not charge["disputed"]
        and charge["amount_refunded"] < charge["amount"]
    )


def matches(row: Json, wanted: str) -> bool:
    """Whether a payment is listed under a filter of FILTERS."""
    if wanted == "refunded":
        return row["status"] in ("refunded", "partly_refunded")
    return not wanted or row["status"] == wanted


def related(sandbox: Sandbox, intent: Record, kind: str) -> list[Record]:
    """Charges, refunds or disputes of a payment, oldest first."""
    return [record for record in sandbox.store.all(kind) if record.obj.get("payment_intent") == intent.id]


def balance_rows(sandbox: Sandbox, intent: Record) -> list[Json]:
    """The balance transactions of a payment, oldest first; amounts in minor units."""
    sources = {intent.id} | {
        record.id for kind in ("charge", "refund", "dispute") for record in related(sandbox, intent, kind)
    }
    return [
        dict(record.obj)
        for record in sandbox.store.all("balance_transaction")
        if record.obj["source"] in sources
    ]
