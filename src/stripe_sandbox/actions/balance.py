"""Money on an account's balance, exchanged where the account has another currency."""

from stripe_sandbox.accounts import Scope
from stripe_sandbox.objects.balance_transaction import balance_transaction_object, exchanged, fee_of
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.store import Json


def add_movement(
    sandbox: Sandbox,
    scope: Scope,
    source: str,
    amount: int,
    currency: str,
    kind: str,
    *,
    available_now: bool = False,
) -> Json:
    """Add a balance transaction for money in `currency`, and return it."""
    settings = sandbox.settings
    settled = sandbox.accounts.get(scope.account).obj["default_currency"]
    rate = None if settled == currency else settings.exchange_rate
    moved = exchanged(amount, rate)
    fees = {
        "charge": fee_of(moved, settled),
        "refund": settings.refund_fee,
        # Stripe keeps its fee when the money comes back, so only the withdrawal has one.
        "adjustment": settings.dispute_fee if amount < 0 else 0,
    }
    obj = balance_transaction_object(
        source,
        moved,
        settled,
        kind,
        sandbox.clock.now(),
        available_now,
        fee=fees.get(kind, 0),
        rate=rate,
    )
    sandbox.add("balance_transaction", scope, obj)
    return obj
