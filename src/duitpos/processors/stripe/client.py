"""Stripe's official library over a transport with a deadline (docs/money-path.md: M11, M29).

The library's own HTTP clients limit each wait, not the whole call: with connecting, a retry and pauses, a guest could
wait half a minute for a start call. With this transport, a unit of work ends at its deadline (kit/deadline.py).
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Mapping
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
import stripe
from urllib3.exceptions import HTTPError
from urllib3.util import Timeout

from duitpos.kit.deadline import deadline, within

API_VERSION = stripe.api_version or ""
"""The library's API version. Events in another version are read as reduced events (ProcessorEvent.is_hint)."""

# The library's line for each call repeats what our rows have.
logging.getLogger("stripe").setLevel(logging.WARNING)

CONNECT, READ = 3.0, 8.0
PAUSE = 0.4
MIN_RETRY = 1.0
"""Seconds that must be left for a retry: with less it could not even connect."""


class Transport(stripe.HTTPClient):
    """Sends a request at most twice, within the deadline. All accounts share it; each thread has its own session."""

    name = "requests"

    def __init__(self, *, trust_environment: bool) -> None:
        super().__init__()
        self._trust_environment = trust_environment

    def request_with_retries(  # type: ignore[override]
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        post_data: Any = None,
        max_network_retries: int | None = None,
        *,
        _usage: list[str] | None = None,
    ) -> tuple[bytes, int, Mapping[str, str]]:
        """Send a request; without a definite response, retry once with the same Idempotency-Key if time is left."""
        with within():
            until = deadline()
            try:
                response = self.request(method, url, headers, post_data)
                if not _should_retry(response):
                    return response
            except stripe.APIConnectionError as error:
                if not error.should_retry or _left(until) < PAUSE + MIN_RETRY:
                    raise
                time.sleep(PAUSE)
                return self.request(method, url, headers, post_data)
            if _left(until) < PAUSE + MIN_RETRY:
                return response
            time.sleep(PAUSE)
            return self.request(method, url, headers, post_data)

    def request(  # type: ignore[override]
        self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any = None, **_: Any
    ) -> tuple[bytes, int, Mapping[str, str]]:
        """Send a request once. Raises APIConnectionError for network errors; `should_retry`: a retry may help."""
        until = deadline()
        # requests' pair of timeouts has no total, so pass urllib3's Timeout. The type stubs do not know this option.
        timeout: Any = Timeout(connect=CONNECT, read=READ, total=max(_left(until), 0.1))
        try:
            with self._session().request(
                method,
                url,
                headers=headers,
                data=post_data,
                timeout=timeout,
                stream=True,
                allow_redirects=False,
            ) as response:
                body = _body(response, until)
                if not _is_stripes(body, response.ok):
                    # A proxy's refusal may be repeated for ever, so only what may be a passing fault is.
                    passes = response.ok or response.status_code >= 500
                    raise _connection_error(ValueError("the answer is not Stripe's"), should_retry=passes)
                return body, response.status_code, response.headers
        except requests.exceptions.SSLError as error:
            raise _connection_error(error, should_retry=False) from error
        except (requests.exceptions.RequestException, HTTPError, OSError) as error:
            raise _connection_error(error, should_retry=True) from error

    def close(self) -> None:
        """Close this thread's connections."""
        self._session().close()

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._thread_local, "session", None)
        if session is None:
            session = self._thread_local.session = requests.Session()
            session.trust_env = self._trust_environment
            session.verify = stripe.ca_bundle_path
            # Accounts share connections, so no cookie of one account may reach the next.
            session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        return session


def _connection_error(error: Exception, *, should_retry: bool) -> stripe.APIConnectionError:
    message = f"{type(error).__name__}: {error}"
    return stripe.APIConnectionError(message, should_retry=should_retry)  # type: ignore[no-untyped-call]


def _left(until: float) -> float:
    return until - time.monotonic()


def _body(response: requests.Response, until: float) -> bytes:
    """Read the body. A socket's timeout restarts with every byte, so this checks the deadline after every read."""
    parts: list[bytes] = []
    while part := response.raw.read1(65536, decode_content=True):
        parts.append(part)
        if _left(until) < 0:
            raise requests.exceptions.ReadTimeout("the answer came too slowly")
    return b"".join(parts)


def _is_stripes(body: bytes, is_success: bool) -> bool:
    """Whether this is one of Stripe's objects, or an error of Stripe's.

    The library fails on others with errors that are not its own, or takes a proxy's refusal for Stripe's.
    """
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return False
    if not isinstance(answer, dict):
        return False
    return isinstance(answer.get("object"), str) if is_success else isinstance(answer.get("error"), dict)


def _should_retry(response: tuple[bytes, int, Mapping[str, str]]) -> bool:
    """The library's own rule: retry a 409 or a 5xx, unless Stripe's header decides."""
    _, status, headers = response
    advice = headers.get("Stripe-Should-Retry")
    return advice == "true" if advice else status == 409 or status >= 500


STRIPE_ITSELF = Transport(trust_environment=True)
# A sandbox is on a local network, which the environment's proxy cannot reach.
SANDBOX = Transport(trust_environment=False)


def client_of(secret_key: str, api_base: str) -> stripe.StripeClient:
    """A Stripe client for one account. `api_base` is empty for Stripe's own URL."""
    stripe.enable_telemetry = False
    if not api_base:
        return stripe.StripeClient(secret_key, http_client=STRIPE_ITSELF)
    return stripe.StripeClient(secret_key, http_client=SANDBOX, base_addresses={"api": api_base.rstrip("/")})
