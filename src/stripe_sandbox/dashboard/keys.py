"""API keys as the dashboard shows and changes them: standard keys, and restricted keys with permissions."""

from stripe_sandbox.accounts import Scope
from stripe_sandbox.api.operations.table import OPERATIONS
from stripe_sandbox.errors import ControlError
from stripe_sandbox.ids import random_text
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.store import Json, Record

LABELS = {
    "checkout_session": "Checkout Sessions",
    "payment_intent": "PaymentIntents",
    "charge": "Charges and Refunds",
    "dispute": "Disputes",
    "balance": "Balance",
    "balance_transaction_source": "Balance transaction sources",
    "event": "Events",
    "webhook": "Webhook Endpoints",
    "account": "Account",
}

EXPIRIES = {"0": "now", "3600": "in 1 hour", "86400": "in 24 hours"}


def resources() -> list[Json]:
    """Every resource that a call here needs a permission for, with the levels there are."""
    needed = sorted({operation.permission for operation in OPERATIONS})
    names = {permission.removeprefix("rak_").rpartition("_")[0] for permission in needed}
    order = [*LABELS, *sorted(names - set(LABELS))]
    return [
        {
            "name": name,
            "label": LABELS.get(name, name.replace("_", " ").capitalize()),
            "levels": ["none", "read", *(["write"] if f"rak_{name}_write" in needed else [])],
        }
        for name in order
        if name in names
    ]


def levels_of(permissions: list[str]) -> dict[str, str]:
    """The level of each resource of a key: none, read or write."""
    found = {}
    for item in resources():
        have = [level for level in ("write", "read") if f"rak_{item['name']}_{level}" in permissions]
        found[item["name"]] = have[0] if have else "none"
    return found


def permissions_of(levels: dict[str, str]) -> list[str]:
    """The permissions for a level of each resource. Raises ControlError for a level that it has not."""
    found = []
    for item in resources():
        level = levels.get(item["name"]) or "none"
        if level not in item["levels"]:
            raise ControlError(f"{item['label']} has no level {level}")
        if level != "none":
            found.append(f"rak_{item['name']}_{level}")
    return found


def publishable_key(scope: Scope) -> str:
    """The key for browsers. No call here takes it; it is the same as long as the account lives."""
    return f"pk_{'live' if scope.livemode else 'test'}_51{scope.account.removeprefix('acct_')}"


def key_rows(sandbox: Sandbox, scope: Scope) -> list[Json]:
    """The keys of an account and mode that still work, oldest first.

    `ref` is their name in addresses, which must not hold the key.
    """
    now = sandbox.clock.now()
    keys = [key for key in sandbox.store.all("key") if Scope(key.account, key.livemode) == scope]
    return [key_row(key) for key in keys if (key.extra.get("expires_at") or now + 1) > now]


def key_row(key: Record) -> Json:
    restricted = key.extra["permissions"] is not None
    return {
        "ref": key.seq,
        "key": key.id,
        "name": key.extra.get("name") or ("Restricted key" if restricted else "Secret key"),
        "restricted": restricted,
        "permissions": key.extra["permissions"] or [],
        "created": key.created,
        "expires": key.extra.get("expires_at"),
    }


def find_key(sandbox: Sandbox, scope: Scope, ref: str) -> Record:
    """The key with this `ref`. Raises ControlError (404)."""
    for key in sandbox.store.all("key"):
        if str(key.seq) == ref and Scope(key.account, key.livemode) == scope:
            return key
    raise ControlError("this key is not here any more", 404)


def create_key(sandbox: Sandbox, scope: Scope, name: str, permissions: list[str] | None) -> Record:
    """A new key; `permissions` None is a standard secret key."""
    kind, mode = "sk" if permissions is None else "rk", "live" if scope.livemode else "test"
    text = f"{kind}_{mode}_{random_text(24)}"
    now = sandbox.clock.now()
    sandbox.accounts.add_key(scope.account, {"key": text, "permissions": permissions}, now)
    key = sandbox.store.find("key", text)
    if key is None:
        raise ControlError("the key was not kept")
    key.extra["name"] = name
    sandbox.store.save(key)
    return key


def change_key(sandbox: Sandbox, key: Record, name: str, permissions: list[str]) -> None:
    key.extra = {**key.extra, "name": name, "permissions": permissions}
    sandbox.store.save(key)


def roll_key(sandbox: Sandbox, key: Record, seconds: int) -> Record:
    """A new key with the same rights; the old one ends after `seconds` of the sandbox's clock."""
    made = sandbox.accounts.roll_key(key.id, None, seconds, sandbox.clock.now())
    new = sandbox.store.find("key", made["key"])
    if new is None:
        raise ControlError("the key was not kept")
    new.extra["name"] = key_row(key)["name"]
    sandbox.store.save(new)
    return new
