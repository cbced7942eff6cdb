"""The web server: granian, with threads, since a request may wait for a payment processor.

Run as a program, with granian's own words, it is granian, whose workers can be stopped while they still load.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WebServer:
    """How it serves. `threads` are per worker: as many guests may wait for a processor before others queue."""

    host: str
    port: int
    workers: int
    threads: int
    kill_after: int = 20
    """Seconds that requests get to finish when it is stopped."""
    respawns: bool = True

    def command(self) -> list[str]:
        """The words that start it."""
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
        # A dead worker is started again at once, not after granian's 3.5 seconds.
        return [*words, "--respawn-failed-workers", "--respawn-interval", "0.1"] if self.respawns else words


def _run() -> None:
    # A worker is forked with the parent's handler, which takes a note that nobody reads, and sets its own when the
    # application is loaded. A server stopped in between would wait for its whole kill timeout.
    os.register_at_fork(after_in_child=lambda: signal.signal(signal.SIGTERM, signal.SIG_DFL))
    runpy.run_module("granian", run_name="__main__")


if __name__ == "__main__":
    _run()
