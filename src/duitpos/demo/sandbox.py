"""The demo's Stripe sandbox: its command line, its health, its endpoints."""

from __future__ import annotations

import http.client
import json
import sys
from typing import Any
from urllib.parse import urlsplit

from duitpos.demo.plan import DemoKeys, Plan


def sandbox_secrets(keys: DemoKeys) -> dict[str, str]:
    """Its secrets, passed in the environment, since every user can read a command line."""
    return {
        "STRIPE_SANDBOX_SECRET_KEY": keys.stripe_secret_key,
        "STRIPE_SANDBOX_WEBHOOK_SECRETS": keys.stripe_webhook_secret,
    }


def sandbox_words(plan: Plan) -> list[str]:
    """The command line that starts it."""
    words = [sys.executable, "-m", "stripe_sandbox", "--host", plan.listen, "--port", str(plan.sandbox_port)]
    words += ["--state", str(plan.var / "sandbox.sqlite3"), "--account-name", "Kopi Kita"]
    words += ["--webhook", plan.webhook_url]
    if plan.listen != "127.0.0.1":
        words += ["--public-url", plan.sandbox_url]
    return words


def answers(url: str) -> bool:
    """Whether the URL answers 200."""
    try:
        return _ask("GET", url)[0] == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False


def forget_other_endpoints(plan: Plan) -> None:
    """Delete the webhook endpoints of earlier starts on other ports."""
    control = f"http://127.0.0.1:{plan.sandbox_port}/_sandbox/endpoints"
    for endpoint in json.loads(_ask("GET", control)[1])["data"]:
        if endpoint["url"] != plan.webhook_url and urlsplit(endpoint["url"]).path == plan.webhook_path:
            _ask("DELETE", f"{control}/{endpoint['id']}")


def _ask(method: str, url: str) -> tuple[int, Any]:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=5)
    try:
        connection.request(method, parts.path)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()
