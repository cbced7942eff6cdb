"""Limit a processor's calls to a share of the web server's threads (M78)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

import structlog

from duitpos.kit.slow_calls import Full, slow_calls
from duitpos.processors.base import Processor
from duitpos.processors.endpoints import WebhookEndpoints
from duitpos.processors.errors import Failure, OwnCode, ProcessorError

log = structlog.get_logger(__name__)


def bounded(processor: Processor, partner: str) -> Processor:
    """Return the processor, limited: a call over the limit raises ProcessorError (UNAVAILABLE) at once."""
    return cast(Processor, _Bounded(processor, partner))


class _Bounded:
    """Limits every method call, those to set up a webhook too; returns other attributes unchanged."""

    def __init__(self, calls: Processor | WebhookEndpoints, partner: str) -> None:
        self._calls, self._partner = calls, partner

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self._calls, name)
        if isinstance(attribute, WebhookEndpoints):
            return _Bounded(attribute, self._partner)
        return self._bounded(attribute) if callable(attribute) else attribute

    def _bounded(self, call: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(call)
        def limited(*args: Any, **kwargs: Any) -> Any:
            try:
                with slow_calls().place(self._partner):
                    return call(*args, **kwargs)
            except Full as error:
                log.warning("too_many_wait_for_the_processor", partner=self._partner)
                raise ProcessorError(Failure.UNAVAILABLE, OwnCode.FULL) from error

        return limited
