"""What an operation is, and the two that most kinds of object share: retrieve and list."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from stripe_sandbox.accounts import Caller
from stripe_sandbox.api.expand import expanded
from stripe_sandbox.api.lists import matches, page_of
from stripe_sandbox.errors import missing_object
from stripe_sandbox.params.fields import Expandable, Params
from stripe_sandbox.params.lists import Page
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.store import Json, Record


@dataclass(frozen=True)
class Call:
    """The API call that an operation answers; `base_url` is the address the call was sent to."""

    sandbox: Sandbox
    caller: Caller
    base_url: str
    path: str
    object_id: str = ""


@dataclass(frozen=True)
class Operation:
    """One call: its address, the permission a restricted key needs, its parameters and the function that answers it."""

    method: str
    path: str
    permission: str
    params: type[Params]
    run: Callable[[Call, Any], Json]


# Kind of record → its noun in "No such …" and the name of its path parameter.
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


def find_object(call: Call, kind: str) -> Record:
    """The object whose id is in the path. Raises StripeError 404."""
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


def retrieve(kind: str) -> Callable[[Call, Any], Json]:
    """The plain `GET /v1/<kind>/{id}`."""

    def run(call: Call, params: Expandable) -> Json:
        return expanded(call.sandbox, find_object(call, kind), params.expand)

    return run


def list_all(kind: str) -> Callable[[Call, Any], Json]:
    """The plain `GET /v1/<kind>`."""

    def run(call: Call, params: Page) -> Json:
        def keep(record: Record) -> bool:
            return matches(record.obj, params)

        records = call.sandbox.of(kind, call.caller.scope)
        return page_of(call.sandbox, records, keep, params, call.path, _NOUNS[kind][0])

    return run
