"""A webhook endpoint that stores deliveries and returns chosen statuses, and a page to return to."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Received:
    """One received delivery."""

    body: bytes
    headers: dict[str, str]

    @property
    def event(self) -> dict[str, Any]:
        event: dict[str, Any] = json.loads(self.body)
        return event

    @property
    def signature(self) -> str:
        return self.headers.get("stripe-signature", "")


class Receiver:
    """Listens on a free port until `close`. It answers with each of `statuses` once, then with `status`."""

    def __init__(self) -> None:
        self.status = 200
        self.statuses: list[int] = []
        self.delay = 0.0
        self.age = 0
        self.received: list[Received] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                age = outer.age
                time.sleep(outer.delay)
                if age == outer.age:
                    outer.received.append(Received(body, headers))
                self.send_response(outer.statuses.pop(0) if outer.statuses else outer.status)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"ok")

            def do_GET(self) -> None:
                page = b"<!doctype html><title>Shop</title><h1>Thank you</h1>"
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.send_header("Content-Length", str(len(page)))
                self.end_headers()
                self.wfile.write(page)

            def log_message(self, format: str, *args: Any) -> None:
                """Log nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def forget(self) -> None:
        """Reset; deliveries that are still under way are not stored."""
        self.age += 1
        self.status, self.delay = 200, 0.0
        self.statuses.clear()
        self.received.clear()

    def types(self) -> list[str]:
        return [one.event["type"] for one in self.received]

    def of(self, event_type: str) -> list[Received]:
        return [one for one in self.received if one.event["type"] == event_type]

    def wait(self, count: int, seconds: float = 5) -> None:
        """Wait until `count` deliveries have arrived."""
        until = time.monotonic() + seconds
        while len(self.received) < count:
            assert time.monotonic() < until, f"only {len(self.received)} of {count} came: {self.types()}"
            time.sleep(0.01)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)
