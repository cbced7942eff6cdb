"""The way to Stripe: the official library over a transport with a deadline (M29).

The library's own clients bound each wait, not the whole call: with a retry, connecting and pauses a start could hold a
guest for half a minute. Here one piece of work ends at its deadline (kit/deadline.py) whatever it consists of.
"""

from __future__ import annotations

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
"""What the library was made for; events in another version are only hints (M11)."""

CONNECT, READ = 3.0, 8.0
PAUSE = 0.4
WORTH_A_TRY = 1.0
"""Seconds. A retry that could not even connect is not begun."""


class Transport(stripe.HTTPClient):
    """Carries one call: at most two tries within the deadline. Shared by all accounts; sessions are per thread."""

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
        """One try, and another with the same Idempotency-Key if the first says nothing definite and time is left."""
        with within():
            until = deadline()
            try:
                answer = self.request(method, url, headers, post_data)
                if not _worth_repeating(answer):
                    return answer
            except stripe.APIConnectionError as error:
                if not error.should_retry or _left(until) < PAUSE + WORTH_A_TRY:
                    raise
                time.sleep(PAUSE)
                return self.request(method, url, headers, post_data)
            if _left(until) < PAUSE + WORTH_A_TRY:
                return answer
            time.sleep(PAUSE)
            return self.request(method, url, headers, post_data)

    def request(  # type: ignore[override]
        self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any = None, **_: Any
    ) -> tuple[bytes, int, Mapping[str, str]]:
        """One try. APIConnectionError when it was cut off; `should_retry` says whether another may do better."""
        until = deadline()
        # urllib3's own, because the pair that requests takes has no total. Its types do not know that it may be given.
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
            ) as answer:
                return _body(answer, until), answer.status_code, answer.headers
        except requests.exceptions.SSLError as error:
            raise _cut_off(error, again=False) from error
        except (requests.exceptions.RequestException, HTTPError, OSError) as error:
            raise _cut_off(error, again=True) from error

    def close(self) -> None:
        """Drop this thread's connections."""
        self._session().close()

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._thread_local, "session", None)
        if session is None:
            session = self._thread_local.session = requests.Session()
            session.trust_env = self._trust_environment
            session.verify = stripe.ca_bundle_path
            # Accounts share connections, so nothing of one may stick to the next.
            session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        return session


def _cut_off(error: Exception, *, again: bool) -> stripe.APIConnectionError:
    return stripe.APIConnectionError(f"{type(error).__name__}: {error}", should_retry=again)  # type: ignore[no-untyped-call]


def _left(until: float) -> float:
    return until - time.monotonic()


def _body(answer: requests.Response, until: float) -> bytes:
    """The whole body. A socket's time-out starts anew with every byte, so the deadline is watched at every read."""
    parts: list[bytes] = []
    while part := answer.raw.read1(65536, decode_content=True):
        parts.append(part)
        if _left(until) < 0:
            raise requests.exceptions.ReadTimeout("the answer came too slowly")
    return b"".join(parts)


def _worth_repeating(answer: tuple[bytes, int, Mapping[str, str]]) -> bool:
    """The library's own rule: a conflict or a server's error, unless Stripe says otherwise."""
    _, status, headers = answer
    advice = headers.get("Stripe-Should-Retry")
    return advice == "true" if advice else status == 409 or status >= 500


STRIPE_ITSELF = Transport(trust_environment=True)
# A sandbox is near: a proxy of the environment would not find it.
SANDBOX = Transport(trust_environment=False)


def client_of(secret_key: str, api_base: str) -> stripe.StripeClient:
    """A client for one account. `api_base` is empty for Stripe itself."""
    stripe.enable_telemetry = False
    if not api_base:
        return stripe.StripeClient(secret_key, http_client=STRIPE_ITSELF)
    return stripe.StripeClient(secret_key, http_client=SANDBOX, base_addresses={"api": api_base.rstrip("/")})
