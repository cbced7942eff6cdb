"""The calls of Stripe's API that the sandbox answers: method, path, permission, parameters, verb."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from stripe_sandbox.accounts import Caller
from stripe_sandbox.actions import refunds, sessions, webhook_endpoints
from stripe_sandbox.api.expand import expanded, line_item_list
from stripe_sandbox.api.lists import matches, page_of, page_of_items
from stripe_sandbox.errors import StripeError, invalid, missing_object, unknown_address
from stripe_sandbox.params import lists
from stripe_sandbox.params.fields import Expandable, Params, merge_metadata
from stripe_sandbox.params.payment_intents import RetrieveIntent
from stripe_sandbox.params.refunds import CreateRefund, UpdateRefund
from stripe_sandbox.params.sessions import CreateSession, UpdateSession
from stripe_sandbox.params.webhook_endpoints import CreateEndpoint, UpdateEndpoint
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.store import Json, Record

DAY = 86400


@dataclass(frozen=True)
class Call:
    """One API call on its way into an operation; `base_url` is the address it came in on."""

    sandbox: Sandbox
    caller: Caller
    base_url: str
    path: str
    object_id: str = ""


@dataclass(frozen=True)
class Operation:
    method: str
    path: str
    permission: str
    params: type[Params]
    run: Callable[[Call, Any], Json]


# Kind of record → noun in "No such …" and name of the path parameter.
_NOUNS = {
    "session": ("checkout.session", "session"),
    "payment_intent": ("payment_intent", "intent"),
    "charge": ("charge", "charge"),
    "refund": ("refund", "refund"),
    "dispute": ("dispute", "dispute"),
    "event": ("event", "id"),
    "endpoint": ("webhook endpoint", "webhook_endpoint"),
    "balance_transaction": ("balance transaction", "id"),
}


def _found(call: Call, kind: str) -> Record:
    record = call.sandbox.get(kind, call.caller.scope, call.object_id)
    if record is not None:
        return record
    noun, param = _NOUNS[kind]
    error = missing_object(noun, call.object_id, param)
    other = call.sandbox.store.find(kind, call.object_id)
    if other is not None and other.account == call.caller.scope.account:
        has, used = ("live", "test") if other.livemode else ("test", "live")
        error.body["error"]["message"] += (
            f"; a similar object exists in {has} mode, but a {used} mode key was used to make this request."
        )
    raise error


def _retrieve(kind: str) -> Callable[[Call, Any], Json]:
    def run(call: Call, params: Expandable) -> Json:
        return expanded(call.sandbox, _found(call, kind), params.expand)

    return run


def _list(kind: str) -> Callable[[Call, Any], Json]:
    def run(call: Call, params: lists.Page) -> Json:
        def keep(record: Record) -> bool:
            return matches(record.obj, params)

        records = call.sandbox.of(kind, call.caller.scope)
        return page_of(call.sandbox, records, keep, params, call.path, _NOUNS[kind][0])

    return run


# -- sessions ----------------------------------------------------------------------------------------------


def _create_session(call: Call, params: CreateSession) -> Json:
    record = sessions.create_session(call.sandbox, call.caller, params, call.base_url)
    return expanded(call.sandbox, record, params.expand)


def _expire_session(call: Call, params: Expandable) -> Json:
    record = _found(call, "session")
    sessions.expire_session(call.sandbox, record, call.caller.request)
    return expanded(call.sandbox, record, params.expand)


def _update_session(call: Call, params: UpdateSession) -> Json:
    for name in ("collected_information", "line_items", "payment_intent_data", "shipping_options"):
        if getattr(params, name) is not None:
            raise invalid(
                f"The sandbox does not implement `{name}`; Stripe does.", name, "sandbox_unsupported"
            )
    record = _found(call, "session")
    if params.metadata is not None:
        record.obj["metadata"] = merge_metadata(record.obj["metadata"], params.metadata)
        call.sandbox.store.save(record)
    return expanded(call.sandbox, record, params.expand)


def _line_items(call: Call, params: lists.Page) -> Json:
    items = line_item_list(_found(call, "session"))["data"]
    return page_of_items(items, params, call.path)


# -- refunds -----------------------------------------------------------------------------------------------


def _create_refund(call: Call, params: CreateRefund) -> Json:
    record = refunds.create_refund(call.sandbox, call.caller.scope, params, call.caller.request)
    return expanded(call.sandbox, record, params.expand)


def _update_refund(call: Call, params: UpdateRefund) -> Json:
    record = _found(call, "refund")
    if params.metadata is not None:
        record.obj["metadata"] = merge_metadata(record.obj["metadata"], params.metadata)
        call.sandbox.store.save(record)
    return expanded(call.sandbox, record, params.expand)


def _cancel_refund(call: Call, params: Expandable) -> Json:
    record = _found(call, "refund")
    message = f"Refund {record.id} cannot be canceled: only refunds that await the customer's action can."
    raise StripeError(400, message, executed=True)


# -- events ------------------------------------------------------------------------------------------------


def _list_events(call: Call, params: lists.ListEvents) -> Json:
    if params.type is not None and params.types is not None:
        raise invalid("You may only specify one of these parameters: type, types.", "type")
    if params.types is not None and len(params.types) > 20:
        raise invalid("Array must have at most 20 items.", "types")
    since = call.sandbox.clock.now() - 30 * DAY

    def keep(record: Record) -> bool:
        if record.obj["created"] < since or not matches(record.obj, params):
            return False
        if params.types is not None and record.obj["type"] not in params.types:
            return False
        if params.delivery_success is None:
            return True
        return (call.sandbox.deliveries.pending(record.id) == 0) == params.delivery_success

    records = call.sandbox.of("event", call.caller.scope)
    return page_of(call.sandbox, records, keep, params, call.path, "event")


def _retrieve_event(call: Call, params: Expandable) -> Json:
    record = _found(call, "event")
    if record.obj["created"] < call.sandbox.clock.now() - 30 * DAY:
        raise missing_object("event", call.object_id, "id")
    return expanded(call.sandbox, record, params.expand)


# -- webhook endpoints -------------------------------------------------------------------------------------


def _create_endpoint(call: Call, params: CreateEndpoint) -> Json:
    record = webhook_endpoints.create_endpoint(call.sandbox, call.caller.scope, params)
    secret = record.extra["secrets"][0]["secret"]
    return {**expanded(call.sandbox, record, params.expand), "secret": secret}


def _update_endpoint(call: Call, params: UpdateEndpoint) -> Json:
    record = _found(call, "endpoint")
    webhook_endpoints.update_endpoint(call.sandbox, record, params)
    return expanded(call.sandbox, record, params.expand)


def _delete_endpoint(call: Call, params: Params) -> Json:
    record = _found(call, "endpoint")
    call.sandbox.store.remove(record)
    return {"id": record.id, "object": "webhook_endpoint", "deleted": True}


# -- account -----------------------------------------------------------------------------------------------


def _account(call: Call, params: Expandable) -> Json:
    own = call.caller.scope.account
    if call.object_id not in ("", own):
        message = (
            f"The provided key does not have access to account '{call.object_id}' (or that account does not "
            "exist). Application access may have been revoked."
        )
        raise StripeError(403, message, code="account_invalid")
    return expanded(call.sandbox, call.sandbox.accounts.get(own), params.expand)


def _balance(call: Call, params: Expandable) -> Json:
    account = call.sandbox.accounts.get(call.caller.scope.account).obj
    sums = {"available": 0, "pending": 0}
    for record in call.sandbox.of("balance_transaction", call.caller.scope):
        due = record.obj["available_on"] <= call.sandbox.clock.now()
        sums["available" if due else "pending"] += record.obj["net"]
    currency = account["default_currency"]
    shown = {name: [{"amount": total, "currency": currency}] for name, total in sums.items()}
    return {"object": "balance", **shown, "livemode": call.caller.scope.livemode}


_SESSIONS, _ENDPOINTS = "/v1/checkout/sessions", "/v1/webhook_endpoints"
_ID = "/{id}"

OPERATIONS = (
    Operation("POST", _SESSIONS, "rak_checkout_session_write", CreateSession, _create_session),
    Operation("GET", _SESSIONS, "rak_checkout_session_read", lists.ListSessions, _list("session")),
    Operation("GET", _SESSIONS + _ID, "rak_checkout_session_read", Expandable, _retrieve("session")),
    Operation("POST", _SESSIONS + _ID, "rak_checkout_session_write", UpdateSession, _update_session),
    Operation("POST", _SESSIONS + _ID + "/expire", "rak_checkout_session_write", Expandable, _expire_session),
    Operation("GET", _SESSIONS + _ID + "/line_items", "rak_checkout_session_read", lists.Page, _line_items),
    Operation(
        "GET",
        "/v1/payment_intents",
        "rak_payment_intent_read",
        lists.ListPaymentIntents,
        _list("payment_intent"),
    ),
    Operation(
        "GET",
        "/v1/payment_intents" + _ID,
        "rak_payment_intent_read",
        RetrieveIntent,
        _retrieve("payment_intent"),
    ),
    Operation("GET", "/v1/charges", "rak_charge_read", lists.ListCharges, _list("charge")),
    Operation("GET", "/v1/charges" + _ID, "rak_charge_read", Expandable, _retrieve("charge")),
    Operation("POST", "/v1/refunds", "rak_charge_write", CreateRefund, _create_refund),
    Operation("GET", "/v1/refunds", "rak_charge_read", lists.ListRefunds, _list("refund")),
    Operation("GET", "/v1/refunds" + _ID, "rak_charge_read", Expandable, _retrieve("refund")),
    Operation("POST", "/v1/refunds" + _ID, "rak_charge_write", UpdateRefund, _update_refund),
    Operation("POST", "/v1/refunds" + _ID + "/cancel", "rak_charge_write", Expandable, _cancel_refund),
    Operation("GET", "/v1/disputes", "rak_dispute_read", lists.ListDisputes, _list("dispute")),
    Operation("GET", "/v1/disputes" + _ID, "rak_dispute_read", Expandable, _retrieve("dispute")),
    Operation("GET", "/v1/events", "rak_event_read", lists.ListEvents, _list_events),
    Operation("GET", "/v1/events" + _ID, "rak_event_read", Expandable, _retrieve_event),
    Operation("POST", _ENDPOINTS, "rak_webhook_write", CreateEndpoint, _create_endpoint),
    Operation("GET", _ENDPOINTS, "rak_webhook_read", lists.Page, _list("endpoint")),
    Operation("GET", _ENDPOINTS + _ID, "rak_webhook_read", Expandable, _retrieve("endpoint")),
    Operation("POST", _ENDPOINTS + _ID, "rak_webhook_write", UpdateEndpoint, _update_endpoint),
    Operation("DELETE", _ENDPOINTS + _ID, "rak_webhook_write", Params, _delete_endpoint),
    Operation(
        "GET",
        "/v1/balance_transactions",
        "rak_balance_transaction_source_read",
        lists.ListBalanceTransactions,
        _list("balance_transaction"),
    ),
    Operation(
        "GET",
        "/v1/balance_transactions" + _ID,
        "rak_balance_transaction_source_read",
        Expandable,
        _retrieve("balance_transaction"),
    ),
    Operation("GET", "/v1/balance", "rak_balance_read", Expandable, _balance),
    Operation("GET", "/v1/account", "rak_account_read", Expandable, _account),
    Operation("GET", "/v1/accounts" + _ID, "rak_account_read", Expandable, _account),
)

_PATTERNS = [(re.compile(op.path.replace("{id}", "(?P<id>[^/]+)")), op) for op in OPERATIONS]


def find_operation(method: str, path: str) -> tuple[Operation, str]:
    """The operation and the id in its path. Raises StripeError 404 for an address Stripe does not know."""
    for pattern, operation in _PATTERNS:
        match = pattern.fullmatch(path)
        if match and operation.method == method:
            return operation, match.groupdict().get("id", "")
    raise unknown_address(method, path)
