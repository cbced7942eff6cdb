"""Checkout Sessions: create, expire, and what their parameters must satisfy together."""

import re
from decimal import Decimal
from typing import Any

from stripe_sandbox.accounts import Caller, Scope
from stripe_sandbox.actions.events import emit
from stripe_sandbox.errors import StripeError, invalid, unsupported
from stripe_sandbox.ids import session_id
from stripe_sandbox.money import MAXIMUM, MINIMUM, in_message, step
from stripe_sandbox.objects.session import line_item_object, session_object
from stripe_sandbox.params.fields import Params
from stripe_sandbox.params.form import bracket_name
from stripe_sandbox.params.sessions import CreateSession, LineItem, PaymentIntentData, PriceData
from stripe_sandbox.sandbox import Sandbox, scope_of
from stripe_sandbox.store import Json, Record

HOUR = 3600

# Which of the sandbox's methods take which currencies; None = all.
METHOD_CURRENCIES: dict[str, set[str] | None] = {
    "card": None,
    "fpx": {"myr"},
    "grabpay": {"myr", "sgd"},
    "customer_balance": None,
}


def create_session(sandbox: Sandbox, caller: Caller, params: CreateSession, base_url: str) -> Record:
    """An open hosted session; its expiry is planned. Raises StripeError 400."""
    _refuse_unbuilt(params)
    now = sandbox.clock.now()
    currency = _check_items(params)
    if params.success_url is None:
        raise invalid("Missing required param: success_url.", "success_url", "parameter_missing")
    _check_expiry(params.expires_at, now)
    live = caller.scope.livemode
    items = [line_item_object(item, currency, live, now) for item in params.line_items or []]
    total = sum(item["amount_total"] for item in items)
    _check_total(total, currency)
    methods = _methods(sandbox, caller.scope, params, currency)
    obj = session_object(session_id(live), params, total, currency, methods, live, now)
    obj["url"] = f"{sandbox.public_url or base_url}/c/pay/{obj['id']}"
    data = params.payment_intent_data.model_dump() if params.payment_intent_data else {}
    record = sandbox.add("session", caller.scope, obj, items=items, intent_data=data)
    sandbox.timers.add("expire_session", obj["expires_at"], session=obj["id"])
    return record


def _refuse_unbuilt(params: CreateSession) -> None:
    _refuse_any(params)
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
    built = {
        "mode": ("payment",),
        "ui_mode": (None, "hosted_page"),
        "customer_creation": (None, "if_required"),
    }
    for name, values in built.items():
        if getattr(params, name) not in values:
            raise unsupported(name)
    if params.payment_intent_data is not None:
        _refuse_unbuilt_data(params.payment_intent_data)


def _refuse_any(params: Params, location: tuple[int | str, ...] = ()) -> None:
    """What a parameter model types `Any` is known to Stripe, but not built; the first one given is named."""
    for name, info in type(params).model_fields.items():
        value, here = getattr(params, name), (*location, name)
        if info.annotation is Any and value is not None:
            raise unsupported(bracket_name(here))
        for place, item in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if isinstance(item, Params):
                _refuse_any(item, here if place is None else (*here, place))


def _refuse_unbuilt_data(data: PaymentIntentData) -> None:
    for name in ("application_fee_amount", "on_behalf_of", "setup_future_usage"):
        if getattr(data, name) is not None:
            raise unsupported(f"payment_intent_data[{name}]")
    if data.capture_method == "manual":
        raise unsupported("payment_intent_data[capture_method]")


def _check_items(params: CreateSession) -> str:
    """Each item for itself and all in one currency, which is the answer."""
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
        raise _too_much(f"{name}[quantity]")
    _check_amount(price, f"{name}[price_data]")
    return price.currency


def _check_amount(price: PriceData, name: str) -> None:
    unit_amount, decimal = price.unit_amount, price.unit_amount_decimal
    if (unit_amount is None) == (decimal is None):
        message = "You must specify exactly one of `unit_amount` and `unit_amount_decimal`."
        raise invalid(message, f"{name}[unit_amount]", "parameter_missing")
    field = f"{name}[unit_amount]" if decimal is None else f"{name}[unit_amount_decimal]"
    # Decimal itself would take 1_000, NaN and the like.
    if decimal is not None and not re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)", decimal):
        raise invalid(f"Invalid decimal: {decimal}", field, "parameter_invalid_string")
    value = Decimal(unit_amount or 0) if decimal is None else Decimal(decimal)
    if value < 0:
        message = "This value must be greater than or equal to 0."
        raise invalid(message, field, "parameter_invalid_integer")
    if value > MAXIMUM:
        raise _too_much(field)
    places = value.as_tuple().exponent
    if isinstance(places, int) and places < -12:
        raise invalid("Only 12 decimal places are allowed.", field, "parameter_invalid_string")
    multiple = step(price.currency)
    if multiple > 1 and value % multiple:
        message = f"Invalid amount: amounts in {price.currency} must be multiples of {multiple}."
        raise invalid(message, field, "parameter_invalid_integer")


def _too_much(param: str) -> StripeError:
    message = f"This value must be less than or equal to {MAXIMUM}."
    return invalid(message, param, "parameter_invalid_integer")


def _check_expiry(expires_at: int | None, now: int) -> None:
    if expires_at is None:
        return
    if expires_at < now + HOUR // 2:
        message = "The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation."
        raise invalid(message, "expires_at")
    if expires_at > now + 24 * HOUR:
        message = "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation."
        raise invalid(message, "expires_at")


def _check_total(total: int, currency: str) -> None:
    least = MINIMUM.get(currency, 50)
    if 0 < total < least:
        message = (
            f"The Checkout Session's total amount due must add up to at least {in_message(least, currency)}"
        )
        raise StripeError(400, message, code="amount_too_small")
    if total > MAXIMUM:
        message = f"The Checkout Session's total amount must be no more than {in_message(MAXIMUM, currency)}"
        raise StripeError(400, message, code="amount_too_large")


def _methods(sandbox: Sandbox, scope: Scope, params: CreateSession, currency: str) -> list[str]:
    """The account's methods that take this currency, narrowed by the allow and exclude lists."""
    found = []
    for method in sandbox.accounts.get(scope.account).extra["payment_methods"]:
        currencies = METHOD_CURRENCIES.get(method)
        if currencies is not None and currency not in currencies:
            continue
        allowed = params.allowed_payment_method_types
        if allowed is not None and method not in allowed:
            continue
        if method not in (params.excluded_payment_method_types or []):
            found.append(str(method))
    if not found:
        message = "No valid payment method types for this Checkout Session."
        raise invalid(message, "allowed_payment_method_types")
    return found


def expire_session(sandbox: Sandbox, record: Record, request: Json | None = None) -> None:
    """Open → expired, with its event; a PaymentIntent left from a failed try is canceled.

    Raises StripeError 400 when it is not open any more.
    """
    status = record.obj["status"]
    if status != "open":
        message = (
            'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a '
            f"status of `{status}`."
        )
        raise StripeError(400, message, executed=True)
    record.obj["status"], record.obj["url"] = "expired", None
    sandbox.store.save(record)
    scope = scope_of(record)
    intent = sandbox.get("payment_intent", scope, record.obj["payment_intent"] or "")
    if intent is not None and intent.obj["status"] not in ("succeeded", "canceled"):
        intent.obj |= {
            "status": "canceled",
            "canceled_at": sandbox.clock.now(),
            "cancellation_reason": "automatic",
            "next_action": None,
        }
        sandbox.store.save(intent)
        emit(sandbox, scope, "payment_intent.canceled", intent.obj, request=request)
    emit(sandbox, scope, "checkout.session.expired", record.obj, request=request)


def expire_by_timer(sandbox: Sandbox, session: str) -> None:
    """The planned expiry; nothing when the session was paid or expired before."""
    record = sandbox.store.find("session", session)
    if record is not None and record.obj["status"] == "open":
        expire_session(sandbox, record)
