"""Kedai Pay as a real process, for any test that needs a processor unlike Stripe.

with ExampleServer() as kedai:
    kedai.pay(bill, method="ewallet")              # as a guest would
    kedai.fault("drop", "/v2/bills", method="POST")
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx

from tests.sandbox_process import ROOT, ControlRefused, free_port

Json = dict[str, Any]

MERCHANT = "KP1042"
PASSWORD = "kedai-api-password-of-tests"

# Tests do not wait a minute for the second try.
QUICK = (0.2,)


class ExampleServer:
    """One server on a free port. `start` returns when it answers; `stop` ends it. It is empty after `reset`."""

    def __init__(self, python: str = sys.executable, source: Path = ROOT, port: int | None = None) -> None:
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.merchant_code, self.password = MERCHANT, PASSWORD
        self._command = [python, "-m", "tests.processors.example.server", "--port", str(self.port)]
        self._environment = {
            **os.environ,
            "PYTHONPATH": str(source),
            "PYTHONDONTWRITEBYTECODE": "1",
            "KEDAI_MERCHANT": MERCHANT,
            "KEDAI_PASSWORD": PASSWORD,
        }
        self._process: subprocess.Popen[bytes] | None = None
        self._http = httpx.Client(base_url=self.url, trust_env=False, timeout=60)
        self._output = tempfile.TemporaryFile()  # noqa: SIM115 (lives as long as the process)

    def __enter__(self) -> ExampleServer:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start it and wait until it is ready; RuntimeError with its output when it is not within a minute."""
        self._process = subprocess.Popen(
            self._command, env=self._environment, stdout=self._output, stderr=subprocess.STDOUT, cwd="/"
        )
        until = time.monotonic() + 60
        while time.monotonic() < until and self._process.poll() is None:
            try:
                # Whoever else listens on that port has another process id.
                if self._http.get("/_control/health").json()["pid"] == self._process.pid:
                    self.deliveries(retry_after=QUICK)
                    return
            except httpx.TransportError:
                time.sleep(0.03)
        self.kill()
        said = self.output()
        self.stop()
        raise RuntimeError(f"Kedai Pay did not start: {said}")

    def stop(self) -> int:
        """End it with SIGTERM; its exit status."""
        self._http.close()
        status = 0
        if self._process is not None:
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

    def api(self, method: str, path: str, body: Json | None = None, **query: str) -> httpx.Response:
        """A call of the merchant's, such as api("GET", "/v2/merchant")."""
        headers = {"X-Merchant": self.merchant_code, "Authorization": f"Bearer {self.password}"}
        return self._http.request(method, path, json=body, params=query or None, headers=headers)

    def public_key(self) -> str:
        """The merchant's public key (PEM), the third of its credentials."""
        key: str = self.api("GET", "/v2/public_key").json()["public_key"]
        return key

    def control(self, method: str, path: str, body: Json | None = None, **query: str) -> Any:
        """A control call below `/_control`; raises ControlRefused."""
        reply = self._http.request(method, f"/_control{path}", json=body, params=query or None)
        if reply.status_code != 200:
            raise ControlRefused(f"{method} {path}: {reply.status_code} {reply.text}")
        return reply.json()

    def reset(self) -> None:
        """Back to the state after start, with short waits."""
        self.control("POST", "/reset")
        self.deliveries(retry_after=QUICK)

    # -- merchants -----------------------------------------------------------------------------------------

    def merchant(self, code: str = MERCHANT, **changes: Any) -> Json:
        """Change a merchant (README.md lists what), or make another: merchant("KP2", password="…")."""
        answer: Json = self.control("POST", "/merchants", {"code": code, **changes})
        return answer

    def go_live(self, live: bool = True) -> None:
        """New bills of the merchant are live ones, or test ones again."""
        self.merchant(is_test=not live)

    def new_key(self, code: str = MERCHANT) -> str:
        """Replace the merchant's key; the public part (PEM) of the new one."""
        key: str = self.control("POST", f"/merchants/{code}/new_key")["public_key"]
        return key

    def ping(self, code: str = MERCHANT) -> None:
        """Send a notice about no bill to the merchant's callbacks."""
        self.control("POST", f"/merchants/{code}/ping")

    # -- bills ---------------------------------------------------------------------------------------------

    def bills(self) -> list[Json]:
        """All bills, oldest first, with their refunds, lines and return address, which the API does not tell."""
        bills: list[Json] = self.control("GET", "/bills")
        return bills

    def bill(self, bill: str) -> Json:
        """One bill, with its refunds, lines and return address."""
        answer: Json = self.control("GET", f"/bills/{bill}")
        return answer

    def _act(self, bill: str, action: str, **facts: Any) -> Json:
        answer: Json = self.control("POST", f"/bills/{bill}/{action}", facts)
        return answer

    def pay(
        self, bill: str, method: str = "fpx", by: str = "", again: bool = False, amount: str = ""
    ) -> Json:
        """Pay a bill: method fpx, ewallet or qr; `again` pays a paid one; another `amount` such as "5.00"."""
        return self._act(bill, "pay", method=method, by=by, again=again, amount=amount)

    def refuse(self, bill: str, message: str = "The bank refused the payment") -> Json:
        """The bank refuses; the bill stays payable."""
        return self._act(bill, "refuse", message=message)

    def hold(self, bill: str) -> Json:
        """The money is held and not taken; `bank_pays` takes it."""
        return self._act(bill, "hold")

    def bank_later(self, bill: str) -> Json:
        return self._act(bill, "bank_later")

    def bank_pays(self, bill: str) -> Json:
        return self._act(bill, "bank_pays")

    def bank_fails(self, bill: str) -> Json:
        return self._act(bill, "bank_fails")

    def refund_externally(self, bill: str, amount: str, payment: str = "") -> Json:
        """Give money back without the API: of the first payment, or of another by its id."""
        return self._act(bill, "refund", amount=amount, payment=payment)

    def set_refundable(self, bill: str, refundable: str) -> Json:
        """any, full or none."""
        return self._act(bill, "refundable", refundable=refundable)

    def settle_refund(self, refund: str, succeeds: bool = True) -> Json:
        """End a refund, queued or done; one that fails leaves the total. The bill."""
        answer: Json = self.control("POST", f"/refunds/{refund}", {"succeeds": succeeds})
        return answer

    # -- faults and the log --------------------------------------------------------------------------------

    def fault(self, kind: str, path: str = "**", **facts: Any) -> None:
        """Make requests fail: drop, hang or status. Facts: method, times, seconds, status, takes_effect."""
        self.control("POST", "/faults", {"kind": kind, "path": path, **facts})

    def faults_left(self) -> int:
        """How many requests will still fail."""
        left: int = self.control("GET", "/faults")["left"]
        return left

    def no_faults(self) -> None:
        self.control("DELETE", "/faults")

    def requests(self, since: int = 0) -> list[Json]:
        """The log of requests but control's, oldest first, without the first `since`."""
        entries: list[Json] = self.control("GET", "/requests", since=str(since))
        return entries

    # -- deliveries ----------------------------------------------------------------------------------------

    def deliveries(self, retry_after: Sequence[float] | None = None, by_hand: bool | None = None) -> None:
        """Seconds before each further try (the last counts for all after it); whether only `deliver` sends."""
        facts: Json = {}
        if retry_after is not None:
            facts["retry_after"] = list(retry_after)
        if by_hand is not None:
            facts["by_hand"] = by_hand
        self.control("POST", "/deliveries", facts)

    def delivered(self) -> list[Json]:
        """All deliveries, oldest first, with the receiver's answers."""
        deliveries: list[Json] = self.control("GET", "/deliveries")
        return deliveries

    def deliver(self) -> list[Json]:
        """Try everything that waits once, now; what was tried."""
        tried: list[Json] = self.control("POST", "/deliver")
        return tried

    def deliver_again(self, delivery: str) -> None:
        """Send the same bytes once more."""
        self.control("POST", f"/deliveries/{delivery}/again")

    def send(
        self, url: str, notices: Sequence[Any] = (), body: str | None = None, callback: str = ""
    ) -> None:
        """Send notices of the test's own (or a body that is none), signed by the merchant's or a callback's key."""
        facts: Json = {"url": url, "notices": list(notices), "merchant": MERCHANT, "callback": callback}
        self.control("POST", "/notices", facts if body is None else {**facts, "body": body})

    def idle(self, timeout: float = 30, retries: bool = False) -> None:
        """Wait until no delivery is due; with `retries`, until no further try is to come."""
        idle = self.control("POST", "/idle", {"timeout": timeout, "retries": retries})["idle"]
        assert idle, "deliveries are still under way"
