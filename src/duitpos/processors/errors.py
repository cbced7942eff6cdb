"""Why a call to a processor failed, and why a delivery was rejected (docs/money-path.md: M9, M25, M26, M78)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Failure(StrEnum):
    """Why a call failed. Adapters translate all their processor's errors into this closed table."""

    KEY_REFUSED = "key_refused"  # the credentials are wrong or revoked
    NOT_PERMITTED = "not_permitted"  # the credentials are good, but lack the permission for this call
    NOT_ACTIVATED = "not_activated"  # the account may not take payments yet, or no longer
    NOT_FOUND = "not_found"
    REFUSED = "refused"  # any other definite refusal
    KEY_REUSED = "key_reused"  # the idempotency key was used with other parameters: our bug
    BUSY = "busy"  # a concurrent request with the same key, or too many calls
    UNAVAILABLE = "unavailable"  # no answer, or one without a meaning: unknown whether the call took effect


DEFINITE = frozenset({Failure.REFUSED, Failure.NOT_FOUND, Failure.NOT_PERMITTED, Failure.NOT_ACTIVATED})


class OwnCode(StrEnum):
    """Error codes that we raise ourselves: before or instead of a call, or for its answer."""

    KEY_MISSING = "key_missing"
    KEY_UNREADABLE = "key_unreadable"  # encrypted with a key that this installation lacks
    LIVE_KEY_AT_SANDBOX = "live_key_at_sandbox"
    ADDRESS_NOT_ALLOWED = "address_not_allowed"
    FULL = "full"  # too many calls already wait for the processor
    NO_REFERENCE = "no_reference"
    AMOUNT_NOT_EXACT = "amount_not_exact"
    LINES_DO_NOT_ADD_UP = "lines_do_not_add_up"
    ADDRESS_NOT_USABLE = "address_not_usable"  # a page was made, at an address that no guest may be sent to


class ProcessorError(Exception):
    """A call failed. `said` is the processor's message for staff, without secrets; `about` holds our own facts.

    `code` is the processor's own code, for logs and for its sentence; no rule of ours may depend on it. `replayed`: the
    processor returned its stored response to an earlier call with the same idempotency key.
    """

    def __init__(
        self,
        failure: Failure,
        code: str = "",
        *,
        said: str = "",
        processor: str = "",
        about: Mapping[str, object] | None = None,
        replayed: bool = False,
        is_about_request: bool = False,
    ) -> None:
        super().__init__(" ".join(part for part in (failure.value, code, said) if part))
        self.failure = failure
        self.code = code
        self.said = said
        self.processor = processor
        """The processor's display name."""
        self.about = dict(about or {})
        self.replayed = replayed
        self.is_about_request = is_about_request
        """The processor refused this request only, such as an amount too large; it would accept others."""

    @property
    def is_about_key(self) -> bool:
        """Whether the credentials were refused, for this call or for all."""
        return self.failure in (Failure.KEY_REFUSED, Failure.NOT_PERMITTED)

    @property
    def is_definite(self) -> bool:
        """Whether the processor refused the call, so that a retry would be refused too."""
        return self.failure in DEFINITE


class SignatureProblem(StrEnum):
    """Why a delivery was rejected."""

    MISSING = "missing"  # no signature
    NO_SECRET = "no_secret"  # nothing to verify it with is saved yet
    MISMATCH = "mismatch"  # signed with another secret, or altered
    CLOCK = "clock"  # valid signature, but its time is too far from our clock
    MALFORMED = "malformed"  # valid signature, but the body is not an event


class SignatureInvalid(Exception):
    """A delivery was rejected; only a counter changes.

    `skew`, for CLOCK: seconds from our clock to the signature's time; positive when it is in the future.
    """

    def __init__(self, problem: SignatureProblem, skew: int = 0) -> None:
        super().__init__(problem.value)
        self.problem = problem
        self.skew = skew
