"""Checks at each processor call whether its thread holds a database connection."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from duitpos.processors.stripe.client import Transport


class Watch:
    """`held` has one entry per call: whether its thread held a connection. Then `at_a_call` is run."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.held: list[bool] = []
        self.at_a_call: Callable[[], object] = lambda: None
        ask = Transport.request

        def watched(transport: Transport, *args: Any, **kwargs: Any) -> Any:
            self.held.append(connection.connection is not None)
            self.at_a_call()
            return ask(transport, *args, **kwargs)

        monkeypatch.setattr(Transport, "request", watched)
