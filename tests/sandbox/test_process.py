"""The sandbox as a program: without duitpos, restarted, stopped, and with its port in use."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
import stripe

from tests.sandbox.conftest import order
from tests.sandbox.receiver import Receiver
from tests.sandbox_contract import event_errors, traffic_errors
from tests.sandbox_process import ROOT, SandboxProcess, free_port


def test_it_runs_without_the_application(tmp_path: Path) -> None:
    """A copy of only this package, with an import hook that refuses duitpos and Django."""
    shutil.copytree(ROOT / "src" / "stripe_sandbox", tmp_path / "stripe_sandbox")
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\n"
        "class Refuse:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.partition('.')[0] in ('django', 'duitpos', 'stripe'):\n"
        "            raise ImportError('not here: ' + name)\n"
        "sys.meta_path.insert(0, Refuse())\n"
    )
    with SandboxProcess(source=tmp_path) as sandbox:
        params: Any = order()
        session = sandbox.client().v1.checkout.sessions.create(params=params)
        assert sandbox.pay(session.id)["result"] == "paid"
    # Check that the hook works.
    tried = subprocess.run(
        [sys.executable, "-c", "import django"],
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        check=False,
    )
    assert b"not here: django" in tried.stderr


def test_a_restart_keeps_everything(tmp_path: Path) -> None:
    receiver = Receiver()
    options = (
        "--state",
        str(tmp_path / "state.sqlite3"),
        "--webhook",
        receiver.url,
        "--webhook-secret",
        "whsec_x",
    )
    params: Any = order()
    try:
        receiver.status = 500
        with SandboxProcess(*options) as first:
            made = first.client().v1.checkout.sessions.create(params=params, options={"idempotency_key": "k"})
            waiting = first.client().v1.checkout.sessions.create(params=params)
            first.pay(made.id)
            first.idle()
            first.control("POST", "/clock", {"advance": 5})
            first.kill()
        receiver.status = 200
        with SandboxProcess(*options) as second:
            api = second.client().v1
            assert api.checkout.sessions.retrieve(made.id).payment_status == "paid"
            assert api.checkout.sessions.create(params=params, options={"idempotency_key": "k"}).id == made.id
            assert len(second.listed("endpoints")) == 1
            assert second.control("GET", "/clock")["offset"] == 5
            second.advance(86400)
            assert api.checkout.sessions.retrieve(waiting.id).status == "expired"
            delivered = second.control("GET", "/deliveries", type="checkout.session.completed")["data"][0]
            assert [attempt["status"] for attempt in delivered["attempts"]] == [500, 200]
            assert not traffic_errors(second.requests())
            assert not event_errors(second.listed("events"))
    finally:
        receiver.close()


def test_sigterm_stops_it_even_amid_a_call() -> None:
    sandbox = SandboxProcess()
    sandbox.start()
    sandbox.fault("hang", seconds=200)
    waiting = threading.Thread(target=_ask_in_vain, args=(sandbox,))
    waiting.start()
    while sandbox.control("GET", "/faults")["data"]:
        time.sleep(0.01)
    started = time.monotonic()
    sandbox.stop()
    took = time.monotonic() - started
    waiting.join(60)
    assert took < 60, "it did not wait for the call to end"


def _ask_in_vain(sandbox: SandboxProcess) -> None:
    with pytest.raises(stripe.StripeError):
        sandbox.client().v1.accounts.retrieve_current()


def test_a_taken_port_is_a_clear_error() -> None:
    with SandboxProcess() as first, pytest.raises(RuntimeError, match=f"127.0.0.1:{first.port} is taken"):
        SandboxProcess(port=first.port).start()


@pytest.mark.parametrize(
    "options,words",
    [
        (("--port", "99999"), "not a port: 99999"),
        (("--account", "{"), "not JSON"),
        (("--account", "5"), "not a JSON object"),
        (("--account", '{"name": 5}'), "name: "),
        (("--secret-key", "pk_test_x"), "not a key of Stripe's shape"),
        (("--account-country", "Malaysia"), "country: "),
        (("--webhook", "http://x/"), "give one --webhook-secret"),
        (("--webhook", "x", "--webhook-secret", "whsec_x"), "url: Not a valid URL"),
        (
            ("--webhook", "http://x/", "--webhook-secret", "whsec_x", "--webhook-events", "y"),
            "Invalid event type",
        ),
        (("--state", "/nowhere/at/all"), "cannot use /nowhere/at/all"),
    ],
)
def test_a_wrong_option_is_one_sentence(options: tuple[str, ...], words: str) -> None:
    tried = subprocess.run(
        [sys.executable, "-m", "stripe_sandbox", "--port", str(free_port()), *options],
        env={"PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        check=False,
        timeout=30,
        text=True,
    )
    assert tried.returncode in (1, 2)
    assert words in tried.stderr.splitlines()[-1]
    assert "Traceback" not in tried.stderr


def test_the_check_against_the_contract_reports_errors() -> None:
    good = {
        "method": "GET",
        "target": "/v1/checkout/sessions/cs_x",
        "body": "",
        "status": 200,
        "response": {"id": "cs_x"},
        "replayed": False,
        "fault": None,
    }
    assert traffic_errors([good])
    assert traffic_errors([{**good, "target": "/v1/events?foo=1", "response": {}}])
    assert event_errors([{"id": "evt_1", "type": "charge.succeeded", "data": {"object": {}}}])
