"""An address that takes Kedai Pay's deliveries and answers as told."""

from __future__ import annotations

import base64
import json
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa


@dataclass(frozen=True)
class Received:
    """One received delivery."""

    path: str
    body: bytes
    signature: str

    @property
    def notices(self) -> list[dict[str, Any]]:
        notices: list[dict[str, Any]] = json.loads(self.body)["notices"]
        return notices

    def is_signed_by(self, public_key: str) -> bool:
        """Whether the key (PEM) fits the signature."""
        key = serialization.load_pem_public_key(public_key.encode())
        assert isinstance(key, rsa.RSAPublicKey)
        try:
            key.verify(base64.b64decode(self.signature), self.body, padding.PKCS1v15(), hashes.SHA256())
        except InvalidSignature:
            return False
        return True


class Receiver:
    """Listens on a free port until `close`. It gives each of `answers` once, then 200 and [accepted]."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, str]] = []
        self.received: list[Received] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.received.append(Received(self.path, body, self.headers["X-Kedai-Signature"]))
                status, text = outer.answers.pop(0) if outer.answers else (200, "[accepted]")
                self.send_response(status)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, format: str, *args: Any) -> None:
                """Log nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)
