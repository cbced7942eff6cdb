"""The permissions that a restricted key needs, and which of them one lacks (docs/money-path.md: M25)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import stripe

from duitpos.processors.account import Permission, Right
from duitpos.processors.credentials import Mode
from duitpos.processors.errors import Failure, ProcessorError
from duitpos.processors.stripe.errors import translated

NEEDED = (
    Permission(Right.TAKE_PAYMENTS, "rak_checkout_session_write", "Checkout Sessions: Write"),
    Permission(Right.READ_PAYMENTS, "rak_payment_intent_read", "PaymentIntents: Read"),
    Permission(Right.REFUND, "rak_charge_write", "Charges and Refunds: Write"),
    Permission(Right.LIST_EVENTS, "rak_event_read", "Events: Read"),
    Permission(Right.SET_UP_WEBHOOK, "rak_webhook_write", "Webhook Endpoints: Write"),
    Permission(Right.READ_DISPUTES, "rak_dispute_read", "Disputes: Read"),
    Permission(Right.READ_FEES, "rak_balance_transaction_source_read", "Balance transactions: Read"),
    Permission(Right.READ_ACCOUNT, "rak_account_read", "Account: Read"),
)

# Stripe checks permission before existence. So a call with an id that cannot exist tests the permission without effect:
# 404 means that the key may make the call.
_NOWHERE = "DuitPOSChecksThisKey"


def may_take_payments(client: stripe.StripeClient, mode: Mode) -> bool:
    """Whether the key may make and end payment pages. Raises ProcessorError."""
    return _may(_probes(client, mode)[Right.TAKE_PAYMENTS])


def lacked_rights(client: stripe.StripeClient, mode: Mode) -> frozenset[Right]:
    """The rights that a restricted key lacks, of those that a probe can tell. Raises ProcessorError."""
    return frozenset(right for right, probe in _probes(client, mode).items() if not _may(probe))


def _probes(client: stripe.StripeClient, mode: Mode) -> Mapping[Right, Callable[[], object]]:
    """A call without effect for each right but LIST_EVENTS and READ_ACCOUNT, whose calls are made anyway."""
    v1 = client.v1
    refund: Any = {"payment_intent": f"pi_{_NOWHERE}"}
    return {
        Right.TAKE_PAYMENTS: lambda: v1.checkout.sessions.expire(f"cs_{mode}_{_NOWHERE}"),
        Right.READ_PAYMENTS: lambda: v1.payment_intents.retrieve(f"pi_{_NOWHERE}"),
        Right.REFUND: lambda: v1.refunds.create(params=refund),
        Right.SET_UP_WEBHOOK: lambda: v1.webhook_endpoints.update(f"we_{_NOWHERE}"),
        Right.READ_DISPUTES: lambda: v1.disputes.retrieve(f"du_{_NOWHERE}"),
        Right.READ_FEES: lambda: v1.balance_transactions.retrieve(f"txn_{_NOWHERE}"),
    }


def _may(call: Callable[[], object]) -> bool:
    try:
        with translated():
            call()
    except ProcessorError as error:
        if error.is_about_key:
            return False
        if error.failure not in (Failure.NOT_FOUND, Failure.REFUSED):
            raise
    return True
