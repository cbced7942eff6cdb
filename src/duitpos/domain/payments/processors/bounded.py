"""A processor whose calls hold at most a share of the web server's threads (M78)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

import structlog

from duitpos.kit.slow_calls import Full, slow_calls
from duitpos.processors.base import Failure, OwnCode, Processor, ProcessorError

log = structlog.get_logger(__name__)


def bounded(processor: Processor, partner: str) -> Processor:
    """The same processor; a call for which there is no room raises ProcessorError (UNAVAILABLE) at once."""
    return cast(Processor, _Bounded(processor, partner))


class _Bounded:
    """Passes every call on. What is not a call is passed on as it is."""

    def __init__(self, processor: Processor, partner: str) -> None:
        self._processor, self._partner = processor, partner

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._processor, name)
        return self._bounded(found) if callable(found) else found

    def _bounded(self, call: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(call)
        def within(*words: Any, **facts: Any) -> Any:
            try:
                with slow_calls().place(self._partner):
                    return call(*words, **facts)
            except Full as error:
                log.warning("too_many_wait_for_the_processor", partner=self._partner)
                raise ProcessorError(Failure.UNAVAILABLE, OwnCode.FULL) from error

        return within
