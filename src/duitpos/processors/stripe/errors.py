"""One closed table: what Stripe or the way to it says, in our words.

Texts are for staff. Whatever comes from Stripe goes through `redact`, since it echoes (masked) keys.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import stripe
from django.utils.translation import gettext as _

from duitpos.kit.logs import redact
from duitpos.kit.texts import cut
from duitpos.processors.base import NO_PERMISSION, Failure, ProcessorError
from duitpos.processors.stripe.snapshots import Incomplete

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
        raise ProcessorError(
            Failure.UNAVAILABLE, _words(Failure.UNAVAILABLE, ""), code="incomplete"
        ) from error


def as_processor_error(error: stripe.StripeError) -> ProcessorError:
    """The table. Anything that is no definite answer is UNAVAILABLE: unknown whether it was done (M9)."""
    failure = _failure(error)
    code = _code(error, failure)
    return ProcessorError(
        failure,
        _words(failure, _said(error)),
        code=code,
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


def _words(failure: Failure, said: str) -> str:
    words = {
        Failure.KEY_REFUSED: _("Stripe refuses the secret key."),
        Failure.NOT_FOUND: _("Stripe does not know it."),
        Failure.REFUSED: _("Stripe refuses the request."),
        Failure.KEY_REUSED: _(
            "Stripe was asked two different things under one key. This is a fault of DuitPOS."
        ),
        Failure.BUSY: _("Stripe is busy."),
        Failure.UNAVAILABLE: _("Stripe does not answer."),
    }
    return f"{words[failure]} {said}{'' if said.endswith('.') or not said else '.'}".strip()
