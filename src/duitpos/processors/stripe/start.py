"""Create a checkout session (docs/money-path.md: M2, M10, M30).

Only the pinned request determines the parameters, so that a retry sends exactly the same.
"""

from __future__ import annotations

import re
from typing import Any

import stripe

from duitpos.kit.clean_text import whole
from duitpos.kit.money import Money
from duitpos.processors.capabilities import LineLimits
from duitpos.processors.errors import Failure, OwnCode
from duitpos.processors.references import References
from duitpos.processors.start import CheckoutRequest, LineItem, Redirect, Started
from duitpos.processors.stripe.amounts import AmountNotExact, to_stripe
from duitpos.processors.stripe.errors import stripe_error, translated
from duitpos.processors.stripe.snapshots import ADDRESS, Incomplete, metadata_of, own_id, time_of

LOCALES = frozenset(
    "bg cs da de el en en-GB es es-419 et fi fil fr fr-CA hi-IN hr hu id it ja ko lt lv ms mt nb nl pl pt pt-BR ro ru"
    " sk sl sv th tr vi zh zh-HK zh-TW".split()
)
LINES = LineLimits(most=100, name_length=250, description_length=500)
"""Limits of a session in payment mode (API reference, `line_items`); the page shows so much of a product's text."""
_TO_STRIPE = {"hi": "hi-IN", "zh-hans": "zh", "zh-hant": "zh-TW", "tl": "fil", "no": "nb"}


def start_session(client: stripe.StripeClient, request: CheckoutRequest, key: str) -> Started:
    """Create the session. Raises ProcessorError; REFUSED also for amounts that Stripe cannot charge exactly."""
    params: Any = session_params(request)
    options: Any = {"idempotency_key": key}
    if request.api_version:
        options["stripe_version"] = request.api_version
    with translated():
        session = client.v1.checkout.sessions.create(params=params, options=options).to_dict()
        address, live = whole(session.get("url"), ADDRESS), session.get("livemode")
        ends = time_of(session.get("expires_at"))
        if ends is None or not isinstance(live, bool):
            raise Incomplete("expires_at, livemode")
        return Started(
            references=References(own_id(session)),
            next_step=Redirect(address) if address else None,
            expires_at=ends,
            is_live=live,
        )


def session_params(request: CheckoutRequest) -> dict[str, Any]:
    """The parameters. No `payment_method_types` (removed 2026-09-30), no promotion codes, no automatic tax."""
    metadata = metadata_of(request.correlation)
    params = {
        "mode": "payment",
        "client_reference_id": request.correlation.payment,
        "line_items": _line_items(request),
        # A request pinned before migration 0015 has a placeholder, and a retry must send the same as before.
        "success_url": request.return_url.replace("{REFERENCE}", "{CHECKOUT_SESSION_ID}"),
        "cancel_url": request.cancel_url,
        "expires_at": request.expires_at,
        "adaptive_pricing": {"enabled": False},
        "metadata": metadata,
        # Stripe does not copy the session's metadata; this one goes to the intent and the charge.
        "payment_intent_data": {"description": request.description[:1000], "metadata": metadata},
    }
    locale = stripe_locale(request.locale)
    return {**params, "locale": locale} if locale else params


def stripe_locale(language: str) -> str:
    """Stripe's locale for our language; empty when it has none: then Stripe uses the browser's language."""
    wanted = re.sub("_", "-", language)
    named = _TO_STRIPE.get(wanted.lower(), wanted)
    by_lower = {locale.lower(): locale for locale in LOCALES}
    return by_lower.get(named.lower()) or by_lower.get(named.lower().partition("-")[0], "")


def _line_items(request: CheckoutRequest) -> list[dict[str, Any]]:
    try:
        lines = [_line_item(line, request.currency) for line in request.lines]
        total = to_stripe(Money(request.amount_minor, request.currency))
    except AmountNotExact as error:
        raise stripe_error(
            Failure.REFUSED, OwnCode.AMOUNT_NOT_EXACT, about={"currency": error.currency}
        ) from error
    lines_total = sum(line["price_data"]["unit_amount"] * line["quantity"] for line in lines)
    if lines_total != total or not 0 < len(lines) <= LINES.most:
        raise stripe_error(Failure.REFUSED, OwnCode.LINES_DO_NOT_ADD_UP)
    return lines


def _line_item(line: LineItem, currency: str) -> dict[str, Any]:
    product = {"name": line.name}
    if line.description:
        product["description"] = line.description
    amount = to_stripe(Money(line.unit_minor, currency))
    return {
        "quantity": line.quantity,
        "price_data": {"currency": currency.lower(), "unit_amount": amount, "product_data": product},
    }
