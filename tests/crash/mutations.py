"""Bugs introduced on purpose in the process that is killed. If the crash tests miss them, they prove nothing."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

from django.db import connection

from duitpos.kit import clock


def _without_transactions() -> None:
    """Settle without a transaction: every statement commits by itself."""

    def work_alone(work: Callable[[], Any], tries: int = 6) -> Any:
        return work()

    patch("duitpos.domain.payments.events.receive.transact", work_alone).start()


def _taken_without_transaction() -> None:
    """Take money at the counter without a transaction."""
    patch("duitpos.domain.staff_actions.take_payment.transact", lambda work: work()).start()


def _extra_statement() -> None:
    def now_with_a_query() -> Any:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return clock.now()

    patch("duitpos.domain.checkout.checkout.now", now_with_a_query).start()


def _unhooked_call() -> None:
    """A call that does not go through the processor's transport."""

    def now_with_a_call() -> Any:
        socket.create_connection(("127.0.0.1", 9))
        return clock.now()

    patch("duitpos.domain.checkout.checkout.now", now_with_a_call).start()


MUTATIONS: dict[str, Callable[[], None]] = {
    "without transactions": _without_transactions,
    "taken without a transaction": _taken_without_transaction,
    "extra statement": _extra_statement,
    "unhooked call": _unhooked_call,
}
