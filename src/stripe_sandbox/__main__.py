"""`python -m stripe_sandbox`; `--help` and README.md say what the options mean."""

import argparse
import json
import logging
import os
import socket
import sqlite3
import sys
from pathlib import Path

import uvicorn
from pydantic import ValidationError

from stripe_sandbox.accounts import Scope
from stripe_sandbox.actions.webhook_endpoints import create_endpoint
from stripe_sandbox.api.connection_reset import ResettableProtocol
from stripe_sandbox.app import create_app
from stripe_sandbox.errors import ControlError, StripeError
from stripe_sandbox.params.webhook_endpoints import plain_endpoint
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.store import Json

HANDLED = [
    "checkout.session.completed",
    "checkout.session.expired",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "payment_intent.payment_failed",
    "refund.created",
    "refund.updated",
    "refund.failed",
    "charge.refunded",
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.closed",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
]


def port_number(text: str) -> int:
    if not (text.isdecimal() and 0 < int(text) < 65536):
        raise argparse.ArgumentTypeError(f"not a port: {text}")
    return int(text)


def account_facts(text: str) -> Json:
    try:
        facts = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise argparse.ArgumentTypeError(f"not JSON: {error}") from error
    if not isinstance(facts, dict):
        raise argparse.ArgumentTypeError("not a JSON object")
    return facts


def parser() -> argparse.ArgumentParser:
    """The options; README.md explains them."""
    options = argparse.ArgumentParser(
        prog="stripe_sandbox", description="A Stripe of our own for demo and tests."
    )
    options.add_argument("--host", default="127.0.0.1")
    options.add_argument("--port", type=port_number, default=12111)
    options.add_argument("--public-url", help="base of the url of sessions")
    options.add_argument("--state", type=Path, help="SQLite file that keeps everything")
    # From the environment where they are secrets: a command line can be read by every user of the machine.
    key = os.environ.get("STRIPE_SANDBOX_SECRET_KEY", "sk_test_sandbox")
    options.add_argument("--secret-key", default=key, help="or STRIPE_SANDBOX_SECRET_KEY")
    options.add_argument("--account-name", default="Sandbox Café")
    options.add_argument("--account-country", default="MY")
    options.add_argument("--account-currency", default="myr")
    options.add_argument("--webhook", action="append", default=[], metavar="URL")
    options.add_argument(
        "--webhook-secret",
        action="append",
        metavar="whsec_…",
        help="or STRIPE_SANDBOX_WEBHOOK_SECRETS, with commas between them",
    )
    options.add_argument("--webhook-events", default=",".join(HANDLED), help="ticked event types, or *")
    options.add_argument("--account", action="append", default=[], type=account_facts, metavar="JSON")
    options.add_argument("--control-from-anywhere", action="store_true")
    return options


def seed(sandbox: Sandbox, options: argparse.Namespace) -> None:
    """Make the accounts and endpoints of the command line, unless the state file has them."""
    first: Json = {
        "name": options.account_name,
        "country": options.account_country,
        "currency": options.account_currency,
        "secret_key": options.secret_key,
    }
    for facts in [first, *options.account]:
        key = facts.get("secret_key")
        if key is None or sandbox.store.find("key", key) is None:
            sandbox.accounts.create(facts, sandbox.clock.now())
    key = sandbox.store.find("key", options.secret_key)
    if key is None:
        raise ControlError(f"the state file has no account for {options.secret_key}")
    scope = Scope(key.account, key.livemode)
    known = {record.obj["url"]: record for record in sandbox.of("endpoint", scope)}
    for url, secret in zip(options.webhook, options.webhook_secret, strict=True):
        if url in known:
            known[url].extra["secrets"] = [{"secret": secret, "until": None}]
            sandbox.store.save(known[url])
        else:
            ticked = options.webhook_events.replace(" ", "").split(",")
            create_endpoint(sandbox, scope, plain_endpoint(url, ticked), secret)


def port_is_taken(host: str, port: int) -> bool:
    """Whether another program listens there already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return True
    return False


def first_problem(options: argparse.Namespace) -> str | None:
    """Why the options cannot be used, or None; tried out on a temporary sandbox."""
    if len(options.webhook) != len(options.webhook_secret):
        return "give one --webhook-secret for each --webhook"
    try:
        seed(Sandbox(), options)
    except ValidationError as error:
        first = error.errors()[0]
        return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
    except (ControlError, StripeError) as error:
        return str(error)
    return None


def main() -> int:
    options = parser().parse_args()
    if options.webhook_secret is None:
        options.webhook_secret = [
            secret for secret in os.environ.get("STRIPE_SANDBOX_WEBHOOK_SECRETS", "").split(",") if secret
        ]
    # The state file holds keys and guests' addresses: no other user of this machine may read it.
    os.umask(0o077)
    logging.basicConfig(level=logging.WARNING, format="%(name)s: %(message)s")
    problem = first_problem(options)
    if problem is not None:
        sys.stderr.write(f"stripe_sandbox: {problem}\n")
        return 2
    if port_is_taken(options.host, options.port):
        sys.stderr.write(f"stripe_sandbox: {options.host}:{options.port} is taken; choose another --port\n")
        return 1
    try:
        sandbox = Sandbox(options.state, options.public_url)
    except sqlite3.Error as error:
        sys.stderr.write(f"stripe_sandbox: cannot use {options.state}: {error}\n")
        return 1
    app = create_app(sandbox, lambda: seed(sandbox, options), options.control_from_anywhere)
    config = uvicorn.Config(
        app,
        host=options.host,
        port=options.port,
        http=ResettableProtocol,
        loop="asyncio",
        lifespan="on",
        log_level="warning",
        access_log=False,
        # The API writes its own, of the sandbox's clock.
        date_header=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=65,
    )
    # uvicorn types this as int but accepts fractions; a payment page may still be waiting for the shop's answer.
    config.timeout_graceful_shutdown = 0.4  # type: ignore[assignment]
    uvicorn.Server(config).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
