"""Checkout Sessions: create and expire."""

from stripe_sandbox.accounts import Caller, Scope, may_take
from stripe_sandbox.actions.accounts import check_may_charge
from stripe_sandbox.actions.events import emit
from stripe_sandbox.errors import StripeError, invalid
from stripe_sandbox.ids import session_id
from stripe_sandbox.objects.session import line_item_object, session_object
from stripe_sandbox.params.session_rules import check_expiry, check_items, check_total, refuse_unsupported
from stripe_sandbox.params.sessions import CreateSession
from stripe_sandbox.sandbox import Sandbox, scope_of
from stripe_sandbox.store import Json, Record

# The currencies of each payment method; None = all.
METHOD_CURRENCIES: dict[str, set[str] | None] = {
    "card": None,
    "fpx": {"myr"},
    "grabpay": {"myr", "sgd"},
    "customer_balance": None,
}


def create_session(sandbox: Sandbox, caller: Caller, params: CreateSession, base_url: str) -> Record:
    """A new open session, with the timer for its expiry. Raises StripeError 400."""
    refuse_unsupported(params)
    now = sandbox.clock.now()
    currency = check_items(params)
    check_may_charge(sandbox, caller.scope)
    if params.success_url is None:
        raise invalid("Missing required param: success_url.", "success_url", "parameter_missing")
    check_expiry(params.expires_at, now)
    live = caller.scope.livemode
    items = [line_item_object(item, currency, live, now) for item in params.line_items or []]
    total = sum(item["amount_total"] for item in items)
    check_total(total, currency)
    methods = _payment_methods(sandbox, caller.scope, params, currency)
    obj = session_object(session_id(live), params, total, currency, methods, live, now)
    obj["url"] = f"{sandbox.public_url or base_url}/c/pay/{obj['id']}"
    data = params.payment_intent_data.model_dump() if params.payment_intent_data else {}
    record = sandbox.add("session", caller.scope, obj, items=items, intent_data=data)
    sandbox.timers.add("expire_session", obj["expires_at"], session=obj["id"])
    return record


def _payment_methods(sandbox: Sandbox, scope: Scope, params: CreateSession, currency: str) -> list[str]:
    """The account's methods that take this currency, narrowed by the allow and exclude lists."""
    found = []
    account = sandbox.accounts.get(scope.account)
    for method in account.extra["payment_methods"]:
        if not may_take(account, method):
            continue
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
    """Open → expired, with its event; the PaymentIntent of a failed attempt is canceled.

    Raises StripeError 400 when it is no longer open.
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
    """Expire a session at its `expires_at`, unless it was paid or expired before."""
    record = sandbox.store.find("session", session)
    if record is not None and record.obj["status"] == "open":
        expire_session(sandbox, record)
