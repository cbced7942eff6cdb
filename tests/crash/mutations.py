"""Changed on purpose, in the doomed process. If the proof does not notice these, it proves nothing."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

from django.db import connection

from duitpos.kit import clock


def _without_transactions() -> None:
    """Every statement stands alone, as if nobody had thought of a transaction around settle."""

    def work_alone(work: Callable[[], Any], tries: int = 6) -> Any:
        return work()

    patch("duitpos.domain.payments.events.receive.transact", work_alone).start()


def _one_more_statement() -> None:
    def and_a_question() -> Any:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return clock.now()

    patch("duitpos.domain.checkout.checkout.now", and_a_question).start()


def _by_another_way() -> None:
    """A call that does not go through the processor's transport."""

    def and_a_call() -> Any:
        socket.create_connection(("127.0.0.1", 9))
        return clock.now()

    patch("duitpos.domain.checkout.checkout.now", and_a_call).start()


MUTATIONS: dict[str, Callable[[], None]] = {
    "without transactions": _without_transactions,
    "one more statement": _one_more_statement,
    "by another way": _by_another_way,
}
