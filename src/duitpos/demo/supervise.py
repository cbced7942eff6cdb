"""Start a few processes, watch them, and stop all of them."""

from __future__ import annotations

import ctypes
import multiprocessing
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
from typing import Protocol, cast

STOP_SECONDS = 2.0
"""Seconds that processes have to stop before they are killed."""

_PR_SET_PDEATHSIG = 1
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Process(Protocol):
    """What the supervisor asks of a process."""

    @property
    def pid(self) -> int: ...

    def poll(self) -> int | None:
        """The exit code, negative for a signal; None while it runs."""

    def wait(self, timeout: float | None = None) -> int | None:
        """Wait until it ends, or for `timeout` seconds. It may raise TimeoutExpired."""


class _Forked:
    """A process that runs a function of this program."""

    def __init__(self, process: multiprocessing.process.BaseProcess) -> None:
        self.pid = cast("int", process.pid)  # it has been started
        self._process = process

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int | None:
        self._process.join(timeout)
        return self._process.exitcode


@dataclass(frozen=True, slots=True)
class Child:
    """A running process. It leads its own process group, so that its child processes can be stopped with it."""

    name: str
    process: Process
    log: Path


class ChildDied(Exception):
    """A process ended unexpectedly."""

    def __init__(self, child: Child) -> None:
        code = child.process.poll() or 0
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
        for number in _SIGNALS:
            # Respect an ignored SIGHUP, since nohup sets it on purpose. Handle SIGINT even if ignored: a shell ignores
            # it for background processes, but a SIGINT sent to this process must still stop it.
            if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, lambda *_: self.stopped.set())

    def start(self, name: str, words: Sequence[str], secrets: Mapping[str, str] | None = None) -> None:
        """Start a process. `secrets` are passed in its environment only."""
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

    def run(self, name: str, work: Callable[[], None]) -> None:
        """Run a function of this program in a process. It must be importable, and this process have no other threads.

        On Linux the process is a fork: what is imported here is not loaded again, and its memory is shared.
        """
        log = self._logs / f"{name}.log"
        log.write_bytes(b"")
        # Elsewhere system libraries do not survive a fork without exec.
        fork, spawn = multiprocessing.get_context("fork"), multiprocessing.get_context("spawn")
        context = fork if sys.platform == "linux" else spawn
        process = context.Process(target=_run, args=(work, log, os.getpid()), name=name)
        process.start()
        child = Child(name, _Forked(process), log)
        with suppress(PermissionError, ProcessLookupError):  # it has done so itself, or has ended
            os.setpgid(child.process.pid, child.process.pid)
        self._children.append(child)

    def check(self) -> None:
        """ChildDied if a process has ended."""
        for child in self._children:
            if child.process.poll() is not None:
                raise ChildDied(child)

    def wait_until(self, is_well: Callable[[], bool], seconds: float) -> bool:
        """Wait for `is_well` while all processes run. False after `seconds` or when stopped. ChildDied."""
        until = time.monotonic() + seconds
        while time.monotonic() < until and not self.stopped.is_set():
            self.check()
            if is_well():
                return True
            self.stopped.wait(0.05)
        return False

    def watch(self) -> None:
        """Wait until stopped; ChildDied if a process ends before."""
        while not self.stopped.wait(0.25):
            self.check()

    def stop(self) -> None:
        """Stop all processes; kill those still running after STOP_SECONDS."""
        for child in self._children:
            _signal_group(child, signal.SIGTERM)
        until = time.monotonic() + STOP_SECONDS
        for child in self._children:
            with suppress(subprocess.TimeoutExpired):
                child.process.wait(max(0.0, until - time.monotonic()))
        for child in self._children:
            # Also kills child processes of a leader that has already ended.
            _signal_group(child, signal.SIGKILL)
            child.process.wait()


def _run(work: Callable[[], None], log: Path, parent: int) -> None:
    """Run `work` in this new process, as `start` runs a command."""
    os.setpgid(0, 0)
    for number in _SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    with log.open("ab") as out:
        os.dup2(out.fileno(), sys.stdout.fileno())
        os.dup2(out.fileno(), sys.stderr.fileno())
    _end_with(parent)()
    work()


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "nothing")


def _signal_group(child: Child, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(child.process.pid, number)


def _end_with(parent: int) -> Callable[[], None]:
    """A function for a new child: on Linux it is terminated when this process is killed and cannot stop it."""

    def ask() -> None:
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
            if os.getppid() != parent:  # the parent ended before the call above
                os.kill(os.getpid(), signal.SIGTERM)

    return ask
