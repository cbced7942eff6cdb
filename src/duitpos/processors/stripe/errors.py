"""One closed table: what Stripe or the way to it says, as a failure, a code and Stripe's own words.

Whatever comes from Stripe goes through `redact`, since it echoes (masked) keys.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import stripe

from duitpos.kit.clean_text import cut
from duitpos.kit.logs import redact
from duitpos.processors.base import NO_PERMISSION, Failure, ProcessorError
from duitpos.processors.stripe.snapshots import Incomplete

LABEL = "Stripe"
ABOUT_REQUEST = frozenset({"amount_too_small", "amount_too_large"})
"""Codes that say nothing of the account."""
MOST_WORDS = 400


@contextmanager
def translated() -> Iterator[None]:
    """Around every call: nothing of Stripe's library leaves this package, not even its errors."""
    try:
        yield
    except stripe.StripeError as error:
        raise as_processor_error(error) from error
    except Incomplete as error:  # an answer, but not one that we can read: unknown what was done
        raise stripe_error(Failure.UNAVAILABLE, "incomplete") from error


def stripe_error(
    failure: Failure,
    code: str = "",
    *,
    said: str = "",
    about: Mapping[str, object] | None = None,
    replayed: bool = False,
    is_about_request: bool = False,
) -> ProcessorError:
    """A ProcessorError of this processor."""
    return ProcessorError(
        failure,
        code,
        said=said,
        processor=LABEL,
        about=about,
        replayed=replayed,
        is_about_request=is_about_request,
    )


def as_processor_error(error: stripe.StripeError) -> ProcessorError:
    """The table. Anything that is no definite answer is UNAVAILABLE: unknown whether it was done (M9)."""
    failure = _failure(error)
    code = _code(error, failure)
    return stripe_error(
        failure,
        code,
        said=_said(error),
        is_about_request=code in ABOUT_REQUEST,
        replayed=(error.headers or {}).get("Idempotent-Replayed") == "true",
    )


def _failure(error: stripe.StripeError) -> Failure:
    status = error.http_status or 0
    if isinstance(error, stripe.RateLimitError):  # also a 400 of old with code rate_limit
        return Failure.BUSY
    # By status first: a 409 (twin in flight) has the type idempotency_error, too.
    if status in (409, 429):
        return Failure.BUSY
    if status in (401, 403):
        return Failure.KEY_REFUSED
    if isinstance(error, stripe.IdempotencyError):
        return Failure.KEY_REUSED
    if status == 404:
        return Failure.NOT_FOUND
    return Failure.REFUSED if 400 <= status < 500 else Failure.UNAVAILABLE


def _said(error: stripe.StripeError) -> str:
    # Network errors name hosts and sockets, and a body that is no JSON is whole pages: neither is for staff.
    return cut(redact(error.user_message or ""), MOST_WORDS) if error.error is not None else ""


def _code(error: stripe.StripeError, failure: Failure) -> str:
    # `.code` is empty on most of the library's errors; the body has it.
    code = str(getattr(error.error, "code", None) or error.code or "") if error.error is not None else ""
    if failure == Failure.KEY_REFUSED and error.http_status == 403 and not code:
        # Stripe gives the code sometimes, and always says it in words.
        return NO_PERMISSION if "permission" in (error.user_message or "") else ""
    return code
