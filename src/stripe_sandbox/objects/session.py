"""The Checkout Session object and its line items."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from stripe_sandbox.ids import new_id
from stripe_sandbox.params.sessions import CreateSession, CustomText, LineItem
from stripe_sandbox.store import Json

DEFAULT_CONFIGURATION = {"id": "pmc_1SandboxDefaultConfigurat", "parent": None}


def line_item_object(item: LineItem, currency: str, livemode: bool, now: int) -> Json:
    """An item whose `price_data` was checked before; amounts in minor units."""
    price = item.price_data
    if price is None or price.product_data is None:
        raise ValueError("line item without price_data")
    unit = Decimal(price.unit_amount_decimal or price.unit_amount or 0)
    quantity = item.quantity or 0
    amount = int((unit * quantity).quantize(Decimal(1), ROUND_HALF_UP))
    adjustable: Json | None = None
    if item.adjustable_quantity is not None:
        adjustable = item.adjustable_quantity.model_dump()
    return {
        "id": new_id("li"),
        "object": "item",
        "adjustable_quantity": adjustable,
        "amount_discount": 0,
        "amount_subtotal": amount,
        "amount_tax": 0,
        "amount_total": amount,
        "currency": currency,
        "description": price.product_data.name,
        "metadata": item.metadata,
        "price": {
            "id": new_id("price"),
            "object": "price",
            "active": False,
            "billing_scheme": "per_unit",
            "created": now,
            "currency": currency,
            "custom_unit_amount": None,
            "livemode": livemode,
            "lookup_key": None,
            "metadata": {},
            "nickname": None,
            "product": new_id("prod"),
            "recurring": None,
            "tax_behavior": price.tax_behavior or "unspecified",
            "tiers_mode": None,
            "transform_quantity": None,
            "type": "one_time",
            "unit_amount": int(unit) if unit == int(unit) else None,
            "unit_amount_decimal": format(unit.normalize(), "f"),
        },
        "quantity": quantity,
    }


def _custom_text(text: CustomText | None) -> Json:
    empty = dict.fromkeys(CustomText.model_fields)
    return empty if text is None else {**empty, **text.model_dump()}


def _options(params: CreateSession) -> Json:
    card: Json = {"request_three_d_secure": "automatic"}
    options: Json = {"card": card}
    if params.payment_method_options is not None:
        given: dict[str, Any] = params.payment_method_options.model_dump(exclude_none=True)
        card.update(given.pop("card", {}))
        options.update(given)
    return options


def _consent(params: CreateSession) -> Json | None:
    if params.consent_collection is None:
        return None
    return {"payment_method_reuse_agreement": None, **params.consent_collection.model_dump()}


def _unused_features() -> Json:
    """Properties of features that the sandbox does not implement, as Stripe sends them."""
    return {
        "after_expiration": None,
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "client_secret": None,
        "collected_information": {"business_name": None, "individual_name": None, "shipping_details": None},
        "consent": None,
        "currency_conversion": None,
        "custom_fields": [],
        "customer": None,
        "customer_account": None,
        "customer_details": None,
        "discounts": [],
        "invoice": None,
        "invoice_creation": {
            "enabled": False,
            "invoice_data": {
                "account_tax_ids": None,
                "custom_fields": None,
                "description": None,
                "footer": None,
                "issuer": None,
                "metadata": {},
                "rendering_options": None,
            },
        },
        "managed_payments": {"enabled": False},
        "payment_link": None,
        "permissions": None,
        "phone_number_collection": {"enabled": False},
        "recovered_from": None,
        "saved_payment_method_options": None,
        "setup_intent": None,
        "shipping_address_collection": None,
        "shipping_cost": None,
        "shipping_options": [],
        "subscription": None,
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
    }


def session_object(
    session_id: str,
    params: CreateSession,
    total: int,
    currency: str,
    methods: list[str],
    livemode: bool,
    now: int,
) -> Json:
    """A new open session; `total` in minor units, `url` is set by the caller."""
    pricing = params.adaptive_pricing
    obj: Json = {
        "id": session_id,
        "object": "checkout.session",
        **_unused_features(),
        "adaptive_pricing": {"enabled": bool(pricing and pricing.enabled)},
        "allow_promotion_codes": params.allow_promotion_codes,
        "allowed_payment_method_types": params.allowed_payment_method_types,
        "amount_subtotal": total,
        "amount_total": total,
        "billing_address_collection": params.billing_address_collection,
        "cancel_url": params.cancel_url,
        "client_reference_id": params.client_reference_id,
        "consent_collection": _consent(params),
        "created": now,
        "currency": currency,
        "custom_text": _custom_text(params.custom_text),
        "customer_creation": params.customer_creation or "if_required",
        "customer_email": params.customer_email,
        "expires_at": params.expires_at or now + 86400,
        "integration_identifier": params.integration_identifier,
        "livemode": livemode,
        "locale": params.locale,
        "metadata": params.metadata,
        "mode": "payment",
        "origin_context": params.origin_context,
        "payment_intent": None,
        "payment_method_collection": params.payment_method_collection or "if_required",
        "payment_method_configuration_details": DEFAULT_CONFIGURATION,
        "payment_method_options": _options(params),
        "payment_method_types": methods,
        "payment_status": "unpaid",
        "status": "open",
        "submit_type": params.submit_type,
        "success_url": params.success_url,
        "ui_mode": "hosted_page",
        "url": None,
        "wallet_options": params.wallet_options.model_dump(exclude_none=True)
        if params.wallet_options
        else None,
    }
    if params.excluded_payment_method_types is not None:
        obj["excluded_payment_method_types"] = params.excluded_payment_method_types
    return obj


def customer_details(email: str, name: str | None, country: str) -> Json:
    """What Checkout collected from the payer."""
    return {
        "address": address(country),
        "business_name": None,
        "email": email,
        "individual_name": None,
        "name": name,
        "phone": None,
        "tax_exempt": "none",
        "tax_ids": [],
    }


def address(country: str) -> Json:
    return {
        "city": None, "country": country, "line1": None, "line2": None, "postal_code": None, "state": None,
    }  # fmt: skip
