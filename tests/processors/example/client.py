"""HTTP to Kedai Pay, within the deadline of kit/deadline.py.

A GET is sent at most twice. A POST is sent once: the same POST again makes another bill or another refund.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import quote

import requests
from urllib3.exceptions import HTTPError
from urllib3.util import Timeout

from duitpos.kit.deadline import deadline, within
from duitpos.processors.errors import Failure, ProcessorError
from tests.processors.example.errors import kedai_error, refusal

OWN_ADDRESS = "https://api.kedaipay.example"
CONNECT, READ = 3.0, 8.0
PAUSE, MIN_RETRY = 0.4, 1.0
"""Seconds before the second try, and seconds that must be left for it."""
MOST_BYTES = 4_000_000

_sessions = threading.local()


def path(*parts: str) -> str:
    """A path of the API. An id cannot leave its part of it."""
    return "/v2/" + "/".join(quote(part, safe="") for part in parts)


class Client:
    """Calls of one merchant. All methods raise ProcessorError."""

    def __init__(self, merchant_code: str, api_password: str, endpoint: str) -> None:
        self._merchant_code, self._password = merchant_code, api_password
        self._address = (endpoint or OWN_ADDRESS).rstrip("/")
        # A test server is on a local network, which the environment's proxy cannot reach.
        self._trust_environment = not endpoint

    def get(self, where: str, **query: str) -> Any:
        """Ask for something: nothing changes, so without an answer it is asked once more."""
        with within():
            until = deadline()
            try:
                return self._send("GET", where, query=query)
            except ProcessorError as error:
                is_lost = error.failure == Failure.UNAVAILABLE
                if not is_lost or until - time.monotonic() < PAUSE + MIN_RETRY:
                    raise
            time.sleep(PAUSE)
            return self._send("GET", where, query=query)

    def post(self, where: str, body: Mapping[str, Any]) -> Any:
        """Make something, with one try."""
        with within():
            return self._send("POST", where, body=body)

    def delete(self, where: str) -> Any:
        """Remove something, with one try."""
        with within():
            return self._send("DELETE", where)

    def _send(self, method: str, where: str, query: Mapping[str, str] | None = None, body: Any = None) -> Any:
        # A line break in a header is an error of the HTTP library, whose message has the whole header.
        if not (_fits_a_header(self._merchant_code) and _fits_a_header(self._password)):
            raise kedai_error(Failure.KEY_REFUSED)
        until = deadline()
        # requests' pair of timeouts has no total, so pass urllib3's Timeout. The type stubs do not know this option.
        timeout: Any = Timeout(connect=CONNECT, read=READ, total=max(until - time.monotonic(), 0.1))
        try:
            with self._session().request(
                method,
                f"{self._address}{where}",
                params=query,
                json=body,
                auth=self._sign,
                timeout=timeout,
                stream=True,
                allow_redirects=False,
            ) as response:
                status, content = response.status_code, _body(response, until)
        except (requests.exceptions.RequestException, HTTPError, OSError) as error:
            # Network errors name hosts and sockets: the log has them, staff read the failure only.
            raise kedai_error(Failure.UNAVAILABLE) from error
        return _read(status, content)

    def _sign(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["X-Merchant"] = self._merchant_code
        request.headers["Authorization"] = f"Bearer {self._password}"
        return request

    def _session(self) -> requests.Session:
        """One for each thread and kind of address."""
        name = "environment" if self._trust_environment else "direct"
        session: requests.Session | None = getattr(_sessions, name, None)
        if session is None:
            session = requests.Session()
            session.trust_env = self._trust_environment
            # Merchants share connections, so no cookie of one may reach the next.
            session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
            setattr(_sessions, name, session)
        return session


def _fits_a_header(text: str) -> bool:
    return bool(text) and text.isascii() and text.isprintable() and " " not in text


def _body(response: requests.Response, until: float) -> bytes:
    """Read the body. A socket's timeout restarts with every byte, so this checks the deadline after every read."""
    content = b""
    while part := response.raw.read1(65536, decode_content=True):
        content += part
        if time.monotonic() > until or len(content) > MOST_BYTES:
            raise requests.exceptions.ReadTimeout("the answer is too slow or too long")
    return content


def _read(status: int, content: bytes) -> Any:
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError):
        answer = None
    if not 200 <= status < 300:
        raise refusal(status, answer)
    if answer is None:
        raise kedai_error(Failure.UNAVAILABLE, "unreadable")
    return answer
