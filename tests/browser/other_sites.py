"""Web servers of other sites: a processor's page and a bank's, which note what a browser sends them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl

Answer = tuple[int, dict[str, str], str]


@dataclass
class Site:
    """One origin. `answer` gives status, headers and body of the response to a request's method and path."""

    url: str
    answer: Callable[[str, str], Answer] = lambda method, path: (
        200,
        {},
        "<!doctype html><title>Site</title>",
    )
    forms: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)


@contextmanager
def another_site(host: str = "localhost") -> Iterator[Site]:
    """A site on a port of its own. Our pages are on 127.0.0.1, so that localhost is another site for cookies too."""
    site = Site("")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            site.forms.append(dict(parse_qsl(body.decode(), keep_blank_values=True)))
            self._answer()

        def _answer(self) -> None:
            site.paths.append(f"{self.command} {self.path}")
            status, headers, body = site.answer(self.command, self.path)
            self.send_response(status)
            for name, value in {"Content-Type": "text/html; charset=utf-8", **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site.url = f"http://{host}:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
