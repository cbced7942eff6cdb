"""The PaymentIntent object and its `last_payment_error`."""

from stripe_sandbox.ids import new_id, random_text
from stripe_sandbox.objects.cards import ADVICE, MESSAGES, NETWORK_CODES, CardEntry
from stripe_sandbox.objects.session import DEFAULT_CONFIGURATION
from stripe_sandbox.store import Json


def intent_object(session: Json, data: Json, now: int) -> Json:
    """A new PaymentIntent of a session; `data` is the session's `payment_intent_data`."""
    intent_id = new_id("pi")
    card = {
        "installments": None,
        "mandate_options": None,
        "network": None,
        "request_three_d_secure": "automatic",
    }
    return {
        "id": intent_id,
        "object": "payment_intent",
        "allowed_payment_method_types": session["allowed_payment_method_types"],
        "amount": session["amount_total"],
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": None,
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": data.get("capture_method") or "automatic_async",
        "client_secret": f"{intent_id}_secret_{random_text(25)}",
        "confirmation_method": "automatic",
        "created": now,
        "currency": session["currency"],
        "customer": None,
        "customer_account": None,
        "description": data.get("description"),
        "excluded_payment_method_types": session.get("excluded_payment_method_types"),
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": session["livemode"],
        "managed_payments": {"enabled": False},
        "metadata": dict(data.get("metadata") or {}),
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_configuration_details": DEFAULT_CONFIGURATION,
        "payment_method_options": {"card": card},
        "payment_method_types": session["payment_method_types"],
        "payment_record": None,
        "processing": None,
        "receipt_email": data.get("receipt_email"),
        "review": None,
        "setup_future_usage": None,
        "shipping": data.get("shipping"),
        "source": None,
        "statement_descriptor": data.get("statement_descriptor"),
        "statement_descriptor_suffix": data.get("statement_descriptor_suffix"),
        "status": "requires_payment_method",
        "transfer_data": None,
        "transfer_group": data.get("transfer_group"),
    }


def decline_error(entry: CardEntry, charge_id: str, method: Json) -> Json:
    """`last_payment_error` of a declined card."""
    code, reason = entry.card.code or "card_declined", entry.card.decline_code or "generic_decline"
    error: Json = {
        "charge": charge_id,
        "code": code,
        "doc_url": "https://stripe.com/docs/error-codes/" + code.replace("_", "-"),
        "message": MESSAGES[reason],
        "payment_method": method,
        "type": "card_error",
    }
    # Stripe adds a decline code only where the error code is the general one.
    if code == "card_declined":
        error["decline_code"] = reason
    if reason in ADVICE:
        error["advice_code"] = ADVICE[reason]
    if reason in NETWORK_CODES:
        error["network_decline_code"] = NETWORK_CODES[reason]
    return error


def other_error(code: str, message: str, method: Json) -> Json:
    """`last_payment_error` without a charge: authentication failed, or the payment failed on the bank's page."""
    return {
        "code": code,
        "doc_url": "https://stripe.com/docs/error-codes/" + code.replace("_", "-"),
        "message": message,
        "payment_method": method,
        "type": "invalid_request_error" if code.startswith("payment_intent") else "card_error",
    }
