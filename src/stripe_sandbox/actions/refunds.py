"""Refunds: create one, and settle it later."""

from stripe_sandbox.accounts import Scope
from stripe_sandbox.actions.balance import add_movement
from stripe_sandbox.actions.events import emit
from stripe_sandbox.actions.warnings import end_warnings
from stripe_sandbox.errors import StripeError, invalid, missing_object, unsupported
from stripe_sandbox.money import in_message
from stripe_sandbox.objects.refund import refund_object
from stripe_sandbox.params.refunds import CreateRefund
from stripe_sandbox.sandbox import Sandbox, scope_of
from stripe_sandbox.store import Json, Record


def create_refund(
    sandbox: Sandbox, scope: Scope, params: CreateRefund, request: Json | None = None
) -> Record:
    """Refund part or all of a charge; without `amount`, all that is not refunded yet.

    Raises StripeError 400 for an unknown or unpaid charge, one refunded before, or too much.
    """
    for name in ("customer", "origin", "refund_application_fee", "reverse_transfer", "currency"):
        if getattr(params, name):
            raise unsupported(name)
    charge = _charge_of(sandbox, scope, params)
    left = charge.obj["amount"] - charge.obj["amount_refunded"]
    amount = left if params.amount is None else params.amount
    _check_amount(charge.obj, amount, left)
    now = sandbox.clock.now()
    obj = refund_object(charge.obj, amount, params.reason, params.metadata, now)
    record = sandbox.add("refund", scope, obj)
    charge.obj["amount_refunded"] += amount
    charge.obj["refunded"] = charge.obj["amount_refunded"] == charge.obj["amount"]
    sandbox.store.save(charge)
    _set_first_status(sandbox, record, charge)
    emit(sandbox, scope, "refund.created", obj, request=request)
    emit(sandbox, scope, "charge.refunded", charge.obj, request=request)
    if charge.obj["refunded"]:
        end_warnings(sandbox, charge, "refunded")
    return record


def _charge_of(sandbox: Sandbox, scope: Scope, params: CreateRefund) -> Record:
    if params.charge is None and params.payment_intent is None:
        message = "One of the following params should be provided for this request: payment_intent or charge."
        raise invalid(message, None, "parameter_missing")
    charge_id = params.charge
    if params.payment_intent is not None:
        intent = sandbox.get("payment_intent", scope, params.payment_intent)
        if intent is None:
            raise missing_object("payment_intent", params.payment_intent, "payment_intent")
        if intent.obj["status"] != "succeeded":
            message = f"This PaymentIntent ({intent.id}) does not have a successful charge to refund."
            raise StripeError(400, message, code="payment_intent_unexpected_state", param="payment_intent")
        if charge_id is None:
            charge_id = intent.obj["latest_charge"]
    charge = sandbox.get("charge", scope, charge_id or "")
    if charge is None:
        raise missing_object("charge", charge_id or "", "charge")
    if params.payment_intent not in (None, charge.obj["payment_intent"]):
        raise invalid("The charge does not belong to the payment_intent.", "charge")
    return charge


def _check_amount(charge: Json, amount: int, left: int) -> None:
    if charge["status"] != "succeeded":
        message = f"Charge {charge['id']} has not been captured and cannot be refunded."
        raise StripeError(400, message, code="charge_not_refundable", executed=True)
    if charge["disputed"]:
        message = f"Charge {charge['id']} has been charged back; cannot issue a refund."
        raise StripeError(400, message, code="charge_disputed", executed=True)
    if left == 0:
        message = f"Charge {charge['id']} has already been refunded."
        raise StripeError(400, message, code="charge_already_refunded", executed=True)
    if amount < 1:
        message = "This value must be greater than or equal to 1."
        raise invalid(message, "amount", "parameter_invalid_integer")
    if amount > left:
        currency = charge["currency"]
        message = (
            f"Refund amount ({in_message(amount, currency)}) is greater than unrefunded amount on charge "
            f"({in_message(left, currency)})"
        )
        raise StripeError(400, message, param="amount", executed=True)


def _set_first_status(sandbox: Sandbox, refund: Record, charge: Record) -> None:
    """Most refunds succeed at once; GrabPay's and one test card's are pending first, one card's fail later."""
    behaviour = charge.extra.get("refund", "succeeded")
    kind = charge.obj["payment_method_details"]["type"]
    at = sandbox.clock.exact() + sandbox.settings.refund_result_seconds
    if behaviour == "pending" or kind == "grabpay":
        refund.obj |= {"status": "pending", "pending_reason": "processing"}
        sandbox.timers.add("refund_result", at, refund=refund.id, status="succeeded")
        return
    _add_balance_transaction(sandbox, refund, "refund", -refund.obj["amount"], "balance_transaction")
    if behaviour == "fails":
        sandbox.timers.add("refund_result", at, refund=refund.id, status="failed")


def _add_balance_transaction(sandbox: Sandbox, refund: Record, kind: str, amount: int, name: str) -> None:
    scope, currency = scope_of(refund), refund.obj["currency"]
    obj = add_movement(sandbox, scope, refund.id, amount, currency, kind, available_now=True)
    refund.obj[name] = obj["id"]


def settle_refund(
    sandbox: Sandbox, refund: str, status: str, failure_reason: str = "expired_or_canceled_card"
) -> bool:
    """Settle a pending refund, or fail one that had succeeded; False when neither applies.

    Only a pending one can be canceled.
    """
    record = sandbox.store.find("refund", refund)
    if record is None:
        return False
    before = record.obj["status"]
    if before not in ("pending", "succeeded") or before == status:
        return False
    if status == "canceled" and before != "pending":
        return False
    scope = scope_of(record)
    record.obj.pop("pending_reason", None)
    record.obj["status"] = status
    if status == "succeeded":
        _add_balance_transaction(sandbox, record, "refund", -record.obj["amount"], "balance_transaction")
        event = "refund.updated"
    elif status == "canceled":
        event = "refund.updated"
        _restore_charge(sandbox, scope, record)
    else:
        event = "refund.failed"
        record.obj["failure_reason"] = failure_reason
        if before == "succeeded":
            _add_balance_transaction(
                sandbox, record, "refund_failure", record.obj["amount"], "failure_balance_transaction"
            )
        _restore_charge(sandbox, scope, record)
    sandbox.store.save(record)
    previous = {"status": before} if event == "refund.updated" else None
    emit(sandbox, scope, event, record.obj, previous=previous)
    return True


def _restore_charge(sandbox: Sandbox, scope: Scope, refund: Record) -> None:
    """Take a failed or canceled refund off the charge's refunded amount."""
    charge = sandbox.get("charge", scope, refund.obj["charge"])
    if charge is not None:
        charge.obj["amount_refunded"] -= refund.obj["amount"]
        charge.obj["refunded"] = False
        sandbox.store.save(charge)
