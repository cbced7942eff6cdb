"""`make demo` with real processes and ports."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.operations.commands import environment
from tests.sandbox_process import two_free_ports
from tests.support.signals import HANG, default_signals

pytestmark = [pytest.mark.slow, pytest.mark.pure]

KEYS = set(
    "guest_url dashboard_url kitchen_url email password webhook_url stripe_api_base stripe_secret_key"
    " stripe_webhook_secret sandbox_url tenant".split()
)


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            probe.listen()
        except OSError:
            return False
        return True


class Demo:
    """A running demo."""

    def __init__(self, var: Path, port: int, *words: str, **env: str) -> None:
        self.var = var
        self.port = port
        self.process = subprocess.Popen(
            [sys.executable, "-m", "duitpos.cli", "demo", *words],
            env=environment(var, PORT=str(port), **env),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            preexec_fn=default_signals,
        )

    def wait(self, seconds: float = 240) -> dict[str, Any]:
        """Wait for demo.json and return its contents."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if self.process.poll() is not None:
                raise AssertionError(self.process.communicate()[0])
            if (self.var / "demo.json").exists():
                return dict(json.loads((self.var / "demo.json").read_text()))
            time.sleep(0.1)
        raise AssertionError("the demo did not come up")

    def stop(self) -> str:
        """Send SIGINT to the whole process group, as Ctrl-C does. Returns the output."""
        os.killpg(self.process.pid, signal.SIGINT)
        out, _ = self.process.communicate(timeout=HANG)
        assert self.process.returncode == 0, out
        assert is_free(self.port)
        assert is_free(self.port + 1)
        assert not (self.var / "demo.json").exists()
        return out


@contextmanager
def demo(var: Path, port: int, *words: str, **env: str) -> Iterator[Demo]:
    running = Demo(var, port, *words, **env)
    try:
        yield running
    finally:
        if running.process.poll() is None:
            os.killpg(running.process.pid, signal.SIGTERM)
            running.process.wait(HANG)
        running.process.communicate()


def test_it_starts_keeps_its_data_moves_and_starts_over(tmp_path: Path) -> None:
    port = two_free_ports()
    with demo(tmp_path, port) as first:
        places = first.wait()
        assert set(places) == KEYS
        assert (tmp_path / "demo.json").stat().st_mode & 0o777 == 0o600
        for name in ("guest_url", "sandbox_url"):
            assert requests.get(places[name], timeout=10).status_code == 200, name
        for name in ("dashboard_url", "kitchen_url"):
            answer = requests.get(places[name], timeout=10, allow_redirects=False)
            assert "/accounts/login/" in answer.headers["Location"], name
        assert requests.post(places["webhook_url"], timeout=10).status_code == 400
        until = time.monotonic() + HANG
        while requests.get(f"http://127.0.0.1:{port}/readyz", timeout=10).json()["sweep"]["state"] != "ok":
            assert time.monotonic() < until, (tmp_path / "log" / "worker.log").read_text()
            time.sleep(0.2)
        printed = first.stop()
        assert all(places[name] in printed for name in ("guest_url", "dashboard_url", "email", "password"))

    other = two_free_ports()
    with demo(tmp_path, other) as second:
        moved = second.wait()
        assert moved["guest_url"] == places["guest_url"].replace(str(port), str(other))
        assert moved["stripe_secret_key"] == places["stripe_secret_key"]
        endpoints = requests.get(f"{moved['sandbox_url']}_sandbox/endpoints", timeout=10).json()["data"]
        assert [endpoint["url"] for endpoint in endpoints] == [moved["webhook_url"]]
        second.stop()

    with demo(tmp_path, other, "--reset") as third:
        fresh = third.wait()
        assert fresh["guest_url"] != moved["guest_url"]
        assert fresh["stripe_secret_key"] != moved["stripe_secret_key"]
        third.stop()


@pytest.mark.parametrize("which", [0, 1])
def test_a_taken_port_stops_it_before_anything_starts(tmp_path: Path, which: int) -> None:
    port = two_free_ports()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port + which))
        taken.listen()
        with demo(tmp_path, port) as refused:
            out, _ = refused.process.communicate(timeout=HANG)
    assert refused.process.returncode == 2
    assert len(out.splitlines()) == 1
    assert str(port + which) in out
    assert [file.name for file in tmp_path.iterdir()] == ["demo.lock"]


def test_another_stripe_url_is_used_by_the_shop(tmp_path: Path) -> None:
    with demo(tmp_path, two_free_ports(), STRIPE_API_BASE="http://127.0.0.1:9/") as running:
        assert running.wait()["stripe_api_base"] == "http://127.0.0.1:9"
        again = Demo(tmp_path, two_free_ports())
        out, _ = again.process.communicate(timeout=HANG)
        assert again.process.returncode == 2
        assert "running in" in out
        os.kill(running.process.pid, signal.SIGTERM)
        assert running.process.wait(HANG) == 0


def test_if_one_process_exits_all_stop(tmp_path: Path) -> None:
    port = two_free_ports()
    with demo(tmp_path, port) as running:
        running.wait()
        listing = subprocess.run(
            ["ps", "-ww", "-eo", "pid,args"], capture_output=True, text=True, check=True
        ).stdout
        [sandbox] = [
            int(line.split()[0])
            for line in listing.splitlines()
            if "stripe_sandbox" in line and f"--port {port + 1}" in line
        ]
        os.kill(sandbox, signal.SIGKILL)
        out, _ = running.process.communicate(timeout=HANG)
    assert running.process.returncode == 1
    assert "The sandbox was killed by signal 9" in out
    assert is_free(port)


@pytest.mark.skipif(
    not Path("/proc/self/cmdline").exists(), reason="only Linux shows every command line here"
)
def test_no_secret_is_on_a_command_line_and_all_files_are_private(tmp_path: Path) -> None:
    """`ps` shows command lines to every user. Files from an earlier version become private as well."""
    old = tmp_path / "log" / "web.log"
    old.parent.mkdir()
    old.write_text("as it was")
    old.chmod(0o644)
    tmp_path.chmod(0o755)
    before = os.umask(0o022)
    try:
        with demo(tmp_path, two_free_ports()) as running:
            places = running.wait()
            requests.get(places["guest_url"], timeout=30)
            kept = json.loads((tmp_path / "demo-secrets.json").read_text())
            secrets = [*kept.values(), places["password"]]
            words = "\n".join(
                file.read_bytes().decode(errors="replace")
                for file in Path("/proc").glob("[0-9]*/cmdline")
                if file.exists()
            )
            assert "stripe_sandbox" in words, "the demo's processes are among those looked at"
            assert not [secret for secret in secrets if secret in words]
            modes = {
                str(path.relative_to(tmp_path)): oct(path.stat().st_mode & 0o777)
                for path in (tmp_path, *tmp_path.rglob("*"))
                if path.stat().st_mode & 0o077
            }
            assert modes == {}
            assert {"duitpos.sqlite3", "sandbox.sqlite3"} <= {path.name for path in tmp_path.iterdir()}
            running.stop()
    finally:
        os.umask(before)
