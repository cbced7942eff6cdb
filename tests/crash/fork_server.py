"""A process with all modules loaded that only forks: each child runs one action and may be killed at one step.

It has one thread and no database connection, so that a child inherits nothing that two processes must not share.
It reads and writes JSON lines: `ForkServer` is the client, `main` the process.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any

ROOT = Path(__file__).parent.parent.parent
PATIENCE = 60
"""Seconds that an action may take before it counts as hanging."""


@dataclass(frozen=True)
class End:
    """How a child ended: the signal that killed it (0: none), its exit code, and the steps it had passed."""

    signal: int
    code: int
    seen: list[str]

    @property
    def was_killed(self) -> bool:
        return self.signal == signal.SIGKILL


class ForkServer:
    """Starts the process, and runs actions in its children."""

    def __init__(self, database_url: str, base_url: str, sandbox_url: str) -> None:
        self._output = tempfile.TemporaryFile()  # noqa: SIM115 (open as long as the process)
        environment = os.environ | {
            "DATABASE_URL": database_url,
            "BASE_URL": base_url,
            "DUITPOS_SANDBOX_URLS": sandbox_url,
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "src")]),
            "LOG_LEVEL": "ERROR",
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.crash.fork_server"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._output,
            env=environment,
            cwd=ROOT,
        )

    def __enter__(self) -> ForkServer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate(timeout=PATIENCE)
        self._output.close()

    def run(self, action: str, facts: dict[str, Any], crash_at: int | None = None, mutation: str = "") -> End:
        """Run the action in a child that kills itself at step `crash_at`; None is the dry run."""
        requests, responses = self._process.stdin, self._process.stdout
        assert requests is not None
        assert responses is not None
        requests.write(
            json.dumps(
                {"action": action, "facts": facts, "crash_at": crash_at, "mutation": mutation}
            ).encode()
            + b"\n"
        )
        requests.flush()
        ready, _, _ = select.select([responses], [], [], 2 * PATIENCE)
        line = responses.readline() if ready else b""
        if not line:
            raise RuntimeError(f"the fork_server does not answer: {self.output()}")
        end = End(**json.loads(line))
        if end.code:
            raise RuntimeError(f"the action failed with exit code {end.code}: {self.output()}")
        return end

    def output(self) -> str:
        """The end of its and its children's output."""
        self._output.seek(0)
        return self._output.read().decode(errors="replace")[-4000:]


def main() -> None:
    """Handle commands until the input ends."""
    import django

    django.setup()
    from django.db import connection
    from django.urls import get_resolver

    from tests.crash import actions, failpoints, mutations  # noqa: F401 (loaded once, here, and not in every child)

    _ = get_resolver().url_patterns
    if connection.vendor == "postgresql":
        # A child has one thread and runs briefly: one connection is enough.
        connection.settings_dict["OPTIONS"]["pool"]["min_size"] = 1
    # Other output must not be read as a response.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    for line in sys.stdin.buffer:
        assert threading.active_count() == 1, "a fork copies a thread's locks but not the thread"
        assert connection.connection is None, "a connection would be shared with the child"
        gc.freeze()  # a collection in the child would copy every page that it inherits
        answers.write(_child_of(json.loads(line)) + b"\n")
        answers.flush()


def _child_of(command: dict[str, Any]) -> bytes:
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        _run_child(command, os.fdopen(writer, "wb"))
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        received = pipe.read()
    _, status = os.waitpid(pid, 0)
    report = json.loads(received or b'{"seen": [], "loaded": []}')
    for name in report["loaded"]:  # modules that this child had to load, so that the next child need not
        importlib.import_module(name)
    end = {
        "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0,
        "code": os.WEXITSTATUS(status) if os.WIFEXITED(status) else 0,
        "seen": report["seen"],
    }
    return json.dumps(end).encode()


def _run_child(command: dict[str, Any], pipe: IO[bytes]) -> None:
    """Run a child's action and exit without clean-up, which would affect the parent's resources."""
    import traceback

    from tests.crash.actions import ACTIONS
    from tests.crash.failpoints import FailPoints
    from tests.crash.mutations import MUTATIONS

    known = set(sys.modules)

    def report(seen: list[str]) -> None:
        pipe.write(json.dumps({"seen": seen, "loaded": sorted(set(sys.modules) - known)}).encode())
        pipe.flush()

    signal.alarm(PATIENCE)
    code = 1
    try:
        work = ACTIONS[command["action"]](command["facts"])
        if command["mutation"]:
            MUTATIONS[command["mutation"]]()
        points = FailPoints(command["crash_at"], report)
        points.install()
        work()
        report(points.seen)
        code = 0
    except BaseException:  # noqa: BLE001 (the test must see any error)
        traceback.print_exc()
        sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
