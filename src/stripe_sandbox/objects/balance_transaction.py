"""The BalanceTransaction object, with Stripe's fee."""

from decimal import ROUND_HALF_UP, Decimal

from stripe_sandbox.ids import new_id
from stripe_sandbox.store import Json

DAY = 86400


def fee_of(amount: int, currency: str) -> int:
    """Stripe's fee on a charge: 3 % and RM 1, the Malaysian card fee; other currencies 3 %."""
    share = (Decimal(amount) * 3 / 100).quantize(Decimal(1), ROUND_HALF_UP)
    return int(share) + (100 if currency == "myr" else 0)


def exchanged(amount: int, rate: float | None) -> int:
    """An amount at an exchange rate; the same without one."""
    if rate is None:
        return amount
    return int((Decimal(amount) * Decimal(str(rate))).quantize(Decimal(1), ROUND_HALF_UP))


def balance_transaction_object(
    source: str,
    amount: int,
    currency: str,
    kind: str,
    now: int,
    available_now: bool = False,
    *,
    fee: int = 0,
    rate: float | None = None,
) -> Json:
    """Money on the account's balance; `kind` is charge, refund, refund_failure or adjustment (a dispute).

    `amount` and `fee` are in `currency`, the balance's; `rate` is given when it was exchanged into it.
    """
    details: list[Json] = []
    if fee:
        details.append(
            {
                "amount": fee,
                "application": None,
                "currency": currency,
                "description": "Stripe processing fees",
                "type": "stripe_fee",
            }
        )
    return {
        "id": new_id("txn"),
        "object": "balance_transaction",
        "amount": amount,
        "available_on": now if available_now else now + 7 * DAY,
        "balance_type": "payments",
        "created": now,
        "currency": currency,
        "description": None,
        "exchange_rate": rate,
        "fee": fee,
        "fee_details": details,
        "net": amount - fee,
        "reporting_category": {"adjustment": "dispute"}.get(kind, kind),
        "source": source,
        "status": "available" if available_now else "pending",
        "type": kind,
    }
