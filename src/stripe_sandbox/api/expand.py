"""Objects as the API shows them: computed properties and `expand`."""

import copy

from stripe_sandbox.accounts import Scope
from stripe_sandbox.errors import invalid
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.store import Json, Record

# Object → expandable property → kind of record; "" for properties that are always null here.
EXPANDABLE: dict[str, dict[str, str]] = {
    "checkout.session": {
        "payment_intent": "payment_intent",
        "line_items": "",
        "customer": "",
        "invoice": "",
        "setup_intent": "",
        "subscription": "",
    },
    "payment_intent": {
        "latest_charge": "charge",
        "payment_method": "payment_method",
        "customer": "",
        "application": "",
        "on_behalf_of": "",
        "review": "",
    },
    "charge": {
        "balance_transaction": "balance_transaction",
        "payment_intent": "payment_intent",
        "failure_balance_transaction": "balance_transaction",
        "customer": "",
        "refunds": "",
        "review": "",
        "on_behalf_of": "",
    },
    "refund": {
        "charge": "charge",
        "payment_intent": "payment_intent",
        "payment_method": "payment_method",
        "balance_transaction": "balance_transaction",
        "failure_balance_transaction": "balance_transaction",
    },
    "dispute": {"charge": "charge", "payment_intent": "payment_intent"},
}

# Prefix of a balance transaction's source → kind of record.
_SOURCES = {"ch": "charge", "re": "refund", "du": "dispute"}

MAX_LEVELS = 4


def api_object(sandbox: Sandbox, record: Record) -> Json:
    """A copy of the object, with the properties that depend on time or deliveries."""
    obj = copy.deepcopy(record.obj)
    if record.kind == "event":
        obj["pending_webhooks"] = sandbox.deliveries.pending(record.id)
    elif record.kind == "balance_transaction" and obj["available_on"] <= sandbox.clock.now():
        obj["status"] = "available"
    return obj


def expanded(sandbox: Sandbox, record: Record, paths: list[str]) -> Json:
    """The object with the asked-for properties expanded. Raises StripeError 400 for one that cannot be."""
    obj = api_object(sandbox, record)
    scope = Scope(record.account, record.livemode)
    for path in paths:
        parts = path.split(".")
        if len(parts) > MAX_LEVELS:
            raise invalid(f"You cannot expand more than {MAX_LEVELS} levels of a property: {path}", "expand")
        _expand(sandbox, scope, obj, parts, path)
    return obj


def line_item_list(session: Record, limit: int | None = None) -> Json:
    """The first items of a session, as the embedded list."""
    items = session.extra["items"]
    shown = items if limit is None else items[:limit]
    return {
        "object": "list",
        "data": copy.deepcopy(shown),
        "has_more": len(shown) < len(items),
        "url": f"/v1/checkout/sessions/{session.id}/line_items",
    }


def _expand(sandbox: Sandbox, scope: Scope, obj: Json, parts: list[str], path: str) -> None:
    name, rest = parts[0], parts[1:]
    kinds = EXPANDABLE.get(obj.get("object", ""), {})
    if obj.get("object") == "balance_transaction" and name == "source":
        kinds = {"source": _SOURCES.get(str(obj["source"])[:2], "")}
    if name not in kinds:
        raise invalid(f"This property cannot be expanded ({path}).", "expand")
    if isinstance(obj.get(name), str) and kinds[name]:
        record = sandbox.get(kinds[name], scope, obj[name])
        if record is not None:
            obj[name] = api_object(sandbox, record)
    elif name == "line_items":
        session = sandbox.store.find("session", obj["id"])
        if session is not None:
            obj[name] = line_item_list(session, 10)
        rest = []
    elif name == "refunds":
        obj[name] = _refunds_of(sandbox, scope, obj)
        rest = []
    child = obj.get(name)
    if rest and isinstance(child, dict):
        _expand(sandbox, scope, child, rest, path)


def _refunds_of(sandbox: Sandbox, scope: Scope, charge: Json) -> Json:
    found = [r for r in sandbox.of("refund", scope) if r.obj["charge"] == charge["id"]]
    data = [api_object(sandbox, record) for record in found[:10]]
    return {
        "object": "list", "data": data, "has_more": len(found) > 10, "url": f"/v1/charges/{charge['id']}/refunds",
    }  # fmt: skip
