"""Starting a few processes, watching them, and stopping all of them."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event

STOP_SECONDS = 2.0
"""How long processes may take to stop before they are killed."""

_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Child:
    """A running process. It leads a group of its own, so that its helpers go with it."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path


class ChildDied(Exception):
    """A process ended although nobody asked it to."""

    def __init__(self, child: Child) -> None:
        code = child.process.returncode
        how = f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
        super().__init__(
            f"The {child.name} {how}. It said: {_last_line(child.log)} (all of it is in {child.log})."
        )


class Supervisor:
    """Starts processes with their output in log files. `stopped` is set by Ctrl-C or a termination signal."""

    def __init__(self, logs: Path) -> None:
        self.stopped = Event()
        self._logs = logs
        self._children: list[Child] = []
        logs.mkdir(parents=True, exist_ok=True)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            # nohup ignores SIGHUP, and means it. A shell that starts us in the background ignores SIGINT for us, but
            # whoever sends one then means us.
            if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, lambda *_: self.stopped.set())

    def start(self, name: str, words: Sequence[str], secrets: Mapping[str, str] | None = None) -> None:
        """Start one. `secrets` are in its environment only."""
        log = self._logs / f"{name.replace(' ', '-')}.log"
        with log.open("wb") as out:
            process = subprocess.Popen(
                words,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                process_group=0,
                env={**os.environ, **(secrets or {})},
                preexec_fn=_end_with(os.getpid()),  # safe: this process has no other threads
            )
        self._children.append(Child(name, process, log))

    def check(self) -> None:
        """ChildDied if one of them is gone."""
        for child in self._children:
            if child.process.poll() is not None:
                raise ChildDied(child)

    def wait_until(self, is_well: Callable[[], bool], seconds: float) -> bool:
        """Wait for `is_well` while all are alive. False when it took too long or somebody stopped us."""
        until = time.monotonic() + seconds
        while time.monotonic() < until and not self.stopped.is_set():
            self.check()
            if is_well():
                return True
            self.stopped.wait(0.05)
        return False

    def watch(self) -> None:
        """Wait until somebody stops us; ChildDied if a process ends before."""
        while not self.stopped.wait(0.25):
            self.check()

    def stop(self) -> None:
        """Stop all; who does not within STOP_SECONDS is killed."""
        for child in self._children:
            _signal_group(child, signal.SIGTERM)
        until = time.monotonic() + STOP_SECONDS
        for child in self._children:
            with suppress(subprocess.TimeoutExpired):
                child.process.wait(max(0.0, until - time.monotonic()))
        for child in self._children:
            # Also what a dead leader left behind.
            _signal_group(child, signal.SIGKILL)
            child.process.wait()


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "nothing")


def _signal_group(child: Child, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(child.process.pid, number)


def _end_with(parent: int) -> Callable[[], None]:
    """Runs in a new child: on Linux it is terminated when we die in a way that lets us stop nobody (SIGKILL)."""

    def ask() -> None:
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
            if os.getppid() != parent:  # we died before it could ask
                os.kill(os.getpid(), signal.SIGTERM)

    return ask
