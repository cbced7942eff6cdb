"""The web server: granian, with threads, since a request may wait for a payment processor."""

from __future__ import annotations

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
            "granian",
            "duitpos.wsgi:application",
            "--interface",
            "wsgi",
            "--no-ws",
        ]
        words += ["--host", self.host, "--port", str(self.port), "--workers", str(self.workers)]
        words += ["--blocking-threads", str(self.threads), "--workers-kill-timeout", str(self.kill_after)]
        # A dead worker is started again at once, not after granian's 3.5 seconds.
        return [*words, "--respawn-failed-workers", "--respawn-interval", "0.1"] if self.respawns else words
