"""What the parameters of a Checkout Session must satisfy together."""

import re
from decimal import Decimal
from typing import Any

from stripe_sandbox.errors import StripeError, invalid, unsupported
from stripe_sandbox.money import MAXIMUM, MINIMUM, amount_step, in_message
from stripe_sandbox.params.fields import Params
from stripe_sandbox.params.form import bracket_name
from stripe_sandbox.params.sessions import CreateSession, LineItem, PaymentIntentData, PriceData

HOUR = 3600


def refuse_unsupported(params: CreateSession) -> None:
    """Raise StripeError 400 for a parameter or a value that Stripe knows and the sandbox does not implement."""
    _refuse_untyped(params)
    features = (
        "automatic_tax",
        "invoice_creation",
        "managed_payments",
        "tax_id_collection",
        "phone_number_collection",
    )
    for name in features:
        feature = getattr(params, name)
        if feature is not None and feature.enabled:
            raise unsupported(f"{name}[enabled]")
    supported = {
        "mode": ("payment",),
        "ui_mode": (None, "hosted_page"),
        "customer_creation": (None, "if_required"),
    }
    for name, values in supported.items():
        if getattr(params, name) not in values:
            raise unsupported(name)
    if params.payment_intent_data is not None:
        _refuse_unsupported_data(params.payment_intent_data)


def _refuse_untyped(params: Params, location: tuple[int | str, ...] = ()) -> None:
    """Refuse the first parameter given whose model says `Any`: it exists at Stripe, but not here."""
    for name, info in type(params).model_fields.items():
        value, here = getattr(params, name), (*location, name)
        if info.annotation is Any and value is not None:
            raise unsupported(bracket_name(here))
        for place, item in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if isinstance(item, Params):
                _refuse_untyped(item, here if place is None else (*here, place))


def _refuse_unsupported_data(data: PaymentIntentData) -> None:
    for name in ("application_fee_amount", "on_behalf_of", "setup_future_usage"):
        if getattr(data, name) is not None:
            raise unsupported(f"payment_intent_data[{name}]")
    if data.capture_method == "manual":
        raise unsupported("payment_intent_data[capture_method]")


def check_items(params: CreateSession) -> str:
    """Check each item; returns the one currency that all of them must have."""
    items = params.line_items or []
    if not items:
        raise invalid("Missing required param: line_items.", "line_items", "parameter_missing")
    currencies = set()
    for place, item in enumerate(items):
        currencies.add(_check_item(item, f"line_items[{place}]"))
    if params.currency is not None:
        currencies.add(params.currency)
    if len(currencies) > 1:
        raise invalid(
            "Checkout does not support multiple currencies across line items. Each price or price_data must "
            "have the same currency.",
            "line_items",
        )
    return str(currencies.pop())


def _check_item(item: LineItem, name: str) -> str:
    if item.tax_rates:
        raise unsupported(f"{name}[tax_rates]")
    if item.price is not None:
        raise invalid(f"No such price: '{item.price}'", f"{name}[price]", "resource_missing")
    price = item.price_data
    if price is None:
        raise invalid(
            f"You must specify either `price` or `price_data` for `{name}`.", name, "parameter_missing"
        )
    if price.product is not None:
        raise invalid(
            f"No such product: '{price.product}'", f"{name}[price_data][product]", "resource_missing"
        )
    if price.product_data is None:
        raise invalid(
            f"You must specify either `product` or `product_data` when creating a price: {name}[price_data].",
            f"{name}[price_data]",
            "parameter_missing",
        )
    if item.quantity is None:
        message = f"Quantity is required. Add `quantity` to `{name}`"
        raise invalid(message, f"{name}[quantity]", "parameter_missing")
    if item.quantity < 1:
        message = "This value must be greater than or equal to 1."
        raise invalid(message, f"{name}[quantity]", "parameter_invalid_integer")
    if item.quantity > MAXIMUM:
        raise _too_large(f"{name}[quantity]")
    _check_amount(price, f"{name}[price_data]")
    return price.currency


def _check_amount(price: PriceData, name: str) -> None:
    unit_amount, decimal = price.unit_amount, price.unit_amount_decimal
    if (unit_amount is None) == (decimal is None):
        message = "You must specify exactly one of `unit_amount` and `unit_amount_decimal`."
        raise invalid(message, f"{name}[unit_amount]", "parameter_missing")
    field = f"{name}[unit_amount]" if decimal is None else f"{name}[unit_amount_decimal]"
    # Decimal() would also accept 1_000 or NaN.
    if decimal is not None and not re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)", decimal):
        raise invalid(f"Invalid decimal: {decimal}", field, "parameter_invalid_string")
    value = Decimal(unit_amount or 0) if decimal is None else Decimal(decimal)
    if value < 0:
        message = "This value must be greater than or equal to 0."
        raise invalid(message, field, "parameter_invalid_integer")
    if value > MAXIMUM:
        raise _too_large(field)
    places = value.as_tuple().exponent
    if isinstance(places, int) and places < -12:
        raise invalid("Only 12 decimal places are allowed.", field, "parameter_invalid_string")
    multiple = amount_step(price.currency)
    if multiple > 1 and value % multiple:
        message = f"Invalid amount: amounts in {price.currency} must be multiples of {multiple}."
        raise invalid(message, field, "parameter_invalid_integer")


def _too_large(param: str) -> StripeError:
    message = f"This value must be less than or equal to {MAXIMUM}."
    return invalid(message, param, "parameter_invalid_integer")


def check_expiry(expires_at: int | None, now: int) -> None:
    """Between 30 minutes and 24 hours from now. Raises StripeError 400."""
    if expires_at is None:
        return
    if expires_at < now + HOUR // 2:
        message = "The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation."
        raise invalid(message, "expires_at")
    if expires_at > now + 24 * HOUR:
        message = "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation."
        raise invalid(message, "expires_at")


def check_total(total: int, currency: str) -> None:
    """Stripe's minimum and maximum of a payment. Raises StripeError 400."""
    least = MINIMUM.get(currency, 50)
    if 0 < total < least:
        message = (
            f"The Checkout Session's total amount due must add up to at least {in_message(least, currency)}"
        )
        raise StripeError(400, message, code="amount_too_small")
    if total > MAXIMUM:
        message = f"The Checkout Session's total amount must be no more than {in_message(MAXIMUM, currency)}"
        raise StripeError(400, message, code="amount_too_large")
