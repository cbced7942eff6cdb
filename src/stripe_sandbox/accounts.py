"""Accounts and their keys: who is calling, in which mode, and what the key may do."""

import base64
import binascii
import re
from dataclasses import dataclass, field
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from stripe_sandbox import API_VERSION
from stripe_sandbox.errors import ControlError, StripeError
from stripe_sandbox.ids import new_id, random_text
from stripe_sandbox.objects.account import account_object
from stripe_sandbox.store import Json, Record, Store

METHODS = ["card", "fpx", "grabpay", "customer_balance"]

_KEY = re.compile(r"(sk|rk)_(test|live)_[A-Za-z0-9_]+")


@dataclass(frozen=True)
class Scope:
    """One account in one mode: objects of one scope are invisible to every other."""

    account: str
    livemode: bool


@dataclass
class Caller:
    """The key of one API call. `permissions` is None for an unrestricted key."""

    scope: Scope
    key: str
    permissions: list[str] | None = None
    request: Json = field(default_factory=lambda: {"id": None, "idempotency_key": None})

    def may(self, permission: str) -> bool:
        if self.permissions is None or permission in self.permissions:
            return True
        return permission.endswith("_read") and permission[:-5] + "_write" in self.permissions


def masked(key: str) -> str:
    """`sk_test_****nope`, as Stripe writes a key in its messages."""
    match = re.match(r"((?:sk|rk|pk)_(?:test|live)_)?(.*)", key, re.DOTALL)
    prefix, rest = (match[1] or "", match[2]) if match else ("", key)
    return prefix + "*" * max(4, len(rest) - 4) + rest[-4:] if len(rest) > 4 else prefix + "****"


class KeyFacts(BaseModel):
    """An additional key of an account."""

    model_config = ConfigDict(extra="forbid")

    key: str | None = None
    permissions: list[str] | None = None
    expires_at: int | None = None


DisabledReason = Literal[
    "action_required.requested_capabilities",
    "listed",
    "other",
    "platform_paused",
    "rejected.fraud",
    "rejected.incomplete_verification",
    "rejected.listed",
    "rejected.other",
    "rejected.platform_fraud",
    "rejected.platform_other",
    "rejected.platform_terms_of_service",
    "rejected.terms_of_service",
    "requirements.past_due",
    "requirements.pending_verification",
    "under_review",
]


class RequirementError(BaseModel):
    """Why Stripe did not accept what it was given."""

    model_config = ConfigDict(extra="forbid")

    code: str
    reason: str
    requirement: str


class Requirements(BaseModel):
    """What Stripe still wants to know of an account; what is not given keeps its value."""

    model_config = ConfigDict(extra="forbid")

    current_deadline: int | None = None
    currently_due: list[str] = []
    disabled_reason: DisabledReason | None = None
    errors: list[RequirementError] = []
    eventually_due: list[str] = []
    past_due: list[str] = []
    pending_verification: list[str] = []


class AccountChange(BaseModel):
    """What may be changed of an account."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(default="", min_length=1)
    country: str = Field(default="MY", pattern="^[A-Z]{2}$")
    currency: str = Field(default="myr", pattern="^[A-Za-z]{3}$")
    charges_enabled: bool = True
    payouts_enabled: bool = True
    details_submitted: bool = True
    capabilities: dict[str, Literal["active", "pending", "inactive"]] = {}
    requirements: Requirements = Requirements()
    future_requirements: Requirements = Requirements()
    api_version: str = API_VERSION
    payment_methods: list[str] = METHODS


class AccountFacts(AccountChange):
    """A new account; README.md says what the names mean."""

    name: str = Field(min_length=1)
    secret_key: str | None = None
    live: bool = False
    keys: list[KeyFacts] = []


class Accounts:
    """The accounts and keys in the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def create(self, facts: Json, now: int) -> Record:
        """Make an account with one secret key and any additional keys; see README.md for `facts`.

        Raises pydantic's ValidationError, and ControlError for a key that is taken or not in Stripe's format.
        """
        ask = AccountFacts.model_validate(facts)
        account_id = new_id("acct")
        obj = account_object(account_id, ask.name, ask.country, ask.currency.lower(), now)
        mode = "live" if ask.live else "test"
        secret_key = ask.secret_key or f"sk_{mode}_{random_text(24)}"
        extra = {"api_version": ask.api_version, "payment_methods": list(ask.payment_methods)}
        keys = [KeyFacts(key=secret_key), *ask.keys]
        for item in keys:
            if item.key:
                self._check_key(item.key, account_id)
        record = self._store.add(Record("account", account_id, account_id, False, now, obj, extra))
        _set_capabilities(record)
        _set_status(obj, ask.model_dump(include=_STATUS, exclude_unset=True))
        for item in keys:
            self.add_key(account_id, item.model_dump(), now)
        return record

    def _check_key(self, key: str, account: str) -> None:
        if not _KEY.fullmatch(key):
            raise ControlError(f"not a key of Stripe's shape: {masked(key)}")
        taken = self._store.find("key", key)
        if taken is not None and taken.account != account:
            raise ControlError(f"this key belongs to another account: {masked(key)}")

    def add_key(self, account: str, facts: Json, now: int) -> Json:
        """Give an account a key, or an existing key other permissions (None = all) and another end (None = never)."""
        ask = KeyFacts.model_validate(facts)
        permissions = ask.permissions
        kind = "sk" if permissions is None else "rk"
        key = ask.key or f"{kind}_test_{random_text(24)}"
        self._check_key(key, account)
        extra = {"permissions": permissions, "expires_at": ask.expires_at}
        found = self._store.find("key", key)
        if found is None:
            found = self._store.add(Record("key", key, account, "_live_" in key, now, {}, extra))
        found.extra = {**found.extra, **extra}
        self._store.save(found)
        return self.key_facts(found)

    def roll_key(self, key: str, new_key: str | None, old_for_seconds: int, now: int) -> Json:
        """Replace a key by a new one with the same permissions; the old one still works for `old_for_seconds`.

        Raises ControlError when there is no such key, or the new one is known or of another mode.
        """
        old = self._key(key)
        mode = "live" if old.livemode else "test"
        new = new_key or f"{key[:2]}_{mode}_{random_text(24)}"
        if self._store.find("key", new) is not None or f"_{mode}_" not in new:
            raise ControlError(f"the new key must be unknown, and of {mode} mode")
        made = self.add_key(old.account, {"key": new, "permissions": old.extra["permissions"]}, now)
        old.extra["expires_at"] = now + old_for_seconds
        self._store.save(old)
        return made

    def revoke(self, key: str) -> None:
        self._store.remove(self._key(key))

    def _key(self, key: str) -> Record:
        record = self._store.find("key", key)
        if record is None:
            raise ControlError("no such key", 404)
        return record

    def key_facts(self, record: Record) -> Json:
        return {
            "key": record.id,
            "livemode": record.livemode,
            "permissions": record.extra["permissions"],
            "expires_at": record.extra.get("expires_at"),
        }

    def get(self, account_id: str | None) -> Record:
        """The account, or the first one for None. Raises ControlError (404)."""
        if account_id is None:
            first = next(self._store.all("account"), None)
            if first is None:
                raise ControlError("there is no account", 404)
            return first
        record = self._store.find("account", account_id)
        if record is None:
            raise ControlError(f"no such account: {account_id}", 404)
        return record

    def facts(self, record: Record) -> Json:
        """What the control API shows of an account."""
        keys = [self.key_facts(k) for k in self._store.all("key") if k.account == record.id]
        return {
            "id": record.id,
            "name": record.obj["settings"]["dashboard"]["display_name"],
            "country": record.obj["country"],
            "currency": record.obj["default_currency"],
            **{name: record.obj.get(name) for name in sorted(_STATUS)},
            **record.extra,
            "keys": keys,
            "secret_key": next((k["key"] for k in keys if k["permissions"] is None), None),
        }

    def change(self, record: Record, facts: Json) -> None:
        """Change an account's facts; names as in `facts`. Raises pydantic's ValidationError."""
        facts = AccountChange.model_validate(facts).model_dump(exclude_unset=True)
        obj = record.obj
        if "name" in facts:
            obj["settings"]["dashboard"]["display_name"] = obj["business_profile"]["name"] = facts["name"]
        for name, field_name in (("country", "country"), ("currency", "default_currency")):
            if name in facts:
                obj[field_name] = facts[name]
        for name in ("api_version", "payment_methods"):
            if name in facts:
                record.extra[name] = facts[name]
        if "payment_methods" in facts:
            _set_capabilities(record)
        _set_status(obj, {name: facts[name] for name in _STATUS & facts.keys()})
        self._store.save(record)

    def authenticate(self, header: str | None, now: int) -> Caller:
        """The caller, from the Authorization header (Bearer, or Basic with the key as user name).

        Raises StripeError 401.
        """
        key = _key_of(header)
        if not key:
            message = (
                "You did not provide an API key. You need to provide your API key in the Authorization header, "
                "using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY')."
            )
            raise StripeError(401, message)
        record = self._store.find("key", key)
        if record is None:
            raise StripeError(401, f"Invalid API Key provided: {masked(key)}")
        expires_at = record.extra.get("expires_at")
        if expires_at is not None and expires_at <= now:
            raise StripeError(401, f"Expired API Key provided: {masked(key)}", code="api_key_expired")
        return Caller(Scope(record.account, record.livemode), key, record.extra["permissions"])


_STATUS = {
    "charges_enabled",
    "payouts_enabled",
    "details_submitted",
    "capabilities",
    "requirements",
    "future_requirements",
}


def _set_status(account: Json, facts: Json) -> None:
    """Set what is given of the account's status; objects keep what is not given of them."""
    for name, value in facts.items():
        account[name] = {**account.get(name, {}), **value} if isinstance(value, dict) else value


def may_take(account: Record, method: str) -> bool:
    """Whether the account may take this payment method now."""
    capability = account.obj["capabilities"].get(f"{method}_payments", "active")
    return bool(account.obj["charges_enabled"]) and capability == "active"


def _set_capabilities(account: Record) -> None:
    """The account's capabilities say which methods it may take."""
    for method in ("card", "fpx", "grabpay"):
        active = method in account.extra["payment_methods"]
        account.obj["capabilities"][f"{method}_payments"] = "active" if active else "inactive"


def _key_of(header: str | None) -> str:
    scheme, _, value = (header or "").partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(value, validate=True).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            return ""
    return ""


def forbidden(caller: Caller, permission: str) -> StripeError:
    """The 403 for a restricted key that lacks a permission."""
    message = (
        f"The provided key '{masked(caller.key)}' does not have the required permissions for this endpoint on "
        f"account '{caller.scope.account}'. Having the '{permission}' permission would allow this request to continue."
    )
    return StripeError(403, message, code="more_permissions_required")
