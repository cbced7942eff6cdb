"""The Stripe sandbox as a real process, for any test that needs a Stripe.

with SandboxProcess() as sandbox:
    client = sandbox.client()                      # the official library, pointed at it
    sandbox.control("POST", "/clock", {"advance": 3600})
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx
import stripe

ROOT = Path(__file__).parent.parent
Json = dict[str, Any]

# Playing out a payment needs no ten-second wait for a shop that is not there.
QUICK = {"redirect_wait_seconds": 0.5, "dispute_fee": 0}


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def two_free_ports() -> int:
    """A free port whose next port is free, too."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port: int = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port


class ControlRefused(Exception):
    """A control call that was answered with an error."""


class SandboxProcess:
    """One sandbox on a free port. `start` returns when it answers; `stop` ends it and checks that it ended well."""

    def __init__(
        self,
        *options: str,
        python: str = sys.executable,
        source: Path = ROOT / "src",
        port: int | None = None,
    ) -> None:
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.secret_key = "sk_test_sandbox"
        self._command = [python, "-m", "stripe_sandbox", "--port", str(self.port), *options]
        self._environment = {**os.environ, "PYTHONPATH": str(source), "PYTHONDONTWRITEBYTECODE": "1"}
        self._process: subprocess.Popen[bytes] | None = None
        self._http = httpx.Client(base_url=self.url, trust_env=False, timeout=60)
        self._output = tempfile.TemporaryFile()  # noqa: SIM115 (lives as long as the process)

    def __enter__(self) -> SandboxProcess:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start it and wait until it is ready; RuntimeError with its output when it is not within a minute."""
        self._process = subprocess.Popen(
            self._command, env=self._environment, stdout=self._output, stderr=subprocess.STDOUT, cwd="/"
        )
        until = time.monotonic() + 60
        while time.monotonic() < until:
            if self._process.poll() is not None:
                break
            try:
                # Whoever else listens on that port has another process id.
                if self._http.get("/_sandbox/health").json()["pid"] == self._process.pid:
                    return
            except httpx.TransportError:
                time.sleep(0.03)
        self.kill()
        said = self.output()
        self.stop()
        raise RuntimeError(f"the sandbox did not start: {said}")

    def stop(self) -> int:
        """End it with SIGTERM; its exit status."""
        self._http.close()
        if self._process is None:
            return 0
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        status = self._process.wait(60)
        self._output.close()
        return status

    def kill(self) -> None:
        """End it as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(60)

    def output(self) -> str:
        """What it wrote so far."""
        self._output.seek(0)
        return self._output.read().decode(errors="replace")

    # -- talking to it -------------------------------------------------------------------------------------

    def client(self, key: str | None = None, **options: Any) -> stripe.StripeClient:
        """The official library as it would be used, pointed here."""
        stripe.enable_telemetry = False
        return stripe.StripeClient(key or self.secret_key, base_addresses={"api": self.url}, **options)

    def control(self, method: str, path: str, body: Json | None = None, **query: str) -> Any:
        """A control call below `/_sandbox`; raises ControlRefused."""
        reply = self._http.request(method, f"/_sandbox{path}", json=body, params=query or None)
        if reply.status_code != 200:
            raise ControlRefused(f"{method} {path}: {reply.status_code} {reply.text}")
        return reply.json()

    def reset(self) -> None:
        """Back to the state after start, with short waits."""
        self.control("POST", "/reset", {})
        self.control("POST", "/settings", dict(QUICK))

    def pay(self, session_id: str, **how: Any) -> Json:
        """Pay a session without its page; see the control API."""
        answer: Json = self.control("POST", f"/sessions/{session_id}/pay", how)
        return answer

    def advance(self, seconds: int) -> None:
        """Move the clock on, let what is due happen and its deliveries arrive."""
        self.control("POST", "/clock", {"advance": seconds})
        self.idle()

    def idle(self, timeout: float = 30) -> None:
        """Wait until no delivery is under way."""
        assert self.control("POST", "/idle", {"timeout": timeout})["idle"], "deliveries are still under way"

    def fault(self, fault: str, **facts: Any) -> None:
        """Make the next matching API call fail."""
        self.control("POST", "/faults", {"fault": fault, **facts})

    def rule(self, action: str, **facts: Any) -> None:
        """Do something to the next matching delivery."""
        self.control("POST", "/deliveries/rules", {"action": action, **facts})

    def requests(self, since: int = 0) -> list[Json]:
        """The log of API calls."""
        data: list[Json] = self.control("GET", "/requests", since=str(since))["data"]
        return data

    def listed(self, kind: str) -> list[Json]:
        """All objects of a kind, newest first: sessions, events, deliveries, …"""
        data: list[Json] = self.control("GET", f"/{kind}")["data"]
        return data
