"""Bodies that never arrive or are truncated, sent over a real socket (M77)."""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
import requests

from tests.operations.web import HOST, answer, starting_web, wait_for
from tests.support.signals import HANG

pytestmark = [pytest.mark.slow, pytest.mark.pure]
THREADS = 8
PATH = "/accounts/login/"


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a server with few threads, so that few senders can exhaust them."""
    var = tmp_path_factory.mktemp("var")
    with starting_web(var, DUITPOS_WEB_WORKERS="1", DUITPOS_WEB_THREADS=str(THREADS)) as (_, port):
        wait_for(port)
        yield port


def sender(port: int, length: int, body: bytes) -> socket.socket:
    """Sends a form with Content-Length `length`, and then waits."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=HANG)
    head = f"POST {PATH} HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: {length}\r\n"
    head += "Content-Type: application/x-www-form-urlencoded\r\nX-Forwarded-Proto: https\r\n\r\n"
    connection.sendall(head.encode() + body)
    return connection


def status_of(connection: socket.socket) -> int:
    return int(connection.recv(4096).split()[1])


def posted(port: int) -> int:
    url = f"http://127.0.0.1:{port}{PATH}"
    return requests.post(url, {"login": "x"}, headers={"Host": HOST}, timeout=HANG).status_code


def test_pages_are_served_while_bodies_never_end(port: int) -> None:
    """Without a limit, as many senders as there are threads would block the site."""
    with ExitStack() as stack:
        senders = [stack.enter_context(sender(port, 100, b"login=")) for _ in range(THREADS * 2)]
        answers = [answer(port) for _ in range(THREADS * 3)]
        assert answers == [200] * len(answers)
        assert posted(port) == 503
        until = time.monotonic() + HANG
        while len(refused := select.select(senders, [], [], 0)[0]) < len(senders) - 1:
            assert time.monotonic() < until
            time.sleep(0.1)
        assert [status_of(one) for one in refused] == [503] * (len(senders) - 1), "one is still being read"
    assert posted(port) == 403, "after they end, forms are read again: this one has no CSRF token"


def test_a_truncated_body_is_refused(port: int) -> None:
    with sender(port, 100, b"login=owner%40kopi") as connection:
        connection.shutdown(socket.SHUT_WR)
        assert status_of(connection) == 400
