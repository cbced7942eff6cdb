"""PaymentIntent, PaymentMethod and Charge."""

import hashlib
from dataclasses import dataclass

from stripe_sandbox.cards import ADVICE, MESSAGES, NETWORK_CODES, CardEntry
from stripe_sandbox.ids import new_id, random_text
from stripe_sandbox.objects.session import PMC, address
from stripe_sandbox.store import Json


@dataclass(frozen=True)
class Payer:
    """Who pays and how; `entry` only for cards."""

    email: str
    name: str | None
    country: str
    method: str
    entry: CardEntry | None = None


def intent_object(session: Json, data: Json, now: int) -> Json:
    """A fresh PaymentIntent of a session; `data` is the session's `payment_intent_data`."""
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
        "payment_method_configuration_details": PMC,
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


def billing_details(payer: Payer) -> Json:
    return {
        "address": address(payer.country),
        "email": payer.email,
        "name": payer.name,
        "phone": None,
        "tax_id": None,
    }


def _checks(entry: CardEntry) -> Json:
    return {
        "address_line1_check": entry.card.line1_check,
        "address_postal_code_check": entry.card.postal_check,
        "cvc_check": entry.card.cvc_check,
    }


def _common_card(entry: CardEntry) -> Json:
    return {
        "brand": entry.brand,
        "checks": _checks(entry),
        "country": entry.card.country,
        "exp_month": entry.exp_month,
        "exp_year": entry.exp_year,
        # The same number always has the same fingerprint, as at Stripe.
        "fingerprint": hashlib.sha256(entry.number.encode()).hexdigest()[:16],
        "funding": entry.card.funding,
        "last4": entry.number[-4:],
        "regulated_status": "unregulated",
        "wallet": None,
    }


def method_object(payer: Payer, livemode: bool, now: int) -> Json:
    """The PaymentMethod of one attempt."""
    obj: Json = {
        "id": new_id("pm"),
        "object": "payment_method",
        "allow_redisplay": "limited",
        "billing_details": billing_details(payer),
        "created": now,
        "customer": None,
        "customer_account": None,
        "livemode": livemode,
        "metadata": {},
        "type": payer.method,
    }
    if payer.entry is not None:
        obj["card"] = {
            **_common_card(payer.entry),
            "display_brand": payer.entry.brand,
            "generated_from": None,
            "networks": {"available": [payer.entry.brand], "preferred": None},
            "three_d_secure_usage": {"supported": True},
        }
    elif payer.method == "fpx":
        obj["fpx"] = {"account_holder_type": "individual", "bank": "maybank2u"}
    else:
        obj[payer.method] = {}
    return obj


def _method_details(payer: Payer, amount: int, authenticated: bool, now: int) -> Json:
    if payer.entry is not None:
        return {"card": _charged_card(payer.entry, amount, authenticated), "type": "card"}
    if payer.method == "fpx":
        fpx = {"account_holder_type": "individual", "bank": "maybank2u", "transaction_id": f"{now}0001"}
        return {"fpx": fpx, "type": "fpx"}
    if payer.method == "grabpay":
        return {"grabpay": {"transaction_id": random_text(16)}, "type": "grabpay"}
    return {payer.method: {}, "type": payer.method}


def _charged_card(entry: CardEntry, amount: int, authenticated: bool) -> Json:
    return {
        **_common_card(entry),
        "amount_authorized": amount,
        "authorization_code": "123456",
        "electronic_commerce_indicator": "05" if authenticated else None,
        "extended_authorization": {"status": "disabled"},
        "incremental_authorization": {"status": "unavailable"},
        "installments": None,
        "mandate": None,
        "multicapture": {"status": "unavailable"},
        "network": entry.brand,
        "network_token": {"used": False},
        "network_transaction_id": "123456789012345",
        "overcapture": {"maximum_amount_capturable": amount, "status": "unavailable"},
        "three_d_secure": _three_d_secure(authenticated),
        "transaction_link_id": None,
    }


def _three_d_secure(authenticated: bool) -> Json | None:
    if not authenticated:
        return None
    return {
        "authentication_flow": "challenge",
        "electronic_commerce_indicator": "05",
        "exemption_indicator": None,
        "result": "authenticated",
        "result_reason": None,
        "transaction_id": "f3a2c1d0-0000-4000-8000-000000000000",
        "version": "2.2.0",
    }


def charge_object(
    intent: Json, method: Json, payer: Payer, descriptor: str, authenticated: bool, now: int
) -> Json:
    """A charge of this attempt, still `pending`; `succeed`, `fail` finish it."""
    amount = intent["amount"]
    return {
        "id": new_id("ch"),
        "object": "charge",
        "amount": amount,
        "amount_captured": 0,
        "amount_refunded": 0,
        "application": None,
        "application_fee": None,
        "application_fee_amount": None,
        "balance_transaction": None,
        "billing_details": billing_details(payer),
        "calculated_statement_descriptor": intent["statement_descriptor"] or descriptor,
        "captured": False,
        "created": now,
        "currency": intent["currency"],
        "customer": None,
        "description": intent["description"],
        "disputed": False,
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "fraud_details": {},
        "livemode": intent["livemode"],
        "metadata": dict(intent["metadata"]),
        "on_behalf_of": None,
        "outcome": None,
        "paid": False,
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": _method_details(payer, amount, authenticated, now),
        "radar_options": {},
        "receipt_email": intent["receipt_email"],
        "receipt_number": None,
        "receipt_url": None,
        "refunded": False,
        "review": None,
        "shipping": intent["shipping"],
        "source": None,
        "source_transfer": None,
        "statement_descriptor": intent["statement_descriptor"],
        "statement_descriptor_suffix": intent["statement_descriptor_suffix"],
        "status": "pending",
        "transfer_data": None,
        "transfer_group": intent["transfer_group"],
    }


_RISK_SCORE = {"normal": 21, "elevated": 66, "highest": 88}


def authorized_outcome(payer: Payer) -> Json:
    outcome: Json = {
        "advice_code": None,
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": "approved_by_network",
        "reason": None,
        "risk_level": "not_assessed",
        "seller_message": "Payment complete.",
        "type": "authorized",
    }
    if payer.entry is not None:
        risk = payer.entry.card.risk
        outcome |= {"risk_level": risk, "risk_score": _RISK_SCORE[risk]}
        if risk == "elevated":
            outcome |= {"reason": "elevated_risk_level", "type": "manual_review"}
            outcome["seller_message"] = (
                "Stripe evaluated this payment as having elevated risk, and placed it in your manual review queue."
            )
    return outcome


def declined_outcome(entry: CardEntry) -> Json:
    """The outcome of a refused card charge: by the bank, or by Radar before it got there."""
    reason, risk = entry.card.decline_code or "generic_decline", entry.card.risk
    outcome: Json = {
        "advice_code": ADVICE.get(reason),
        "network_advice_code": None,
        "network_decline_code": NETWORK_CODES.get(reason),
        "network_status": "declined_by_network",
        "reason": reason,
        "risk_level": risk,
        "risk_score": _RISK_SCORE[risk],
        "seller_message": f"The bank returned the decline code `{reason}`.",
        "type": "issuer_declined",
    }
    if entry.card.blocked:
        outcome |= {
            "advice_code": None,
            "network_decline_code": None,
            "network_status": "not_sent_to_network",
            "reason": "highest_risk_level",
            "seller_message": "Stripe blocked this payment as too risky.",
            "type": "blocked",
        }
    return outcome


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
    # Stripe repeats the reason as a decline code only where it says more than the code does.
    if code == "card_declined":
        error["decline_code"] = reason
    if reason in ADVICE:
        error["advice_code"] = ADVICE[reason]
    if reason in NETWORK_CODES:
        error["network_decline_code"] = NETWORK_CODES[reason]
    return error


def other_error(code: str, message: str, method: Json) -> Json:
    """`last_payment_error` without a charge: authentication failed, the bank's page was left."""
    return {
        "code": code,
        "doc_url": "https://stripe.com/docs/error-codes/" + code.replace("_", "-"),
        "message": message,
        "payment_method": method,
        "type": "invalid_request_error" if code.startswith("payment_intent") else "card_error",
    }
