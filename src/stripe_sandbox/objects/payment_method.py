"""The PaymentMethod object, and the payer it belongs to."""

import hashlib
from dataclasses import dataclass

from stripe_sandbox.ids import new_id
from stripe_sandbox.objects.cards import CardEntry
from stripe_sandbox.objects.fpx import USUAL_BANK
from stripe_sandbox.objects.session import address
from stripe_sandbox.store import Json


@dataclass(frozen=True)
class Payer:
    """Who pays and how; `entry` only for cards, `bank` only for FPX."""

    email: str
    name: str | None
    country: str
    method: str
    entry: CardEntry | None = None
    bank: str = USUAL_BANK


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


def card_properties(entry: CardEntry) -> Json:
    """The card properties that a PaymentMethod and a Charge share."""
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
            **card_properties(payer.entry),
            "display_brand": payer.entry.brand,
            "generated_from": None,
            "networks": {"available": [payer.entry.brand], "preferred": None},
            "three_d_secure_usage": {"supported": True},
        }
    elif payer.method == "fpx":
        obj["fpx"] = {"account_holder_type": "individual", "bank": payer.bank}
    else:
        obj[payer.method] = {}
    return obj
