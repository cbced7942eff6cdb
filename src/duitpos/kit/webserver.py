"""The web server: Granian, with threads, since a request may wait for a payment processor.

Run as a program with Granian's arguments, it is Granian whose workers can be stopped while they load.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WebServer:
    """The server's parameters. `threads` is per worker."""

    host: str
    port: int
    workers: int
    threads: int
    kill_after: int = 20
    """Seconds that requests have to finish when the server stops."""
    respawns: bool = True

    def command(self) -> list[str]:
        """The command line that starts it."""
        words = [
            sys.executable,
            "-m",
            "duitpos.kit.webserver",
            "duitpos.wsgi:application",
            "--interface",
            "wsgi",
            "--no-ws",
        ]
        words += ["--host", self.host, "--port", str(self.port), "--workers", str(self.workers)]
        words += ["--blocking-threads", str(self.threads), "--workers-kill-timeout", str(self.kill_after)]
        # Restart a crashed worker at once, not after Granian's 3.5 seconds.
        return [*words, "--respawn-failed-workers", "--respawn-interval", "0.1"] if self.respawns else words

    def run(self) -> None:
        """Be the server, in this process: its workers share what is loaded here already."""
        sys.argv = self.command()[2:]
        _run()


def _run() -> None:
    # A forked worker inherits the parent's handler, which only sets a flag that the worker does not read, until the
    # application is loaded. Without this, stopping the server in between would take the whole kill timeout.
    os.register_at_fork(after_in_child=lambda: signal.signal(signal.SIGTERM, signal.SIG_DFL))
    runpy.run_module("granian", run_name="__main__")


if __name__ == "__main__":
    _run()
