"""The HTTP server: reads requests, applies faults, keeps the log."""

from __future__ import annotations

import json
import socket
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from .api import Api
from .bills import now
from .control import Control
from .errors import Refusal, not_found
from .faults import FaultKind
from .hosted import Hosted
from .messages import Answer, Json, Request, json_answer, refusal_answer
from .state import First, State

_ERRORS = {429: "TOO_MANY_REQUESTS", 500: "INTERNAL", 502: "BAD_GATEWAY", 503: "UNAVAILABLE"}


class KedaiPay:
    """The server, which listens from its making until `stop`. `state` may be used by the tests of this thread."""

    def __init__(self, first: First, host: str = "127.0.0.1", port: int = 0) -> None:
        self.state = State(first)
        self._api, self._hosted, self._control = Api(self.state), Hosted(self.state), Control(self.state)
        self._stopping = threading.Event()
        self._server = _Server((host, port), _handler(self))
        self.port = self._server.server_port
        self.url = self.state.url = f"http://{host}:{self.port}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), name="kedai pay", daemon=True
        )
        self.state.deliveries.start()
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Listen and deliver no more."""
        self._stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)
        self.state.deliveries.stop()

    def answer(self, request: Request) -> Answer | None:
        """The answer to a request; None when the connection is to be closed without one."""
        if request.path.startswith("/_control/"):
            return self._answer(request)
        fault = self.state.faults.take(request)
        if fault is None:
            answer = self._answer(request)
            self._note(request, answer, "")
            return answer
        done = self._answer(request) if fault.takes_effect else None
        told = _error(fault.status) if fault.kind is FaultKind.STATUS else done
        self._note(request, told, fault.kind.value)
        if fault.kind is FaultKind.DROP:
            return None
        if fault.kind is FaultKind.HANG:
            self._stopping.wait(fault.seconds)
        return self._answer(request) if told is None else told

    def _answer(self, request: Request) -> Answer:
        try:
            if request.path.startswith("/_control/"):
                return self._control.answer(request)
            if request.path.startswith("/v2/"):
                return self._api.answer(request)
            if request.path == "/pay":
                return self._hosted.answer(request)
            raise not_found()
        except Refusal as refusal:
            return refusal_answer(refusal)

    def _note(self, request: Request, answer: Answer | None, fault: str) -> None:
        entry: Json = {
            "at": now(),
            "method": request.method,
            "path": request.path,
            "query": dict(request.query),
            "merchant": request.headers.get("x-merchant", ""),
            "body": _readable(request),
            "status": answer.status if answer is not None else None,
            "answer": answer.body.decode() if answer is not None and request.path != "/pay" else "",
            "fault": fault,
        }
        with self.state.lock:
            self.state.requests.append(entry)


def _error(status: int) -> Answer:
    plain = json_answer({"error": _ERRORS[status]}, status)
    headers = {"Retry-After": "1"} if status in (429, 503) else {}
    return Answer(plain.status, plain.body, plain.content_type, headers)


def _readable(request: Request) -> Any:
    """The body as JSON, a form's fields, or text."""
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return request.form
    text = request.body.decode(errors="replace")
    try:
        return json.loads(text)
    except ValueError:
        return text


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is no news; anything else belongs into the process's output."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


def _handler(kedai: KedaiPay) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        server_version = "KedaiPay"
        disable_nagle_algorithm = True
        wbufsize = -1
        # An idle connection ends by itself.
        timeout = 60

        def _reply(self) -> None:
            address = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            query = dict(parse_qsl(address.query, keep_blank_values=True))
            answer = kedai.answer(Request(self.command, address.path, query, headers, body))
            if answer is None:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(answer.body)))
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.body)

        do_GET = do_POST = do_DELETE = do_PUT = do_PATCH = _reply

        def log_message(self, format: str, *args: Any) -> None:
            """Write no log: control has one."""

    return Handler
