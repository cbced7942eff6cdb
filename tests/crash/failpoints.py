"""The steps after which a process can be killed: one after each of its effects outside its own memory.

Such effects are statements, the beginning and end of transactions, and outbound calls. A crash after one of them equals
a crash before the next, since nothing visible to others happens in between. The list of steps is not maintained by
hand: a dry run records them, so a new statement is a new step.
"""

from __future__ import annotations

import os
import re
import signal
import sys
from collections.abc import Callable
from typing import Any

from django.core.mail import EmailMessage
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from duitpos.processors.stripe.client import Transport

UNSEEN_CALL = 70
"""Exit code of a process that made an outbound call without a fail-point."""


class FailPoints:
    """Counts the steps and kills this process at step `crash_at`."""

    def __init__(self, crash_at: int | None, report: Callable[[list[str]], None]) -> None:
        self.seen: list[str] = []
        self._crash_at, self._report = crash_at, report
        self._calling = False

    def reach(self, label: str) -> None:
        self.seen.append(label)
        if len(self.seen) - 1 == self._crash_at:
            self._report(self.seen)
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, what: str, work: Callable[[], Any]) -> Any:
        result = work()
        self.reach(f"after {what}")
        return result

    def install(self) -> None:
        """Hook every effect outside this process, permanently."""
        connection.execute_wrappers.append(self._statement)
        connection_created.connect(self._watch, weak=False)
        for method, word in (("_commit", "COMMIT"), ("_rollback", "ROLLBACK")):
            _wrap(BaseDatabaseWrapper, method, lambda work, word=word: self.around(word, work))
        _wrap(Transport, "request", self._call, named=True)
        _wrap(EmailMessage, "send", lambda work: self._outbound("e-mail", work))
        if connection.vendor == "postgresql":
            # SQLite's BEGIN is an ordinary statement; psycopg sends it with the next statement.
            _wrap(type(connections[DEFAULT_DB_ALIAS]), "_set_autocommit", self._begin, named=True)
        sys.addaudithook(self._audit)
        self.reach("before the first")

    def _watch(self, connection: Any, **kwargs: Any) -> None:
        if self._statement not in connection.execute_wrappers:
            connection.execute_wrappers.append(self._statement)

    def _statement(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        table = re.search(r'"(\w+)"', sql)
        what = f"{sql.split()[0]} {table[1] if table else ''}".strip()
        return self.around(what, lambda: execute(sql, params, many, context))

    def _begin(self, work: Callable[[], Any], autocommit: bool) -> Any:
        return work() if autocommit else self.around("BEGIN", work)

    def _call(self, work: Callable[[], Any], method: str, url: str, *rest: Any) -> Any:
        path = re.sub(r"(cs|pi|re|we)_\w+", r"\1", url.partition("/v1/")[2].partition("?")[0])
        return self._outbound(f"{method.upper()} {path}", work)

    def _outbound(self, what: str, work: Callable[[], Any]) -> Any:
        def calling() -> Any:
            self._calling = True
            try:
                return work()
            finally:
                self._calling = False

        return self.around(f"call {what}", calling)

    def _audit(self, event: str, args: tuple[Any, ...]) -> None:
        if event == "socket.connect" and not self._calling:
            os.write(2, f"an outbound call without a fail-point: {args[1:]}\n".encode())
            os._exit(UNSEEN_CALL)


def _wrap(owner: Any, name: str, around: Callable[..., Any], named: bool = False) -> None:
    """Replace a method by `around`, which gets the original call and, if `named`, the method's arguments."""
    original = getattr(owner, name)

    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        def work() -> Any:
            return original(self, *args, **kwargs)

        return around(work, *args) if named else around(work)

    setattr(owner, name, method)
