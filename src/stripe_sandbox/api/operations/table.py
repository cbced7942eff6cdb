"""The table of all operations, and the lookup by method and path."""

import re

from stripe_sandbox.api.operations import account, core_events, events, refunds, sessions, webhook_endpoints
from stripe_sandbox.api.operations.operation import Operation, list_all, retrieve
from stripe_sandbox.errors import unknown_address
from stripe_sandbox.params import lists
from stripe_sandbox.params.fields import Expandable, Params
from stripe_sandbox.params.payment_intents import RetrieveIntent
from stripe_sandbox.params.refunds import CreateRefund, UpdateRefund
from stripe_sandbox.params.sessions import CreateSession, UpdateSession
from stripe_sandbox.params.webhook_endpoints import CreateEndpoint, UpdateEndpoint

_SESSIONS, _ENDPOINTS = "/v1/checkout/sessions", "/v1/webhook_endpoints"
_ID = "/{id}"

OPERATIONS = (
    Operation("POST", _SESSIONS, "rak_checkout_session_write", CreateSession, sessions.create_session),
    Operation("GET", _SESSIONS, "rak_checkout_session_read", lists.ListSessions, list_all("session")),
    Operation("GET", _SESSIONS + _ID, "rak_checkout_session_read", Expandable, retrieve("session")),
    Operation("POST", _SESSIONS + _ID, "rak_checkout_session_write", UpdateSession, sessions.update_session),
    Operation(
        "POST", _SESSIONS + _ID + "/expire", "rak_checkout_session_write", Expandable, sessions.expire_session
    ),
    Operation(
        "GET",
        _SESSIONS + _ID + "/line_items",
        "rak_checkout_session_read",
        lists.Page,
        sessions.list_line_items,
    ),
    Operation(
        "GET",
        "/v1/payment_intents",
        "rak_payment_intent_read",
        lists.ListPaymentIntents,
        list_all("payment_intent"),
    ),
    Operation(
        "GET",
        "/v1/payment_intents" + _ID,
        "rak_payment_intent_read",
        RetrieveIntent,
        retrieve("payment_intent"),
    ),
    Operation("GET", "/v1/charges", "rak_charge_read", lists.ListCharges, list_all("charge")),
    Operation("GET", "/v1/charges" + _ID, "rak_charge_read", Expandable, retrieve("charge")),
    Operation("POST", "/v1/refunds", "rak_charge_write", CreateRefund, refunds.create_refund),
    Operation("GET", "/v1/refunds", "rak_charge_read", lists.ListRefunds, list_all("refund")),
    Operation("GET", "/v1/refunds" + _ID, "rak_charge_read", Expandable, retrieve("refund")),
    Operation("POST", "/v1/refunds" + _ID, "rak_charge_write", UpdateRefund, refunds.update_refund),
    Operation("POST", "/v1/refunds" + _ID + "/cancel", "rak_charge_write", Expandable, refunds.cancel_refund),
    Operation("GET", "/v1/disputes", "rak_dispute_read", lists.ListDisputes, list_all("dispute")),
    Operation("GET", "/v1/disputes" + _ID, "rak_dispute_read", Expandable, retrieve("dispute")),
    Operation("GET", "/v1/events", "rak_event_read", lists.ListEvents, events.list_events),
    Operation("GET", "/v1/events" + _ID, "rak_event_read", Expandable, events.retrieve_event),
    Operation("GET", core_events.PATH, "rak_event_read", lists.ListCoreEvents, core_events.list_core_events),
    Operation("GET", core_events.PATH + _ID, "rak_event_read", Params, core_events.retrieve_core_event),
    Operation("POST", _ENDPOINTS, "rak_webhook_write", CreateEndpoint, webhook_endpoints.create_endpoint),
    Operation("GET", _ENDPOINTS, "rak_webhook_read", lists.Page, webhook_endpoints.list_endpoints),
    Operation("GET", _ENDPOINTS + _ID, "rak_webhook_read", Expandable, webhook_endpoints.retrieve_endpoint),
    Operation(
        "POST", _ENDPOINTS + _ID, "rak_webhook_write", UpdateEndpoint, webhook_endpoints.update_endpoint
    ),
    Operation("DELETE", _ENDPOINTS + _ID, "rak_webhook_write", Params, webhook_endpoints.delete_endpoint),
    Operation(
        "GET",
        "/v1/balance_transactions",
        "rak_balance_transaction_source_read",
        lists.ListBalanceTransactions,
        list_all("balance_transaction"),
    ),
    Operation(
        "GET",
        "/v1/balance_transactions" + _ID,
        "rak_balance_transaction_source_read",
        Expandable,
        retrieve("balance_transaction"),
    ),
    Operation("GET", "/v1/balance", "rak_balance_read", Expandable, account.retrieve_balance),
    Operation("GET", "/v1/account", "rak_account_read", Expandable, account.retrieve_account),
    Operation("GET", "/v1/accounts" + _ID, "rak_account_read", Expandable, account.retrieve_account),
)

_PATTERNS = [(re.compile(op.path.replace("{id}", "(?P<id>[^/]+)")), op) for op in OPERATIONS]


def find_operation(method: str, path: str) -> tuple[Operation, str]:
    """The operation and the id in its path. Raises StripeError 404 for an address Stripe does not know."""
    for pattern, operation in _PATTERNS:
        match = pattern.fullmatch(path)
        if match and operation.method == method:
            return operation, match.groupdict().get("id", "")
    raise unknown_address(method, path)
