"""Planned faults: matching API calls are answered with an error, late or not at all."""

import re
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from stripe_sandbox.errors import StripeError
from stripe_sandbox.ids import new_id


class Fault(BaseModel):
    """One planned fault; README.md lists the kinds."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field(default_factory=lambda: new_id("fault"))
    fault: Literal["rate_limit", "lock_timeout", "error", "hang", "drop", "garbage"]
    method: str | None = None
    path: str = ""
    count: int | None = Field(default=1, ge=1)
    account: str | None = None
    until: int | None = Field(default=None, ge=0)
    status: int = Field(default=500, ge=400, le=599)
    when: Literal["before", "after"] | None = None
    store: bool | None = None
    seconds: float = Field(default=30, ge=0)
    headers: dict[str, str] = {}
    message: str | None = None
    code: str | None = None

    @model_validator(mode="after")
    def _until_needs_no_count(self) -> Self:
        if self.until is not None and "count" not in self.model_fields_set:
            self.count = None
        return self

    @field_validator("path")
    @classmethod
    def _is_pattern(cls, value: str) -> str:
        try:
            re.compile(value)
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from error
        return value

    @property
    def before(self) -> bool:
        """Whether it happens before the call's work, as errors do by default; the others happen after it."""
        return (self.when or ("before" if self.fault == "error" else "after")) == "before"

    @property
    def stored(self) -> bool:
        """Whether an `error` is kept under the Idempotency-Key."""
        return self.status == 500 if self.store is None else self.store

    def error(self) -> StripeError:
        """The error of the kinds that answer with one."""
        if self.fault == "rate_limit":
            headers = {"Stripe-Rate-Limited-Reason": "global-rate", **self.headers}
            message = "Request rate limit exceeded. Learn more about rate limits in Stripe's documentation."
            return StripeError(429, message, code="rate_limit", headers=headers)
        if self.fault == "lock_timeout":
            message = (
                "This object cannot be accessed right now because another API request or Stripe process is "
                "currently accessing it."
            )
            return StripeError(429, message, code="lock_timeout", headers=self.headers)
        kind = "api_error" if self.status >= 500 else "invalid_request_error"
        message = self.message or _MESSAGES.get(self.status, "The sandbox was told to answer this.")
        code = self.code or _CODES.get(self.status)
        return StripeError(
            self.status, message, type=kind, code=code, executed=self.stored, headers=dict(self.headers)
        )


_MESSAGES = {
    401: "Invalid API Key provided: sk_test_****",
    403: "The provided key does not have the required permissions for this endpoint.",
    404: "No such object",
    409: "There is currently another in-progress request using this Idempotent Key. Please try again later.",
    500: "An unknown error occurred.",
}
_CODES = {403: "more_permissions_required", 404: "resource_missing", 409: "idempotency_key_in_use"}


class Faults:
    """Planned faults in the order they were made; the first that matches a call is used."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def plan(self, fault: Fault) -> None:
        self._faults.append(fault)

    def all(self) -> list[Fault]:
        return list(self._faults)

    def clear(self) -> None:
        self._faults.clear()

    def find(self, method: str, path: str, account: str, now: int) -> Fault | None:
        """The fault for this call, or None. It is counted by `count_down` when it takes effect."""
        self._faults = [fault for fault in self._faults if fault.until is None or fault.until > now]
        for fault in self._faults:
            if fault.method and fault.method.upper() != method:
                continue
            if fault.account and fault.account != account:
                continue
            if not re.search(fault.path, path):
                continue
            return fault
        return None

    def count_down(self, fault: Fault) -> None:
        """Count one use; after the last one the fault is removed."""
        if fault.count is not None:
            fault.count -= 1
            if fault.count == 0 and fault in self._faults:
                self._faults.remove(fault)
