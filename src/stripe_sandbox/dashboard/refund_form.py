"""Refund a payment: all of it or a part, with a reason."""

from decimal import Decimal, InvalidOperation

from starlette.responses import Response

from stripe_sandbox.actions.refunds import create_refund
from stripe_sandbox.dashboard.context import Context, Routes
from stripe_sandbox.dashboard.payments import payment_row
from stripe_sandbox.errors import ControlError, StripeError
from stripe_sandbox.money import decimal_text, decimals
from stripe_sandbox.params.refunds import CreateRefund
from stripe_sandbox.sandbox import scope_of
from stripe_sandbox.store import Record

# Above any amount that can be charged, in minor units.
LARGEST = 10**11

REASONS = {
    "requested_by_customer": "Requested by customer",
    "duplicate": "Duplicate",
    "fraudulent": "Fraudulent",
}


def _form(context: Context, intent: Record, amount: str, reason: str, error: str = "") -> Response:
    row = payment_row(context.sandbox, intent)
    return context.page(
        "refund",
        "payments",
        "Refund payment",
        422 if error else 200,
        row=row,
        left=row["amount"] - row["refunded"],
        amount=amount,
        reason=reason,
        reasons=REASONS,
        error=error,
    )


def ask_refund(context: Context) -> Response:
    """The form, filled in with all that is left."""
    intent = context.find("payment_intent", context.part("id"))
    row = payment_row(context.sandbox, intent)
    left = decimal_text(row["amount"] - row["refunded"], row["currency"]).replace(",", "")
    return _form(context, intent, left, "requested_by_customer")


def refund(context: Context) -> Response:
    """Refund the amount that was typed, in major units; an empty one is all that is left."""
    intent = context.find("payment_intent", context.part("id"))
    typed, reason = context.text("amount"), context.text("reason")
    row = payment_row(context.sandbox, intent)
    try:
        fields = {"charge": row["charge"], "reason": reason or "requested_by_customer"}
        if typed:
            fields["amount"] = str(minor_units(typed, row["currency"]))
        create_refund(context.sandbox, scope_of(intent), CreateRefund.model_validate(fields))
    except (StripeError, ControlError) as error:
        return _form(context, intent, typed, reason, str(error))
    return context.go(f"/payments/{intent.id}", "refunded")


def minor_units(text: str, currency: str) -> int:
    """`31.85` in MYR → 3185. Raises ControlError."""
    places = decimals(currency)
    try:
        amount = Decimal(text.replace(",", "")).scaleb(places)
    except InvalidOperation:
        amount = Decimal(0)
    if not amount.is_finite() or not 0 < amount < LARGEST or amount != int(amount):
        example = decimal_text(10 * 10**places, currency)
        raise ControlError(f"Enter an amount above zero, such as {example}.")
    return int(amount)


ROUTES: Routes = {
    ("GET", "/payments/{id}/refund"): ask_refund,
    ("POST", "/payments/{id}/refund"): refund,
}
