"""A server between an adapter and its processor, which a test lets change the answers or answer itself."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

import httpx

_OF_ONE_CONNECTION = frozenset(
    {"host", "connection", "keep-alive", "content-length", "transfer-encoding", "content-encoding"}
)


@dataclass(frozen=True)
class Answer:
    """An answer to one request."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=lambda: {"content-type": "application/json"})


class Relay:
    """Listens at `url` while the context is open. `received` has each request: its head and its body."""

    def __init__(self, endpoint: str = "") -> None:
        self.instead: Answer | None = None
        """The answer to every request, none of which then reaches the processor."""
        self.change: Callable[[Answer], Answer] = lambda answer: answer
        """Changes each answer of the processor's."""
        self.received: list[str] = []
        self._to = httpx.Client(base_url=endpoint, trust_env=False, timeout=30)
        relay = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                relay._handle(self)

            do_POST = do_PUT = do_PATCH = do_DELETE = do_GET

            def log_message(self, format: str, *args: Any) -> None:
                """Log nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_port
        self.url = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> Relay:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)
        self._to.close()

    def _handle(self, http: BaseHTTPRequestHandler) -> None:
        body = http.rfile.read(int(http.headers.get("Content-Length") or 0))
        self.received.append(f"{http.requestline}\n{http.headers}\n{body.decode(errors='replace')}")
        answer = self.instead or self.change(self._ask(http, body))
        http.send_response(answer.status)
        for name, text in answer.headers.items():
            http.send_header(name, text)
        http.send_header("Content-Length", str(len(answer.body)))
        http.end_headers()
        http.wfile.write(answer.body)

    def _ask(self, http: BaseHTTPRequestHandler, body: bytes) -> Answer:
        reply = self._to.request(
            http.command, http.path, content=body, headers=_passed_on(dict(http.headers))
        )
        return Answer(reply.status_code, reply.content, _passed_on(reply.headers))


def _passed_on(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in headers.items() if name.lower() not in _OF_ONE_CONNECTION}
