"""Measure the parts of one confirm: requests through the WSGI application in this process, one after another."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from statistics import mean
from typing import Any, TypeVar
from unittest.mock import patch

from bench.deliveries import body_of, path_of, signature_of
from bench.restaurants import Pending
from bench.server import HOST

T = TypeVar("T")
Delivery = tuple[str, bytes, dict[str, str]]
"""Path, body and headers."""


@dataclass(frozen=True)
class Parts:
    """Average milliseconds per confirm in one otherwise idle process."""

    framework: float
    """An empty view: middleware, routing, request and response."""
    verify: float
    """Finding the account, decrypting its secret, verifying the signature, parsing the event; without the database."""
    database: float
    """Waiting for statements and COMMIT, including the driver."""
    statements: float
    """The number of statements per confirm, without BEGIN and COMMIT, which only SQLite needs."""
    rules: float
    """The rest: the domain's Python code, and building parameters."""
    whole: float


class _Clock:
    """The time spent in the functions that it wraps; nested calls count once."""

    def __init__(self) -> None:
        self.spent = 0.0
        self.calls = 0
        self._depth = 0

    def around(self, work: Callable[..., T]) -> Callable[..., T]:
        def timed(*args: Any, **kwargs: Any) -> T:
            began = time.perf_counter()
            self._depth += 1
            try:
                return work(*args, **kwargs)
            finally:
                self._depth -= 1
                self.calls += 1
                if not self._depth:
                    self.spent += time.perf_counter() - began

        return timed


def take_apart(guests: Sequence[Pending]) -> Parts:
    """Confirm the orders of `guests` through the WSGI application; RuntimeError when one is not settled."""
    from django.core.wsgi import get_wsgi_application

    application = get_wsgi_application()
    warm, guests = guests[: len(guests) // 5], guests[len(guests) // 5 :]
    empty = [_timed(application, "GET", "/bench/empty/", b"", {}, "ok") for _ in range(len(guests) * 2)]
    for guest in warm:
        confirm(application, delivery_of(guest))
    with _clocks() as (database, commits, verify, database_in_verify):
        whole = [confirm(application, delivery_of(guest)) for guest in guests]
    count = len(guests)
    framework, total = mean(empty[count:]) * 1000, mean(whole) * 1000
    in_database = database.spent / count * 1000
    verified = (verify.spent - database_in_verify.spent) / count * 1000
    return Parts(
        framework=framework,
        verify=verified,
        database=in_database,
        statements=(database.calls - commits.calls) / count,
        rules=total - framework - verified - in_database,
        whole=total,
    )


@contextmanager
def _clocks() -> Iterator[tuple[_Clock, _Clock, _Clock, _Clock]]:
    """Clocks for the database, for COMMIT alone, for `verify`, and for the database within `verify`."""
    from django.db import connection

    from duitpos.domain.payments.events import receive
    from duitpos.domain.payments.processors.connect import verify as plain_verify

    database, commits, verify, inner = _Clock(), _Clock(), _Clock(), _Clock()

    def verify_with_inner_clock(*args: Any, **kwargs: Any) -> Any:
        with connection.execute_wrapper(_wrapper(inner)):
            return plain_verify(*args, **kwargs)

    with ExitStack() as stack:
        connection.ensure_connection()
        stack.enter_context(connection.execute_wrapper(_wrapper(database)))
        commit = database.around(commits.around(connection.commit))
        stack.enter_context(patch.object(connection, "commit", commit))
        stack.enter_context(patch.object(receive, "verify", verify.around(verify_with_inner_clock)))
        yield database, commits, verify, inner


def _wrapper(clock: _Clock) -> Callable[..., Any]:
    def wrap(execute: Callable[..., Any], *args: Any) -> Any:
        return clock.around(execute)(*args)

    return wrap


def delivery_of(guest: Pending) -> Delivery:
    """A guest's event, signed now."""
    body = body_of(guest)
    headers = {"HTTP_STRIPE_SIGNATURE": signature_of(body), "CONTENT_TYPE": "application/json; charset=utf-8"}
    return path_of(guest), body, headers


def confirm(application: Any, delivery: Delivery) -> float:
    """Deliver through the WSGI application; returns the seconds it took. RuntimeError when it is not settled."""
    path, body, headers = delivery
    return _timed(application, "POST", path, body, headers, "settled")


def _timed(
    application: Any, method: str, path: str, body: bytes, headers: dict[str, str], expected: str
) -> float:
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": HOST,
        "SERVER_PORT": "443",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": HOST,
        "HTTP_X_FORWARDED_PROTO": "https",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.url_scheme": "https",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        **headers,
    }
    status: list[str] = []
    began = time.perf_counter()
    response = application(environ, lambda line, _headers: status.append(line))
    answer = b"".join(response)
    response.close()
    took = time.perf_counter() - began
    if answer.decode() != expected:
        raise RuntimeError(f"{method} {path} answered {status} {answer[:200]!r} instead of {expected!r}.")
    return took
