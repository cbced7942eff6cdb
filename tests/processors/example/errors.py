"""Kedai Pay's refusals in our closed table of failures. It sends codes and no sentences, so `said` stays empty."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from duitpos.kit.clean_text import cut
from duitpos.processors.errors import Failure, OwnCode, ProcessorError
from tests.processors.example.amounts import AmountNotExact
from tests.processors.example.reading import CODE, Incomplete

LABEL = "Kedai Pay"

_BY_CODE = {
    "MERCHANT_INACTIVE": Failure.NOT_ACTIVATED,
    "DUPLICATE_REFERENCE": Failure.REFUSED,
}
_BY_STATUS = {
    401: Failure.KEY_REFUSED,
    403: Failure.NOT_PERMITTED,
    404: Failure.NOT_FOUND,
    # Kedai Pay waited for our request too long: it may have been complete all the same.
    408: Failure.UNAVAILABLE,
    429: Failure.BUSY,
}
ABOUT_REQUEST = frozenset({"AMOUNT_TOO_SMALL", "AMOUNT_TOO_LARGE", "EMAIL_REQUIRED", "EMAIL_INVALID"})
"""Codes about one request: the same account takes others."""


def kedai_error(
    failure: Failure,
    code: str = "",
    *,
    about: Mapping[str, object] | None = None,
    is_about_request: bool = False,
) -> ProcessorError:
    """A ProcessorError from Kedai Pay."""
    return ProcessorError(failure, code, processor=LABEL, about=about, is_about_request=is_about_request)


def refusal(status: int, answer: object) -> ProcessorError:
    """The error for an answer that is not 2xx. Everything that is no refusal of Kedai Pay's own is UNAVAILABLE."""
    code = cut(answer.get("error"), CODE) if isinstance(answer, Mapping) else ""
    # A 5xx may come after something was made. Without a code of theirs, something on the way has answered.
    if not code or not 400 <= status < 500:
        return kedai_error(Failure.UNAVAILABLE, code)
    failure = _BY_CODE.get(code) or _BY_STATUS.get(status, Failure.REFUSED)
    return kedai_error(failure, code, is_about_request=code in ABOUT_REQUEST)


@contextmanager
def translated() -> Iterator[None]:
    """Turn what this package raises into ProcessorError, so that nothing else leaves it."""
    try:
        yield
    except AmountNotExact as error:
        raise kedai_error(
            Failure.REFUSED, OwnCode.AMOUNT_NOT_EXACT, about={"currency": error.currency}
        ) from error
    # Kedai Pay answered, but we cannot read the answer, so it is unknown whether the call took effect.
    except Incomplete as error:
        raise kedai_error(Failure.UNAVAILABLE, "incomplete") from error
