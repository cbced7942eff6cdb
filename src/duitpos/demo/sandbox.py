"""The demo's own Stripe: how it is started, and asked whether it is well."""

from __future__ import annotations

import http.client
import json
import sys
from typing import Any
from urllib.parse import urlsplit

from duitpos.demo.plan import DemoKeys, Plan


def sandbox_secrets(keys: DemoKeys) -> dict[str, str]:
    """What it must know and nobody may read: its environment, since a command line is open to every user."""
    return {
        "STRIPE_SANDBOX_SECRET_KEY": keys.stripe_secret_key,
        "STRIPE_SANDBOX_WEBHOOK_SECRETS": keys.stripe_webhook_secret,
    }


def sandbox_words(plan: Plan) -> list[str]:
    """The words that start it."""
    words = [sys.executable, "-m", "stripe_sandbox", "--host", plan.listen, "--port", str(plan.sandbox_port)]
    words += ["--state", str(plan.var / "sandbox.sqlite3"), "--account-name", "Kopi Kita"]
    words += ["--webhook", plan.webhook_url]
    if plan.listen != "127.0.0.1":
        words += ["--public-url", plan.sandbox_url]
    return words


def answers(url: str) -> bool:
    """Whether a server answers there with 200."""
    try:
        return _ask("GET", url)[0] == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False


def forget_other_endpoints(plan: Plan) -> None:
    """Take away the webhook endpoints of earlier starts on other ports; nobody listens there."""
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
