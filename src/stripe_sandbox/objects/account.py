"""The Account object."""

from stripe_sandbox.store import Json


def nothing_due() -> Json:
    """`requirements` of an account of which Stripe wants to know nothing more."""
    return {
        "alternatives": [],
        "current_deadline": None,
        "currently_due": [],
        "disabled_reason": None,
        "errors": [],
        "eventually_due": [],
        "past_due": [],
        "pending_verification": [],
    }


def account_object(account_id: str, name: str, country: str, currency: str, now: int) -> Json:
    """A Stripe account in good standing; `currency` in lower case."""
    no_kana = {"statement_descriptor_prefix_kana": None, "statement_descriptor_prefix_kanji": None}
    return {
        "id": account_id,
        "object": "account",
        "business_profile": {
            "mcc": "5812",
            "minority_owned_business_designation": None,
            "name": name,
            "product_description": None,
            "specified_commercial_transactions_act_url": None,
            "support_address": None,
            "support_email": None,
            "support_phone": None,
            "support_url": None,
            "url": None,
        },
        "business_type": "company",
        "capabilities": {
            "card_payments": "active",
            "fpx_payments": "active",
            "grabpay_payments": "active",
            "link_payments": "active",
            "transfers": "active",
        },
        "charges_enabled": True,
        "country": country,
        "created": now,
        "default_currency": currency,
        "details_submitted": True,
        "email": "owner@example.com",
        "future_requirements": nothing_due(),
        "payouts_enabled": True,
        "requirements": nothing_due(),
        "settings": {
            "branding": {"icon": None, "logo": None, "primary_color": None, "secondary_color": None},
            "card_payments": {
                "decline_on": {"avs_failure": False, "cvc_failure": False},
                "statement_descriptor_prefix": None,
                **no_kana,
            },
            "dashboard": {"display_name": name, "timezone": "Asia/Kuala_Lumpur"},
            "payments": {
                "statement_descriptor": name.upper()[:22],
                "statement_descriptor_kana": None,
                "statement_descriptor_kanji": None,
                **no_kana,
            },
        },
        "type": "standard",
    }
