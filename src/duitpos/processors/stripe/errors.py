"""Translate Stripe's and network errors into a failure, a code and Stripe's message (docs/money-path.md: M9).

All messages from Stripe go through `redact`, because they can contain (masked) keys.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import stripe

from duitpos.kit.clean_text import cut
from duitpos.kit.logs import redact
from duitpos.processors.errors import Failure, ProcessorError
from duitpos.processors.stripe.snapshots import Incomplete

LABEL = "Stripe"
ABOUT_REQUEST = frozenset({"amount_too_small", "amount_too_large"})
"""Codes about the request only, not about the account."""
NO_PERMISSION = "more_permissions_required"
NOT_ACTIVATED = frozenset({"testmode_charges_only"})
"""Codes about an account that may not take real payments yet."""
NO_LIVE_CHARGES = "cannot currently make live charges"
"""What the message about such an account says; it has no code."""
MOST_WORDS = 400


@contextmanager
def translated() -> Iterator[None]:
    """Turn errors of Stripe's library into ProcessorError, so that they never leave this package."""
    try:
        yield
    except stripe.StripeError as error:
        raise as_processor_error(error) from error
    # Stripe responded, but we cannot read the response, so it is unknown whether the call took effect.
    except Incomplete as error:
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
    """A ProcessorError from Stripe."""
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
    """Translate an error. Without a definite response it is UNAVAILABLE: unknown whether the call took effect."""
    code = _code(error)
    failure = _failure(error, code)
    return stripe_error(
        failure,
        code,
        said=_said(error),
        is_about_request=code in ABOUT_REQUEST,
        replayed=(error.headers or {}).get("Idempotent-Replayed") == "true",
    )


def _failure(error: stripe.StripeError, code: str) -> Failure:
    status = error.http_status or 0
    # The library also raises this for a 400 with the code rate_limit.
    if isinstance(error, stripe.RateLimitError):
        return Failure.BUSY
    # Check the status before the type: a 409 (concurrent request) has the type idempotency_error, too.
    if status in (409, 429):
        return Failure.BUSY
    # Whatever code is in it: the server failed, and may have done so after it made something.
    if not 400 <= status < 500:
        return Failure.UNAVAILABLE
    if status == 403 and _lacks_permission(error, code):
        return Failure.NOT_PERMITTED
    if status in (401, 403):
        return Failure.KEY_REFUSED
    if code in NOT_ACTIVATED or (not code and NO_LIVE_CHARGES in (error.user_message or "")):
        return Failure.NOT_ACTIVATED
    if isinstance(error, stripe.IdempotencyError):
        return Failure.KEY_REUSED
    if status == 404:
        return Failure.NOT_FOUND
    return Failure.REFUSED


def _said(error: stripe.StripeError) -> str:
    # Network errors name hosts and sockets, and a body that is not JSON is a whole page: show neither to staff.
    return cut(redact(error.user_message or ""), MOST_WORDS) if error.error is not None else ""


def _code(error: stripe.StripeError) -> str:
    # Most of the library's errors have an empty `.code`; the code is in the body.
    return str(getattr(error.error, "code", None) or error.code or "") if error.error is not None else ""


def _lacks_permission(error: stripe.StripeError, code: str) -> bool:
    # Stripe does not always send the code, but its message always says so.
    return code == NO_PERMISSION or (not code and "permission" in (error.user_message or ""))
