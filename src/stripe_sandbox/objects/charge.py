"""The Charge object and its outcome."""

from stripe_sandbox.ids import new_id, random_text
from stripe_sandbox.objects.cards import ADVICE, NETWORK_CODES, CardEntry
from stripe_sandbox.objects.payment_method import Payer, billing_details, card_properties
from stripe_sandbox.store import Json


def _method_details(payer: Payer, amount: int, authenticated: bool, now: int) -> Json:
    if payer.entry is not None:
        return {"card": _charged_card(payer.entry, amount, authenticated), "type": "card"}
    if payer.method == "fpx":
        fpx = {"account_holder_type": "individual", "bank": payer.bank, "transaction_id": f"{now}0001"}
        return {"fpx": fpx, "type": "fpx"}
    if payer.method == "grabpay":
        return {"grabpay": {"transaction_id": random_text(16)}, "type": "grabpay"}
    return {payer.method: {}, "type": payer.method}


def _charged_card(entry: CardEntry, amount: int, authenticated: bool) -> Json:
    return {
        **card_properties(entry),
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
    """A charge of this attempt, still `pending`; it succeeds or fails afterwards."""
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
