"""Starting, watching and stopping processes. Runs in a subprocess, because signals reach the whole process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.signals import HANG, default_signals

ROOT = Path(__file__).parent.parent.parent

PROGRAM = """
import sys
from pathlib import Path
from duitpos.demo.supervise import ChildDied, Supervisor
supervisor = Supervisor(Path(sys.argv[1]))
try:
    for number, words in enumerate(sys.argv[2:]):
        supervisor.start(f"child {number}", ["sh", "-c", words])
    print("up", flush=True)
    supervisor.watch()
    print("stopped", flush=True)
except ChildDied as died:
    print(died, flush=True)
finally:
    supervisor.stop()
"""

FUNCTIONS = """
import functools, os, subprocess, sys, time
from pathlib import Path
from duitpos.demo.supervise import ChildDied, Supervisor
from tests.demo.test_supervise import be_patient, complain
supervisor = Supervisor(Path(sys.argv[1]))
try:
    for number, work in enumerate(sys.argv[2:]):
        supervisor.run(f"child {number}", {"patient": be_patient, "dies": complain}[work])
    print("up", flush=True)
    supervisor.watch()
    print("stopped", flush=True)
except ChildDied as died:
    print(died, flush=True)
finally:
    supervisor.stop()
"""


def be_patient() -> None:
    other = subprocess.Popen(["sleep", "900"])
    _record(other.pid)
    time.sleep(900)


def complain() -> None:
    _record()
    time.sleep(0.5)
    sys.stderr.write("no more rice\n")
    sys.exit(3)


def _record(*others: int) -> None:
    with Path("pids").open("a") as pids:
        pids.write(" ".join(map(str, (os.getpid(), *others))) + "\n")


PATIENT = "echo $$ >> pids; exec sleep 900"
STUBBORN = "trap '' TERM INT; sleep 900 & echo $$ $! >> pids; wait; wait; wait"
PARENT = "sleep 900 & echo $$ $! >> pids; wait"


def start(
    tmp_path: Path,
    *children: str,
    signals: Callable[[], None] = default_signals,
    program: str = PROGRAM,
) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path / "log"), *children],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "src")])},
        stdout=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        start_new_session=True,
        preexec_fn=signals,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"
    wait_for_pids(tmp_path, len(children))
    return process


def wait_for_pids(tmp_path: Path, lines: int) -> None:
    until = time.monotonic() + HANG
    while not (tmp_path / "pids").exists() or len((tmp_path / "pids").read_text().splitlines()) < lines:
        assert time.monotonic() < until
        time.sleep(0.02)


def alive(tmp_path: Path) -> list[int]:
    """The recorded child processes that still run. Zombies do not count."""
    found = []
    for pid in map(int, (tmp_path / "pids").read_text().split()):
        state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True).stdout
        if state.strip() and not state.startswith("Z"):
            found.append(pid)
    return found


@pytest.mark.parametrize("whom", ["parent", "group"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_all(tmp_path: Path, number: signal.Signals, whom: str) -> None:
    process = start(tmp_path, PATIENT, STUBBORN, PARENT)
    assert len(alive(tmp_path)) == 5
    (os.kill if whom == "parent" else os.killpg)(process.pid, number)
    out, _ = process.communicate(timeout=HANG)
    assert out == "stopped\n"
    assert alive(tmp_path) == []


@pytest.mark.parametrize("whom", ["parent", "group"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_functions_and_what_they_started(
    tmp_path: Path, number: signal.Signals, whom: str
) -> None:
    process = start(tmp_path, "patient", "patient", program=FUNCTIONS)
    assert len(alive(tmp_path)) == 4
    (os.kill if whom == "parent" else os.killpg)(process.pid, number)
    out, _ = process.communicate(timeout=HANG)
    assert out == "stopped\n"
    assert alive(tmp_path) == []


def test_a_function_that_ends_is_named_with_its_last_words(tmp_path: Path) -> None:
    process = start(tmp_path, "patient", "dies", program=FUNCTIONS)
    out, _ = process.communicate(timeout=HANG)
    assert "The child 1 ended with code 3. It said: no more rice" in out
    assert alive(tmp_path) == []


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent was killed")
def test_a_function_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    process = start(tmp_path, "patient", program=FUNCTIONS)
    process.kill()
    process.communicate(timeout=HANG)
    first, started = map(int, (tmp_path / "pids").read_text().split())
    os.kill(started, signal.SIGKILL)
    until = time.monotonic() + HANG
    while first in alive(tmp_path) and time.monotonic() < until:
        time.sleep(0.05)
    assert first not in alive(tmp_path)


def test_it_can_be_stopped_when_a_script_started_it_in_the_background(tmp_path: Path) -> None:
    def as_a_shell_does() -> None:
        # A shell without job control does this for `command &`.
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    process = start(tmp_path, PATIENT, signals=as_a_shell_does)
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=HANG)[0] == "stopped\n"
    assert alive(tmp_path) == []


def test_if_one_exits_all_stop_and_it_is_named(tmp_path: Path) -> None:
    process = start(tmp_path, PATIENT, "echo $$ >> pids; sleep 0.5; echo 'no more rice' >&2; exit 3")
    out, _ = process.communicate(timeout=HANG)
    assert "The child 1 ended with code 3." in out
    assert "no more rice" in out
    assert alive(tmp_path) == []


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent was killed")
def test_a_killed_parent_leaves_no_process_behind(tmp_path: Path) -> None:
    process = start(tmp_path, PATIENT, PATIENT)
    process.kill()
    process.communicate(timeout=HANG)
    until = time.monotonic() + HANG
    while alive(tmp_path) and time.monotonic() < until:
        time.sleep(0.05)
    assert alive(tmp_path) == []
