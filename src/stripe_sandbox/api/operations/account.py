"""API calls about the account itself and its balance."""

from stripe_sandbox.api.expand import expanded
from stripe_sandbox.api.operations.operation import Call
from stripe_sandbox.errors import StripeError
from stripe_sandbox.params.fields import Expandable
from stripe_sandbox.store import Json


def retrieve_account(call: Call, params: Expandable) -> Json:
    own = call.caller.scope.account
    if call.object_id not in ("", own):
        message = (
            f"The provided key does not have access to account '{call.object_id}' (or that account does not "
            "exist). Application access may have been revoked."
        )
        raise StripeError(403, message, code="account_invalid")
    return expanded(call.sandbox, call.sandbox.accounts.get(own), params.expand)


def retrieve_balance(call: Call, params: Expandable) -> Json:
    account = call.sandbox.accounts.get(call.caller.scope.account).obj
    sums = {"available": 0, "pending": 0}
    for record in call.sandbox.of("balance_transaction", call.caller.scope):
        due = record.obj["available_on"] <= call.sandbox.clock.now()
        sums["available" if due else "pending"] += record.obj["net"]
    currency = account["default_currency"]
    shown = {name: [{"amount": total, "currency": currency}] for name, total in sums.items()}
    return {"object": "balance", **shown, "livemode": call.caller.scope.livemode}
